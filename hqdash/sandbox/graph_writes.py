"""What a Page changes on Facebook: posts, comments, hidden and removed comments."""

import time
from typing import Any

from starlette.requests import Request

from hqdash.sandbox.accounts import Account
from hqdash.sandbox.door import skew_of
from hqdash.sandbox.entries import Entry, change_entry, erase_entry, select_entries, write_entry
from hqdash.sandbox.graph_answers import GraphRefusal
from hqdash.sandbox.state import State
from hqdash.sandbox.world import world_of

LONGEST = 63_206
# How long Facebook takes the same words for a slip of the finger.
SAME_WORDS = 3600.0


def add_post(request: Request, page: Account, arguments: dict[str, str]) -> dict[str, Any]:
    """A new post on the Page's feed."""
    state = world_of(request).state
    message, link = arguments.get("message", ""), arguments.get("link", "")
    if not message.strip() and not link:
        raise GraphRefusal(100, "(#100) Missing message or attachment")
    if len(message) > LONGEST:
        raise GraphRefusal(100, "(#100) Param message is too long")
    if link and not link.startswith(("https://", "http://")):
        raise GraphRefusal(1609005, "(#1609005) The link is not valid", subcode=1609005)
    same = select_entries(
        state,
        "account_id = ? AND kind = 'post' AND status = 'published' AND text = ? AND link = ?"
        " AND stored_at > ?",
        (page.external_id, message, link, time.time() - SAME_WORDS),
        limit=1,
    )
    if same:
        raise GraphRefusal(506, "(#506) Duplicate status message")
    entry = write_entry(
        state,
        account=page,
        kind="post",
        text=message,
        link=link,
        author=page,
        external_id=f"{page.external_id}_{state.next_id()}",
        skew=skew_of(request),
    )
    return {"id": entry.external_id}


def comment_id(state: State, post_id: str) -> str:
    """A comment's id: its post's own number, then its own."""
    return f"{post_id.rpartition('_')[2]}_{state.next_id()}"


def add_comment(request: Request, page: Account, over: Entry, arguments: dict[str, str]) -> dict[str, Any]:
    """The Page's own comment below a post, or its answer to a comment."""
    state = world_of(request).state
    message = arguments.get("message", "")
    if not message.strip():
        raise GraphRefusal(100, "(#100) Missing message or attachment")
    post_id = over.post_id or over.external_id
    same = select_entries(
        state,
        "author_id = ? AND text = ? AND parent_id = ? AND status = 'published' AND stored_at > ?",
        (page.external_id, message, over.external_id, time.time() - SAME_WORDS),
        limit=1,
    )
    if same:
        raise GraphRefusal(506, "(#506) Duplicate status message")
    entry = write_entry(
        state,
        account=page,
        kind="comment",
        text=message,
        author=page,
        external_id=comment_id(state, post_id),
        post_id=post_id,
        parent_id=over.external_id,
        skew=skew_of(request),
    )
    return {"id": entry.external_id}


def change(request: Request, page: Account, entry: Entry, arguments: dict[str, str]) -> dict[str, Any]:
    """Hide a comment of somebody else's or show it again; reword what the Page wrote itself."""
    state = world_of(request).state
    if entry.kind == "comment" and "is_hidden" in arguments:
        if entry.by_account:
            raise GraphRefusal(200, "(#200) A Page cannot hide its own comment", status=403)
        change_entry(state, entry, hidden=arguments["is_hidden"].lower() in ("true", "1"))
        return {"success": True}
    if not arguments.get("message", "").strip():
        raise GraphRefusal(100, "(#100) Nothing to change was given")
    if not entry.by_account:
        raise GraphRefusal(200, "(#200) Permissions error", status=403)
    change_entry(state, entry, text=arguments["message"])
    return {"success": True}


def erase(request: Request, page: Account, entry: Entry, arguments: dict[str, str]) -> dict[str, Any]:
    """Take a post of the Page, or any comment below one, away for good."""
    if entry.kind == "mention":
        raise GraphRefusal(200, "(#200) Permissions error", status=403)
    erase_entry(world_of(request).state, entry)
    return {"success": True}
