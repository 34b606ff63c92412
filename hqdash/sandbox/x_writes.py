"""What a force's account changes on X: posts, replies, deletions and hidden replies."""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hqdash.sandbox.accounts import Account, find_account
from hqdash.sandbox.door import skew_of
from hqdash.sandbox.entries import Entry, change_entry, erase_entry, get_entry, select_entries, write_entry
from hqdash.sandbox.state import State
from hqdash.sandbox.world import world_of
from hqdash.sandbox.x_answers import invalid, problem, shown_text
from hqdash.sandbox.x_text import handles_in, weighted_length

LONGEST = 280
# Of all that X takes; pictures, polls and quotes are not practised here.
TAKEN = {"text", "reply", "reply_settings", "made_with_ai", "paid_partnership"}
A_DAY = 24 * 3600.0
NOT_PERMITTED = "You are not permitted to perform this action."
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see"
    " https://github.com/twitter/twitter-text."
)
NOT_ADDRESSED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by"
    " the author of the post you are replying to."
)


def create_post(request: Request, account: Account, body: Any) -> Response:
    """A new post or reply by the account."""
    state = world_of(request).state
    if not isinstance(body, dict) or body.keys() - TAKEN:
        unknown = ", ".join(sorted(body.keys() - TAKEN)) if isinstance(body, dict) else "body"
        return invalid(unknown, unknown, "The practice network takes a text and the post it answers.")
    text = body.get("text", "")
    if not isinstance(text, str) or not text.strip():
        return invalid("text", "", "Requires at least one of text, media or poll.")
    if weighted_length(text) > LONGEST:
        return problem(400, "Bad Request", TOO_LONG)
    reply = body.get("reply") or {}
    parent_id = str(reply.get("in_reply_to_tweet_id") or reply.get("in_reply_to_post_id") or "")
    parent = get_entry(state, network="x", external_id=parent_id) if parent_id else None
    refusal = _refuse_reply(state, account, parent_id, parent) or _refuse_duplicate(
        state, account, text, parent_id
    )
    if refusal:
        return refusal
    entry = write_entry(
        state,
        account=account,
        kind="comment" if parent else "post",
        text=text,
        author=account,
        post_id=(parent.post_id or parent.external_id) if parent else "",
        parent_id=parent_id,
        addressed=addressed_by(state, text, parent),
        skew=skew_of(request),
    )
    data = {
        "id": entry.external_id,
        "text": shown_text(state, entry).text,
        "edit_history_post_ids": [entry.external_id],
    }
    return JSONResponse({"data": data}, status_code=201)


def addressed_by(state: State, text: str, parent: Entry | None) -> list[str]:
    """The accounts that will find this text among their mentions."""
    accounts = [find_account(state, network="x", handle=handle) for handle in handles_in(text)]
    ids = [account.external_id for account in accounts if account]
    if parent is not None:
        ids += [parent.author_id] if parent.by_account else []
        # X keeps everybody of the conversation in the mentions of a reply.
        root = get_entry(state, network="x", external_id=parent.post_id) if parent.post_id else None
        ids += [root.author_id] if root and root.by_account else []
    return ids


def _refuse_reply(
    state: State, account: Account, parent_id: str, parent: Entry | None
) -> JSONResponse | None:
    if not parent_id:
        return None
    if parent is None or parent.gone:
        return problem(
            403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you."
        )
    mine = parent.author_id == account.external_id
    addressed = state.db.execute(
        "SELECT 1 FROM addressed WHERE account_id = ? AND number = ?", (account.external_id, parent.number)
    ).fetchone()
    if not mine and addressed is None:
        # Since February 2026 an ordinary app may answer only those who addressed its account.
        return problem(403, "Forbidden", NOT_ADDRESSED)
    return None


def _refuse_duplicate(state: State, account: Account, text: str, parent_id: str) -> JSONResponse | None:
    same = select_entries(
        state,
        "author_id = ? AND text = ? AND parent_id = ? AND status = 'published' AND stored_at > ?",
        (account.external_id, text, parent_id, time.time() - A_DAY),
        limit=1,
    )
    if same:
        detail = "You are not allowed to create a Tweet with duplicate content."
        return problem(403, "Forbidden", detail)
    return None


def delete_post(request: Request, account: Account, body: Any) -> Response:
    """Take the account's own post down. What is gone already counts as deleted."""
    state = world_of(request).state
    entry = get_entry(state, network="x", external_id=str(request.path_params["post_id"]))
    if entry is not None and entry.author_id != account.external_id:
        return problem(403, "Forbidden", "You are not authorized to delete this Tweet.")
    if entry is not None and not entry.gone:
        erase_entry(state, entry)
    return JSONResponse({"data": {"deleted": True}})


def hide_reply(request: Request, account: Account, body: Any) -> Response:
    """Put a reply in the account's conversation behind one more click, or bring it back."""
    state = world_of(request).state
    hidden = body.get("hidden") if isinstance(body, dict) else None
    if not isinstance(hidden, bool):
        return invalid("hidden", str(hidden), "The `hidden` field must be a boolean.")
    entry = get_entry(state, network="x", external_id=str(request.path_params["post_id"]))
    root = get_entry(state, network="x", external_id=entry.post_id) if entry and entry.post_id else None
    if entry is None or entry.gone or root is None or root.author_id != account.external_id:
        return problem(403, "Forbidden", NOT_PERMITTED)
    change_entry(state, entry, hidden=hidden)
    return JSONResponse({"data": {"hidden": hidden}})
