"""Posts of a WordPress site: written, found by their slug, changed, put in the bin or erased."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hqdash.sandbox.door import skew_of
from hqdash.sandbox.entries import Entry, change_entry, erase_entry, get_entry, write_entry
from hqdash.sandbox.state import State
from hqdash.sandbox.wordpress_answers import Site, WordPressRefusal, raw_text, slug_of
from hqdash.sandbox.wordpress_lists import answer_list, invalid, only
from hqdash.sandbox.world import world_of

STATUSES = ("publish", "draft", "pending", "private", "future")


def list_posts(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """Posts by status, slug or words."""
    condition, values = "kind = 'post'", []
    asked = [part for part in str(arguments.get("status", "publish")).split(",") if part]
    if "any" in asked:
        # As in WordPress, "any" does not look into the bin.
        condition += " AND status NOT IN ('deleted', 'trash')"
    else:
        for status in asked:
            if status not in (*STATUSES, "trash"):
                raise invalid("status", f"{status} is not a status of a post.")
        condition += f" AND status IN ({', '.join('?' * len(asked))})"
        values += asked
    slugs = [part for part in str(arguments.get("slug", "")).split(",") if part]
    if slugs:
        condition += f" AND slug IN ({', '.join('?' * len(slugs))})"
        values += slugs
    return answer_list(request, site, arguments, condition=condition, values=values, shape=site.post_json)


def one_post(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """One post, whatever its status."""
    entry = _post(request, site)
    return JSONResponse(only(site.post_json(entry, str(arguments.get("context", "view"))), arguments))


def add_post(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """A new post. A slug that is taken gets a number; nothing is ever refused as a repeat."""
    state = world_of(request).state
    title, content = raw_text(arguments.get("title")), raw_text(arguments.get("content"))
    if not title and not content and not raw_text(arguments.get("excerpt")):
        raise WordPressRefusal(400, "empty_content", "Content, title, and excerpt are empty.")
    status = _status(arguments, "draft")
    entry = write_entry(
        state,
        account=site.account,
        kind="post",
        text=content,
        title=title,
        author=site.account,
        slug=free_slug(state, site, slug_of(str(arguments.get("slug") or title or content[:60]))),
        status=status,
        skew=skew_of(request),
    )
    headers = {"location": f"{site.rest}/posts/{entry.external_id}"}
    return JSONResponse(site.post_json(entry, "edit"), status_code=201, headers=headers)


def change_post(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """New words, title or status for a post."""
    entry = _post(request, site)
    changes: dict[str, object] = {}
    if "title" in arguments:
        changes["title"] = raw_text(arguments["title"])
    if "content" in arguments:
        changes["text"] = raw_text(arguments["content"])
    if "status" in arguments:
        changes["status"] = _status(arguments, entry.status)
    if changes:
        entry = change_entry(world_of(request).state, entry, **changes)
    return JSONResponse(site.post_json(entry, "edit"))


def bin_post(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    """Into the bin, or with force gone for good."""
    state = world_of(request).state
    entry = _post(request, site)
    if str(arguments.get("force", "")).lower() in ("1", "true"):
        previous = site.post_json(entry, "edit")
        erase_entry(state, entry)
        return JSONResponse({"deleted": True, "previous": previous})
    if entry.status == "trash":
        raise WordPressRefusal(410, "rest_already_trashed", "The post has already been deleted.")
    entry = change_entry(state, entry, status="trash", slug=f"{entry.slug}__trashed")
    return JSONResponse(site.post_json(entry, "edit"))


def free_slug(state: State, site: Site, slug: str) -> str:
    """The slug, or the slug with the first number that is free."""
    taken = {
        row["slug"]
        for row in state.db.execute(
            "SELECT slug FROM entry WHERE account_id = ? AND kind = 'post' AND status <> 'deleted'"
            " AND (slug = ? OR slug LIKE ? || '-%')",
            (site.account.external_id, slug, slug),
        )
    }
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def _status(arguments: dict[str, Any], default: str) -> str:
    status = str(arguments.get("status", default))
    if status not in STATUSES:
        raise invalid("status", f"status is not one of {', '.join(STATUSES)}.")
    return status


def _post(request: Request, site: Site) -> Entry:
    entry = get_entry(
        world_of(request).state, network="wordpress", external_id=str(request.path_params["post_id"])
    )
    if (
        entry is None
        or entry.kind != "post"
        or entry.status == "deleted"
        or entry.account_id != site.account.external_id
    ):
        raise WordPressRefusal(404, "rest_post_invalid_id", "Invalid post ID.")
    return entry
