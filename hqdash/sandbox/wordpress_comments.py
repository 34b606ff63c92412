"""Comments of a WordPress site: read by their status, written, held, approved, binned or erased."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hqdash.sandbox.door import skew_of
from hqdash.sandbox.entries import (
    Entry,
    change_entry,
    count_entries,
    erase_entry,
    get_entry,
    write_entry,
)
from hqdash.sandbox.state import State
from hqdash.sandbox.wordpress_answers import Site, WordPressRefusal, raw_text
from hqdash.sandbox.wordpress_lists import answer_list, only
from hqdash.sandbox.world import world_of

# What the caller may say, and the status that the comment then has.
NEW_STATUS = {
    "approved": "approved",
    "approve": "approved",
    "1": "approved",
    "hold": "hold",
    "0": "hold",
    "spam": "spam",
    "unspam": "approved",
    "trash": "trash",
    "untrash": "approved",
}
LISTED = {
    "approve": "status = 'approved'",
    "approved": "status = 'approved'",
    "hold": "status = 'hold'",
    "spam": "status = 'spam'",
    "trash": "status = 'trash'",
    "all": "status IN ('approved', 'hold')",
    "any": "status <> 'removed'",
}


def list_comments(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """Comments by status, post or time; approved ones unless asked otherwise."""
    condition = f"kind = 'comment' AND {LISTED.get(str(arguments.get('status', 'approve')), '0')}"
    values: list[object] = []
    for name, column in (("post", "post_id"), ("parent", "parent_id")):
        if arguments.get(name):
            wanted = str(arguments[name]).split(",")
            condition += f" AND {column} IN ({', '.join('?' * len(wanted))})"
            values += wanted
    return answer_list(request, site, arguments, condition=condition, values=values, shape=site.comment_json)


def one_comment(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """One comment, whatever its status."""
    entry = _comment(request, site)
    return JSONResponse(only(site.comment_json(entry, str(arguments.get("context", "view"))), arguments))


def refuse_duplicate(state: State, *, post_id: str, author_id: str, text: str) -> None:
    """The same words by the same author below the same post come only once."""
    same = count_entries(
        state,
        "network = 'wordpress' AND kind = 'comment' AND post_id = ? AND author_id = ? AND text = ?"
        " AND status NOT IN ('trash', 'removed')",
        (post_id, author_id, text),
    )
    if same:
        raise WordPressRefusal(
            409,
            "comment_duplicate",
            "Duplicate comment detected; it looks as though you&#8217;ve already said that!",
        )


def add_comment(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """The newsroom's own comment, approved at once."""
    state = world_of(request).state
    post_id, text = str(arguments.get("post", "")), raw_text(arguments.get("content"))
    post = get_entry(state, network="wordpress", external_id=post_id)
    if post is None or post.kind != "post" or post.gone or post.account_id != site.account.external_id:
        raise WordPressRefusal(
            403,
            "rest_comment_invalid_post_id",
            "Sorry, you are not allowed to create this comment without a post.",
        )
    if not text.strip():
        raise WordPressRefusal(400, "rest_comment_content_invalid", "Invalid comment content.")
    refuse_duplicate(state, post_id=post_id, author_id=site.account.external_id, text=text)
    entry = write_entry(
        state,
        account=site.account,
        kind="comment",
        text=text,
        author=site.account,
        post_id=post_id,
        parent_id=str(arguments.get("parent") or "") or post_id,
        status="approved",
        skew=skew_of(request),
    )
    headers = {"location": f"{site.rest}/comments/{entry.external_id}"}
    return JSONResponse(site.comment_json(entry, "edit"), status_code=201, headers=headers)


def change_comment(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """A new status or new words for a comment."""
    state = world_of(request).state
    entry = _comment(request, site)
    if "content" in arguments:
        entry = change_entry(state, entry, text=raw_text(arguments["content"]))
    if "status" in arguments:
        status = NEW_STATUS.get(str(arguments["status"]))
        if status is None or status == entry.status:
            # WordPress does not take a change that changes nothing for a success.
            raise WordPressRefusal(500, "rest_comment_failed_edit", "Updating comment status failed.")
        entry = change_entry(state, entry, status=status)
    return JSONResponse(site.comment_json(entry, "edit"))


def bin_comment(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """Into the bin, or with force gone for good."""
    state = world_of(request).state
    entry = _comment(request, site)
    if str(arguments.get("force", "")).lower() in ("1", "true"):
        previous = site.comment_json(entry, "edit")
        erase_entry(state, entry)
        return JSONResponse({"deleted": True, "previous": previous})
    if entry.status == "trash":
        raise WordPressRefusal(410, "rest_already_trashed", "The comment has already been trashed.")
    return JSONResponse(site.comment_json(change_entry(state, entry, status="trash"), "edit"))


def _comment(request: Request, site: Site) -> Entry:
    entry = get_entry(
        world_of(request).state, network="wordpress", external_id=str(request.path_params["comment_id"])
    )
    if (
        entry is None
        or entry.kind != "comment"
        or entry.status == "removed"
        or entry.account_id != site.account.external_id
    ):
        raise WordPressRefusal(404, "rest_comment_invalid_id", "Invalid comment ID.")
    return entry
