"""The shapes of Graph's answers: pages, posts, comments, lists and its one error envelope."""

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse

from hqdash.sandbox.accounts import Account, account_by_id
from hqdash.sandbox.entries import Entry, count_entries, get_entry, select_entries
from hqdash.sandbox.graph_fields import Field, parse_fields
from hqdash.sandbox.state import State

# Fields that Graph has but that are empty here: asking for them is right, an answer has nothing for them.
EMPTY = {
    "attachments", "full_picture", "place", "story", "message_tags", "attachment", "likes", "reactions",
    "shares", "picture", "insights", "admin_creator", "application", "about", "category", "fan_count",
    "followers_count", "link", "website", "emails", "phone",
}  # fmt: skip


class GraphRefusal(Exception):
    """A call that Graph answers with its error envelope."""

    def __init__(
        self, code: int, message: str, *, status: int = 400, subcode: int = 0, kind: str = "OAuthException"
    ) -> None:
        super().__init__(message)
        self.response = error(code, message, status=status, subcode=subcode, kind=kind)


def error(
    code: int, message: str, *, status: int = 400, subcode: int = 0, kind: str = "OAuthException"
) -> JSONResponse:
    """The envelope of a failed call."""
    body: dict[str, object] = {"message": message, "type": kind, "code": code}
    if subcode:
        body["error_subcode"] = subcode
    if code in (1, 2, 4, 17, 32, 341):
        body["is_transient"] = code in (1, 2)
    body["fbtrace_id"] = "A" + secrets.token_urlsafe(16).replace("-", "_")
    return JSONResponse({"error": body}, status_code=status, headers={"facebook-api-version": "v26.0"})


def missing(external_id: str) -> GraphRefusal:
    """What Graph says of everything that is not there or not for this token."""
    return GraphRefusal(
        100,
        f"Unsupported get request. Object with ID '{external_id}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation. Please read the Graph API documentation"
        " at https://developers.facebook.com/docs/graph-api",
        subcode=33,
        kind="GraphMethodException",
    )


