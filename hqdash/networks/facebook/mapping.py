"""Graph's wire and our words: posts, comments, errors and allowances (pure)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

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
from hqdash.networks.outcomes import Asked, retry_after
from hqdash.networks.types import Account, Item, Published, RateState

THROTTLED: dict[int, Scope] = {
    4: "app",
    341: "app",
    17: "account",
    32: "account",
    613: "account",
    1390008: "account",
    **dict.fromkeys(range(80000, 80015), "account"),
}
SIGNED_OUT = {102, 190}
# The person behind the token must confirm something at Facebook first.
CHECKPOINTS = {459, 464}
REASONS: dict[int, Reason] = {
    3: Reason.PERMISSION,
    10: Reason.PERMISSION,
    **dict.fromkeys(range(200, 300), Reason.PERMISSION),
    368: Reason.POLICY,
    1346003: Reason.POLICY,
    1404102: Reason.POLICY,
    506: Reason.DUPLICATE,
    803: Reason.NOT_FOUND,
    1404112: Reason.SUSPENDED,
    4854002: Reason.SUSPENDED,
    1366046: Reason.MEDIA,
    1609005: Reason.BAD_LINK,
    2635: Reason.UNSUPPORTED,
}
# "An unknown error": Graph itself does not know how far it came.
UNCLEAR = {1, 2}


def moment(value: object) -> datetime:
    """Graph writes +0000 without a colon."""
    return datetime.fromisoformat(str(value)).astimezone(UTC)


def to_account(page: Mapping[str, Any]) -> Account:
    """The Page that a token belongs to."""
    return Account(
        handle=str(page.get("username") or page.get("name") or ""),
        external_id=str(page["id"]),
    )


def permalink(post_id: str) -> str:
    """Where people find a post."""
    return f"https://www.facebook.com/{post_id}"


def to_published(answer: Mapping[str, Any]) -> Published:
    """What the answer to a new post proves."""
    # A photo answers with two ids; the post's is the one that can be withdrawn.
    post_id = str(answer.get("post_id") or answer["id"])
    return Published(external_id=post_id, url=permalink(post_id))


def to_listed(post: Mapping[str, Any]) -> Listed:
    """One of our posts in a list."""
    post_id = str(post["id"])
    return Listed(
        published=Published(
            external_id=post_id,
            url=str(post.get("permalink_url") or permalink(post_id)),
            at=moment(post["created_time"]) if post.get("created_time") else None,
        ),
        text=str(post.get("message", "")),
    )


def to_item(node: Mapping[str, Any], *, kind: Literal["comment", "mention"], post_id: str = "") -> Item:
    """A comment or a post that tags us; Facebook often withholds who wrote it."""
    author = node.get("from") or {}
    parent = node.get("parent") or {}
    return Item(
        external_id=str(node["id"]),
        kind=kind,
        text=str(node.get("message", "")),
        author_id=str(author.get("id", "")),
        author_handle=str(author.get("username", "")),
        author_name=str(author.get("name", "")),
        at=moment(node["created_time"]),
        permalink=str(node.get("permalink_url") or permalink(str(node["id"]))),
        parent_id=str(parent.get("id", "")),
        post_id=post_id,
        hidden=bool(node.get("is_hidden", False)),
        raw_like={name: node[name] for name in ("can_hide", "can_remove") if name in node},
    )


def error_in(answer: Answer) -> Mapping[str, Any]:
    """The error envelope of an answer; empty when it has none."""
    payload = answer.payload if isinstance(answer.payload, dict) else {}
    found = payload.get("error")
    return found if isinstance(found, dict) else {}


def explain(asked: Asked, answer: Answer) -> NetworkError | None:
    """Graph's error envelope in our words; the code decides, not the HTTP status."""
    error = error_in(answer)
    if not error:
        return None
    code, subcode = number(error.get("code")), number(error.get("error_subcode"))
    name = str(error.get("fbtrace_id", ""))
    words = f"HTTP {answer.status} code {code} subcode {subcode} {error.get('message', '')}"
    detail = asked.redact(f"{words} {error.get('error_user_msg', '')}".strip())
    scope = THROTTLED.get(code)
    if scope is not None:
        wait = pause(answer.headers) or retry_after(answer.headers)
        return TryLater(
            asked.network,
            asked.operation,
            detail,
            wait=wait,
            scope=scope,
            request_id=name,
        )
    if code in SIGNED_OUT:
        checkpoint = subcode in CHECKPOINTS
        return SignInExpired(
            asked.network,
            asked.operation,
            detail,
            checkpoint=checkpoint,
            request_id=name,
        )
    reason = REASONS.get(code)
    if code == 100 and subcode == 33:
        reason = Reason.NOT_FOUND
    elif code == 100 and "too long" in words.lower():
        reason = Reason.TOO_LONG
    if reason is None and (code in UNCLEAR or error.get("is_transient") or answer.status >= 500):
        return asked.unclear(detail, request_id=name)
    return Refused(
        asked.network,
        asked.operation,
        detail,
        reason=reason or Reason.UNKNOWN,
        request_id=name,
    )


def number(value: object) -> int:
    """A number, or 0 for anything else."""
    try:
        return int(str(value))
    except ValueError:
        return 0


def usage(headers: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """What Graph says of our consumption: of the app, and of each business use case."""
    try:
        app = json.loads(headers.get("x-app-usage", "{}"))
        cases = json.loads(headers.get("x-business-use-case-usage", "{}"))
    except ValueError:
        return []
    found: list[Mapping[str, Any]] = [app] if isinstance(app, dict) and app else []
    for listed in cases.values() if isinstance(cases, dict) else ():
        found += [case for case in listed if isinstance(case, dict)]
    return found


def pause(headers: Mapping[str, str]) -> timedelta | None:
    """How long Graph says that access stays closed. Calls made meanwhile make it longer."""
    minutes = max(
        (number(case.get("estimated_time_to_regain_access")) for case in usage(headers)),
        default=0,
    )
    return timedelta(minutes=minutes) if minutes else None


def to_rate_state(headers: Mapping[str, str]) -> RateState | None:
    """Graph speaks in percent of an allowance that it does not name."""
    percents = [
        number(case.get(part, 0))
        for case in usage(headers)
        for part in ("call_count", "total_cputime", "total_time")
    ]
    if not percents:
        return None
    closed = pause(headers)
    reset_at = datetime.now(UTC) + closed if closed else None
    return RateState(remaining=max(0, 100 - max(percents)), limit=100, reset_at=reset_at)
