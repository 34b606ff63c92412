"""X's wire and our words: posts, errors and allowances (pure)."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hqdash.networks.errors import (
    NetworkError,
    Reason,
    Refused,
    Scope,
    SignInExpired,
    TryLater,
)
from hqdash.networks.http import Answer
from hqdash.networks.matching import Listed
from hqdash.networks.outcomes import Asked, request_id, retry_after, until
from hqdash.networks.types import Account, Item, Published, RateState

# X words its refusals in `detail`; `type` is "about:blank" for most of them. First match wins.
REFUSALS: tuple[tuple[str, Reason], ...] = (
    ("duplicate content", Reason.DUPLICATE),
    ("too long", Reason.TOO_LONG),
    ("not allowed to reply", Reason.NOT_ALLOWED_REPLY),
    ("reply to this conversation", Reason.NOT_ALLOWED_REPLY),
    ("not visible to you", Reason.NOT_FOUND),
    ("suspended", Reason.SUSPENDED),
    ("temporarily locked", Reason.SUSPENDED),
    ("automated", Reason.POLICY),
    ("malware", Reason.BAD_LINK),
    ("invalid url", Reason.BAD_LINK),
    ("media id", Reason.MEDIA),
    ("attached media", Reason.MEDIA),
)


def to_account(payload: Mapping[str, Any]) -> Account:
    """The account that a token belongs to."""
    user = payload["data"]
    return Account(handle=str(user["username"]), external_id=str(user["id"]))


def to_published(payload: Mapping[str, Any], *, handle: str) -> Published:
    """What the answer to a new post proves."""
    post = payload["data"]
    return Published(external_id=str(post["id"]), url=permalink(handle, str(post["id"])))


def permalink(handle: str, post_id: str) -> str:
    """Where people find a post."""
    # "i" stands for any account: X sends on to the right one.
    return f"https://x.com/{handle.lstrip('@') or 'i'}/status/{post_id}"


def moment(value: object) -> datetime:
    """A moment as X writes it."""
    return datetime.fromisoformat(str(value)).astimezone(UTC)


def post_text(post: Mapping[str, Any]) -> str:
    """The text as it was written: long form, links unwrapped from t.co, no HTML entities."""
    long = post.get("note_tweet") or {}
    text = str(long.get("text") or post.get("text") or "")
    entities = (long.get("entities") if long.get("text") else post.get("entities")) or {}
    # Before the links go in, whose "&copy=" is not a sign; and by value, because the positions that
    # X gives count in the escaped text.
    text = html.unescape(text)
    for link in entities.get("urls") or ():
        short = str(link.get("url", ""))
        text = text.replace(short, str(link.get("expanded_url") or short)) if short else text
    return text


def to_listed(post: Mapping[str, Any], *, handle: str) -> Listed:
    """One of our posts in a list."""
    at = moment(post["created_at"]) if post.get("created_at") else None
    published = Published(external_id=str(post["id"]), url=permalink(handle, str(post["id"])), at=at)
    return Listed(published=published, text=post_text(post))


def to_items(payload: Mapping[str, Any], *, our_id: str) -> list[Item]:
    """The mentions in one answer, oldest first, without what we said ourselves."""
    people = {str(user["id"]): user for user in (payload.get("includes") or {}).get("users") or ()}
    posts: Iterable[Mapping[str, Any]] = payload.get("data") or ()
    items = [
        to_item(post, people=people, our_id=our_id)
        for post in posts
        if str(post.get("author_id", "")) != our_id
    ]
    return sorted(items, key=lambda item: int(item.external_id))


def to_item(post: Mapping[str, Any], *, people: Mapping[str, Mapping[str, Any]], our_id: str) -> Item:
    """One mention or reply in our words."""
    author = people.get(str(post.get("author_id", "")), {})
    parents = [
        str(other["id"]) for other in post.get("referenced_tweets") or () if other.get("type") == "replied_to"
    ]
    answers_us = str(post.get("in_reply_to_user_id", "")) == our_id and bool(parents)
    handle = str(author.get("username", ""))
    return Item(
        external_id=str(post["id"]),
        kind="reply" if answers_us else "mention",
        text=post_text(post),
        author_id=str(post.get("author_id", "")),
        author_handle=handle,
        author_name=str(author.get("name", "")),
        at=moment(post["created_at"]),
        permalink=permalink(handle, str(post["id"])),
        parent_id=parents[0] if parents else "",
        post_id=str(post.get("conversation_id", "")) if answers_us else "",
        raw_like={
            "conversation_id": str(post.get("conversation_id", "")),
            "lang": str(post.get("lang", "")),
        },
    )


def explain(asked: Asked, answer: Answer) -> NetworkError | None:
    """X's problem document in our words."""
    payload = answer.payload if isinstance(answer.payload, dict) else {}
    first = next((e for e in payload.get("errors") or () if isinstance(e, dict)), {})
    # Inside a 200 the problem is one of a list; otherwise it is the document.
    problem = payload if payload.get("detail") or payload.get("title") else first
    kind = str(problem.get("type", ""))
    words = " ".join(str(problem.get(part, "")) for part in ("title", "detail", "message", "reason"))
    detail = asked.redact(f"HTTP {answer.status} {words.strip()} {kind}")
    name = request_id(answer)
    if answer.status in {402, 429}:
        wait, scope = pause(answer, kind)
        return TryLater(
            asked.network,
            asked.operation,
            detail,
            wait=wait,
            scope=scope,
            request_id=name,
        )
    if not payload:
        return None
    if answer.status == 401:
        return SignInExpired(asked.network, asked.operation, detail, request_id=name)
    if answer.status >= 500:
        return None
    if answer.ok and not (problem and not payload.get("data")):
        return None
    reason = reason_for(answer.status, kind, words)
    return Refused(asked.network, asked.operation, detail, reason=reason, request_id=name)


def reason_for(status: int, kind: str, words: str) -> Reason:
    """Why X said no."""
    spoken = words.lower()
    for phrase, reason in REFUSALS:
        if phrase in spoken:
            return reason
    if status == 404 or kind.endswith("resource-not-found") or "not found" in spoken:
        return Reason.NOT_FOUND
    if status == 403 or "authoriz" in spoken or kind.endswith("not-authorized-for-resource"):
        return Reason.PERMISSION
    return Reason.UNKNOWN


def pause(answer: Answer, kind: str) -> tuple[Any, Scope]:
    """How long to wait, and for what: the day's allowance outlasts the quarter hour's."""
    headers = answer.headers
    if answer.status == 402 or kind.endswith("usage-capped"):
        # More must be bought, or the month must end; the reset header speaks of something else.
        return None, "quota"
    for owner, scope in (("user", "account"), ("app", "app")):
        if headers.get(f"x-{owner}-limit-24hour-remaining") == "0":
            return until(headers.get(f"x-{owner}-limit-24hour-reset"), headers), scope  # type: ignore[return-value]  # both are scopes
    wait = until(headers.get("x-rate-limit-reset"), headers) or retry_after(headers)
    return wait, "endpoint"


def to_rate_state(headers: Mapping[str, str]) -> RateState | None:
    """What is left of the endpoint's quarter of an hour."""
    try:
        remaining, limit = (
            int(headers["x-rate-limit-remaining"]),
            int(headers["x-rate-limit-limit"]),
        )
        reset_at = datetime.fromtimestamp(int(headers["x-rate-limit-reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    return RateState(remaining=remaining, limit=limit, reset_at=reset_at)