def moment(at: float) -> str:
    """A moment as Graph writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and what is needed to answer: the state, the page, and our own address for links."""

    state: State
    page: Account
    origin: str
    listed_before: float | None = None

    def page_json(self, page: Account, fields: Sequence[Field]) -> dict[str, Any]:
        """A Page's own fields; Graph always adds the id."""
        answer: dict[str, Any] = {}
        for one in fields or parse_fields("name,id"):
            match one.name:
                case "id":
                    pass
                case "name":
                    answer["name"] = page.name
                case "username":
                    answer["username"] = page.handle
                case "link":
                    answer["link"] = f"{self.origin}/a/facebook/{page.handle}"
                case "is_published":
                    answer["is_published"] = True
                case "feed" | "published_posts" | "posts":
                    answer[one.name] = self.posts(page, one.arguments, one.fields)
                case name if name in EMPTY:
                    pass
                case name:
                    raise _no_field(name, "Page")
        return {**answer, "id": page.external_id}

    def post_json(self, entry: Entry, fields: Sequence[Field]) -> dict[str, Any]:
        """A post with the fields that were asked for."""
        answer: dict[str, Any] = {}
        for one in fields or parse_fields("created_time,message,id"):
            match one.name:
                case "id":
                    pass
                case "message":
                    answer["message"] = entry.text
                case "created_time" | "updated_time":
                    answer[one.name] = moment(entry.at)
                case "permalink_url":
                    answer["permalink_url"] = self.link_to(entry)
                case "from":
                    if entry.by_account:
                        answer["from"] = {"name": entry.author_name, "id": entry.author_id}
                case "is_published":
                    answer["is_published"] = True
                case "is_hidden":
                    answer["is_hidden"] = entry.hidden
                case "status_type":
                    answer["status_type"] = "mobile_status_update"
                case "comments":
                    answer["comments"] = self.comments(entry, one.arguments, one.fields)
                case name if name in EMPTY:
                    pass
                case name:
                    raise _no_field(name, "PagePost")
        return {**answer, "id": entry.external_id}

    def comment_json(self, entry: Entry, fields: Sequence[Field]) -> dict[str, Any]:
        """A comment with the fields that were asked for."""
        answer: dict[str, Any] = {}
        others = not entry.by_account
        for one in fields or parse_fields("created_time,from,message,id"):
            match one.name:
                case "id":
                    pass
                case "message":
                    answer["message"] = entry.text
                case "created_time":
                    answer["created_time"] = moment(entry.at)
                case "from":
                    answer["from"] = {"name": entry.author_name, "id": entry.author_id}
                case "is_hidden":
                    answer["is_hidden"] = entry.hidden
                case "can_hide":
                    answer["can_hide"] = others
                case "can_remove" | "can_comment":
                    answer[one.name] = True
                case "can_reply_privately" | "is_private" | "can_like" | "user_likes":
                    answer[one.name] = False
                case "like_count":
                    answer["like_count"] = 0
                case "comment_count":
                    answer["comment_count"] = count_entries(
                        self.state,
                        "network = 'facebook' AND parent_id = ? AND status = 'published'",
                        (entry.external_id,),
                    )
                case "permalink_url":
                    answer["permalink_url"] = self.link_to(entry)
                case "parent":
                    parent = self._parent(entry)
                    if parent:
                        answer["parent"] = self.comment_json(parent, one.fields)
                case "object":
                    answer["object"] = {"id": entry.post_id}
                case "comments":
                    answer["comments"] = self.comments(entry, one.arguments, one.fields)
                case name if name in EMPTY:
                    pass
                case name:
                    raise _no_field(name, "Comment")
        return {**answer, "id": entry.external_id}

    def link_to(self, entry: Entry) -> str:
        """Where the public finds the text."""
        thread = entry.post_id or entry.external_id
        anchor = f"#comment-{entry.external_id}" if entry.post_id else ""
        return f"{self.origin}/a/facebook/{self.page.handle}/{thread}{anchor}"

    def _parent(self, entry: Entry) -> Entry | None:
        if not entry.parent_id or entry.parent_id == entry.post_id:
            return None
        return get_entry(self.state, network="facebook", external_id=entry.parent_id)

    def posts(
        self, page: Account, arguments: Mapping[str, str], fields: Sequence[Field], *, tagged: bool = False
    ) -> dict[str, Any]:
        """The page's own posts, or the posts of others that tag it, newest first."""
        if tagged:
            condition = "kind = 'mention' AND account_id = ? AND status = 'published'"
        else:
            condition = "kind = 'post' AND account_id = ? AND status = 'published'"
        path = f"{page.external_id}/{'tagged' if tagged else 'feed'}"
        found, paging = self._list(path, condition, [page.external_id], arguments, newest_first=True)
        return {"data": [self.post_json(entry, fields) for entry in found], **paging}

    def comments(self, over: Entry, arguments: Mapping[str, str], fields: Sequence[Field]) -> dict[str, Any]:
        """What is written below a post or a comment."""
        network = "network = 'facebook' AND kind = 'comment' AND status = 'published'"
        if over.kind == "comment":
            condition = f"{network} AND parent_id = ?"
        elif arguments.get("filter", "toplevel") == "stream":
            condition = f"{network} AND post_id = ?"
        else:
            condition = f"{network} AND post_id = ? AND parent_id = post_id"
        newest_first = arguments.get("order", "chronological") == "reverse_chronological"
        path = f"{over.external_id}/comments"
        found, paging = self._list(path, condition, [over.external_id], arguments, newest_first=newest_first)
        return {"data": [self.comment_json(entry, fields) for entry in found], **paging}

    def _list(
        self,
        path: str,
        condition: str,
        values: list[object],
        arguments: Mapping[str, str],
        *,
        newest_first: bool,
    ) -> tuple[list[Entry], dict[str, Any]]:
        size = min(_number(arguments, "limit") or 25, 100)
        for name, comparison in (("since", ">="), ("until", "<=")):
            if arguments.get(name):
                condition += f" AND at {comparison} ?"
                values.append(_time_in(arguments[name]))
        after, before = arguments.get("after"), arguments.get("before")
        if after:
            condition += f" AND number {'<' if newest_first else '>'} ?"
            values.append(number_in(after))
        if before:
            condition += f" AND number {'>' if newest_first else '<'} ?"
            values.append(number_in(before))
        found = select_entries(
            self.state,
            condition,
            values,
            newest_first=newest_first,
            limit=size + 1,
            older_than=self.listed_before,
        )
        page = found[:size]
        if not page:
            return [], {}
        cursors = {"before": cursor(page[0].number), "after": cursor(page[-1].number)}
        paging: dict[str, Any] = {"cursors": cursors}
        if len(found) > size:
            kept = {
                name: value
                for name, value in arguments.items()
                if name in ("filter", "order", "since", "fields")
            }
            query = urlencode({**kept, "limit": size, "after": cursors["after"]})
            paging["next"] = f"{self.origin}/graph/v26.0/{path}?{query}"
        return page, {"paging": paging}


def _no_field(name: str, node: str) -> GraphRefusal:
    return GraphRefusal(100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})")


def _number(arguments: Mapping[str, str], name: str) -> int:
    value = arguments.get(name, "")
    return int(value) if value.isdecimal() else 0


def _time_in(value: str) -> float:
    if value.isdecimal():
        return float(value)
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        raise GraphRefusal(100, f"(#100) {value} is not a valid time.") from None
    return (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()


def cursor(number: int) -> str:
    """A place in a list, as Graph hands it out."""
    return base64.urlsafe_b64encode(json.dumps(number).encode()).decode()


def number_in(text: str) -> int:
    """What a cursor says."""
    try:
        return int(base64.urlsafe_b64decode(text))
    except ValueError:
        raise GraphRefusal(100, "(#100) Invalid cursor.") from None


def page_named(state: State, page: Account, name: str) -> Account | None:
    """The Page with this id, or the token's own for `me`."""
    if name == "me":
        return page
    found = account_by_id(state, name)
    return found if found and found.network == "facebook" else None
