"""What can be read on X: an account's posts, who mentions it, one post, a search."""

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hqdash.sandbox.accounts import Account, account_by_id
from hqdash.sandbox.door import listed_before
from hqdash.sandbox.entries import get_entry, select_entries
from hqdash.sandbox.state import LARGEST
from hqdash.sandbox.world import world_of
from hqdash.sandbox.x_answers import (
    included,
    invalid,
    list_json,
    not_found,
    number_in,
    post_json,
    user_json,
    wanted,
)

OPERATOR = re.compile(r'-?(?:[a-z_]+:\S+|@\w+|"[^"]*"|[^\s:]+)')


def who_am_i(request: Request, account: Account, body: Any) -> Response:
    """The account that the token speaks for."""
    want = wanted(request)
    if isinstance(want, Response):
        return want
    return JSONResponse({"data": user_json(account, want)})


def one_post(request: Request, account: Account, body: Any) -> Response:
    """One post. A missing one is a 200 with errors and without data."""
    state = world_of(request).state
    want = wanted(request)
    if isinstance(want, Response):
        return want
    post_id = str(request.path_params["post_id"])
    entry = get_entry(state, network="x", external_id=post_id)
    if entry is None or entry.gone:
        return JSONResponse({"errors": [not_found("tweet", "id", post_id)]})
    answer: dict[str, Any] = {"data": post_json(state, entry, want)}
    includes = included(state, [entry], want)
    if includes:
        answer["includes"] = includes
    return JSONResponse(answer)


def timeline_of(request: Request, account: Account, body: Any) -> Response:
    """A user's own posts and replies, newest first."""
    condition = "network = 'x' AND author_id = ? AND status = 'published'"
    if "replies" in request.query_params.get("exclude", ""):
        condition += " AND kind = 'post'"
    return _list_for_user(request, account, condition, uses=1)


def mentions_of(request: Request, account: Account, body: Any) -> Response:
    """Posts by others that mention a user or answer in their conversations, newest first."""
    condition = (
        "network = 'x' AND number IN (SELECT number FROM addressed WHERE account_id = ?)"
        " AND author_id <> ? AND status = 'published'"
    )
    return _list_for_user(request, account, condition, uses=2)


def recent_search(request: Request, account: Account, body: Any) -> Response:
    """Posts of the last seven days that meet a query."""
    query = request.query_params.get("query", "").strip()
    if not query or len(query) > 512:
        return invalid("query", query, "The query has 1 to 512 characters.")
    conditions = ["network = 'x'", "status = 'published'", "stored_at > unixepoch() - 7 * 86400"]
    values: list[object] = []
    for part in OPERATOR.findall(query):
        told = _condition(part.removeprefix("-"))
        if told is None:
            return invalid("query", query, f"There were errors processing your request: {part}")
        sql, value = told
        conditions.append(f"NOT ({sql})" if part.startswith("-") else f"({sql})")
        values += value
    return _list(request, account, " AND ".join(conditions), values, smallest=10)


CONDITIONS = {
    "conversation_id": "? IN (post_id, external_id)",
    "in_reply_to_tweet_id": "parent_id = ?",
    "in_reply_to_post_id": "parent_id = ?",
    "from": "lower(author_handle) = lower(?)",
    "to": "parent_id IN (SELECT external_id FROM entry WHERE lower(author_handle) = lower(?))",
}
# An operator whose value is part of its name.
PLAIN_CONDITIONS = {"is:reply": "parent_id <> ''", "has:links": "instr(text, '://') > 0", "lang:en": "1"}


def _condition(part: str) -> tuple[str, list[object]] | None:
    """One part of a query as a condition with its value, or nothing when X has no such operator."""
    name, colon, value = part.partition(":")
    if not colon:
        return "instr(lower(text), lower(?)) > 0", [part.strip('"')]
    if part in PLAIN_CONDITIONS:
        return PLAIN_CONDITIONS[part], []
    return (CONDITIONS[name], [value]) if name in CONDITIONS else None


def _list_for_user(request: Request, account: Account, condition: str, *, uses: int) -> Response:
    user_id = str(request.path_params["user_id"])
    if account_by_id(world_of(request).state, user_id) is None:
        return JSONResponse({"errors": [not_found("user", "id", user_id)]})
    return _list(request, account, condition, [user_id] * uses, smallest=5)


def _list(
    request: Request, account: Account, condition: str, values: list[object], *, smallest: int
) -> Response:
    """A page of what meets the condition, within what the caller asked for."""
    asked = request.query_params
    want = wanted(request)
    if isinstance(want, Response):
        return want
    size = asked.get("max_results", "10")
    if not size.isdecimal() or not smallest <= int(size) <= 100:
        message = f"The `max_results` query parameter value [{size}] is not between {smallest} and 100"
        return invalid("max_results", size, message)
    for name, comparison in (("since_id", ">"), ("until_id", "<")):
        value = asked.get(name, "")
        if value and not re.fullmatch(r"[0-9]{1,19}", value):
            message = f"The `{name}` query parameter value [{value}] does not match ^[0-9]{{1,19}}$"
            return invalid(name, value, message)
        if value:
            condition += f" AND CAST(external_id AS INTEGER) {comparison} ?"
            values.append(min(int(value), LARGEST))
    token = asked.get("pagination_token") or asked.get("next_token")
    if token:
        before = number_in(token)
        if before is None:
            return invalid("pagination_token", token, "The pagination token is not valid.")
        condition += " AND number < ?"
        values.append(before)
    state = world_of(request).state
    lag = listed_before(request, account)
    found = select_entries(state, condition, values, limit=int(size) + 1, older_than=lag)
    return JSONResponse(list_json(state, found[: int(size)], want, more=len(found) > int(size)))
