"""WordPress's wire and our words: posts, comments and errors (pure)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hqdash.networks.errors import (
    NetworkError,
    Reason,
    Refused,
    SignInExpired,
    TryLater,
)
from hqdash.networks.http import Answer
from hqdash.networks.matching import Listed, plain_text
from hqdash.networks.outcomes import Asked, retry_after
from hqdash.networks.types import Account, Draft, Item, Published

TITLE_LIMIT = 80
SIGNED_OUT = {
    "rest_not_logged_in",
    "incorrect_password",
    "invalid_username",
    "invalid_email",
    "rest_application_password_not_found",
    "application_passwords_disabled",
    "application_passwords_disabled_for_user",
    "rest_cookie_invalid_nonce",
}
REASONS = {
    "comment_duplicate": Reason.DUPLICATE,
    "rest_already_trashed": Reason.NOT_FOUND,
    "rest_post_invalid_id": Reason.NOT_FOUND,
    "rest_comment_invalid_id": Reason.NOT_FOUND,
    "rest_comment_trash": Reason.NOT_FOUND,
    "rest_comment_trashed_post": Reason.NOT_FOUND,
    "rest_no_route": Reason.UNSUPPORTED,
    "rest_disabled": Reason.UNSUPPORTED,
    "rest_comment_closed": Reason.NOT_ALLOWED_REPLY,
    "rest_comment_draft_post": Reason.NOT_ALLOWED_REPLY,
    "comment_content_column_length": Reason.TOO_LONG,
    "rest_comment_content_invalid": Reason.UNKNOWN,
}
# WordPress asks for fifteen seconds between two comments of one person.
FLOOD_PAUSE = timedelta(seconds=15)


def moment(value: object) -> datetime:
    """The *_gmt fields: UTC, and without saying so."""
    told = datetime.fromisoformat(str(value))
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def to_post(draft: Draft) -> dict[str, str]:
    """A page with a title of its own and the whole text as paragraphs."""
    return {
        "title": title(draft.text_with_link),
        "content": paragraphs(draft.text_with_link),
        "status": "publish",
    }


def title(text: str) -> str:
    """The first line or sentence, shortened at a word; the text keeps it as well, so nothing is lost."""
    line = text.strip().splitlines()[0] if text.strip() else ""
    sentence = re.split(r"(?<=[.!?])\s", line, maxsplit=1)[0]
    if len(sentence) <= TITLE_LIMIT:
        return sentence
    return sentence[:TITLE_LIMIT].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def paragraphs(text: str) -> str:
    """The text as HTML that shows it exactly, links alive."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return "\n".join(f"<p>{'<br>'.join(linked(line) for line in block.splitlines())}</p>" for block in blocks)


def linked(line: str) -> str:
    """One line as HTML."""
    parts = re.split(r"(https?://[^\s<>\"']+[^\s<>\"'.,;:!?)])", line)
    return "".join(
        f'<a href="{html.escape(part)}">{html.escape(part)}</a>' if number % 2 else html.escape(part)
        for number, part in enumerate(parts)
    )


def to_account(user: Mapping[str, Any], *, base_url: str) -> Account:
    """The user that a password belongs to."""
    handle = str(user.get("username") or user.get("slug") or user.get("name") or "")
    return Account(handle=handle, external_id=str(user["id"]), base_url=base_url)


def to_published(post: Mapping[str, Any]) -> Published:
    """What the answer to a new post or comment proves."""
    at = moment(post["date_gmt"]) if post.get("date_gmt") else None
    return Published(external_id=str(post["id"]), url=str(post.get("link", "")), at=at)


def text_in(rendered: object) -> str:
    """WordPress gives raw text to editors and rendered HTML to everybody."""
    if isinstance(rendered, Mapping):
        return plain_text(str(rendered.get("raw") or rendered.get("rendered") or ""))
    return plain_text(str(rendered or ""))


def to_listed(post: Mapping[str, Any]) -> Listed:
    """One of the site's posts in a list."""
    return Listed(published=to_published(post), text=text_in(post.get("content")))


def to_item(comment: Mapping[str, Any]) -> Item:
    """One comment in our words."""
    parent = int(comment.get("parent") or 0)
    author = int(comment.get("author") or 0)
    name = str(comment.get("author_name", ""))
    return Item(
        external_id=str(comment["id"]),
        kind="comment",
        text=text_in(comment.get("content")),
        # Most visitors have no account; their names are all there is.
        author_id=str(author) if author else "",
        author_handle=name,
        author_name=name,
        at=moment(comment["date_gmt"]),
        permalink=str(comment.get("link", "")),
        parent_id=str(parent) if parent else "",
        post_id=str(comment.get("post", "")),
        hidden=comment.get("status", "approved") != "approved",
        raw_like={
            "status": str(comment.get("status", "")),
            "type": str(comment.get("type", "")),
        },
    )


def explain(asked: Asked, answer: Answer) -> NetworkError | None:
    """WordPress's error object in our words."""
    payload = answer.payload if isinstance(answer.payload, dict) else {}
    code = str(payload.get("code", ""))
    if not code or answer.ok:
        return None
    message = plain_text(str(payload.get("message", "")))
    detail = asked.redact(f"HTTP {answer.status} {code} {message}")
    if code == "comment_flood" or answer.status == 429:
        wait = retry_after(answer.headers) or (FLOOD_PAUSE if code == "comment_flood" else None)
        return TryLater(asked.network, asked.operation, detail, wait=wait)
    if code in SIGNED_OUT or answer.status == 401:
        return SignInExpired(asked.network, asked.operation, detail)
    if code in REASONS:
        return Refused(asked.network, asked.operation, detail, reason=REASONS[code])
    if answer.status >= 500:
        return asked.unclear(detail)
    return None
