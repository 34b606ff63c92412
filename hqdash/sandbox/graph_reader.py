"""Answers Graph's reading calls: pages, posts and comments with exactly the fields that were asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from hqdash.sandbox.accounts import Account, account_by_id
from hqdash.sandbox.entries import Entry, count_entries, get_entry, select_entries
from hqdash.sandbox.graph_answers import cursor, moment, no_field, number_in, number_of, time_in
from hqdash.sandbox.graph_fields import Field, parse_fields
from hqdash.sandbox.state import State

# Fields that Graph has but that are empty here: asking for them is right, an answer has nothing for them.
EMPTY = {
    "attachments", "full_picture", "place", "story", "message_tags", "attachment", "likes", "reactions",
    "shares", "picture", "insights", "admin_creator", "application", "about", "category", "fan_count",
    "followers_count", "link", "website", "emails", "phone",
}  # fmt: skip

Values = Mapping[str, Callable[[Field], Any]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and what is needed to answer: the state, the page, and our own address for links."""

    state: State
    page: Account
    origin: str
    listed_before: float | None = None

    def page_json(self, page: Account, fields: Sequence[Field]) -> dict[str, Any]:
        """A Page's own fields; Graph always adds the id."""
        values: Values = {
            "name": lambda _: page.name,
            "username": lambda _: page.handle,
            "link": lambda _: f"{self.origin}/a/facebook/{page.handle}",
            "is_published": lambda _: True,
            "feed": lambda asked: self.posts(page, asked.arguments, asked.fields),
            "posts": lambda asked: self.posts(page, asked.arguments, asked.fields),
            "published_posts": lambda asked: self.posts(page, asked.arguments, asked.fields),
            "tagged": lambda asked: self.posts(page, asked.arguments, asked.fields, tagged=True),
        }
        return _picked("Page", values, fields or parse_fields("name,id"), page.external_id)

    def post_json(self, entry: Entry, fields: Sequence[Field]) -> dict[str, Any]:
        """A post with the fields that were asked for."""
        values: Values = {
            "message": lambda _: entry.text or None,
            "created_time": lambda _: moment(entry.at),
            "updated_time": lambda _: moment(entry.at),
            "permalink_url": lambda _: self.link_to(entry),
            # Who wrote a post that only tags the Page is withheld from most apps.
            "from": lambda _: _author(entry) if entry.by_account else None,
            "is_published": lambda _: True,
            "is_hidden": lambda _: entry.hidden,
            "status_type": lambda _: "mobile_status_update",
            "comments": lambda asked: self.comments(entry, asked.arguments, asked.fields),
        }
        return _picked(
            "PagePost", values, fields or parse_fields("created_time,message,id"), entry.external_id
        )

    def comment_json(self, entry: Entry, fields: Sequence[Field]) -> dict[str, Any]:
        """A comment with the fields that were asked for."""
        values: Values = {
            "message": lambda _: entry.text,
            "created_time": lambda _: moment(entry.at),
            "from": lambda _: _author(entry),
            "is_hidden": lambda _: entry.hidden,
            "can_hide": lambda _: not entry.by_account,
            "can_remove": lambda _: True,
            "can_comment": lambda _: True,
            "can_like": lambda _: False,
            "can_reply_privately": lambda _: False,
            "is_private": lambda _: False,
            "user_likes": lambda _: False,
            "like_count": lambda _: 0,
            "comment_count": lambda _: self._answers(entry),
            "permalink_url": lambda _: self.link_to(entry),
            "parent": lambda asked: self._parent(entry, asked),
            "object": lambda _: {"id": entry.post_id},
            "comments": lambda asked: self.comments(entry, asked.arguments, asked.fields),
        }
        return _picked(
            "Comment", values, fields or parse_fields("created_time,from,message,id"), entry.external_id
        )

    def link_to(self, entry: Entry) -> str:
        """Where the public finds the text."""
        thread = entry.post_id or entry.external_id
        anchor = f"#comment-{entry.external_id}" if entry.post_id else ""
        return f"{self.origin}/a/facebook/{self.page.handle}/{thread}{anchor}"

    def _answers(self, entry: Entry) -> int:
        condition = "network = 'facebook' AND parent_id = ? AND status = 'published'"
        return count_entries(self.state, condition, (entry.external_id,))

    def _parent(self, entry: Entry, asked: Field) -> dict[str, Any] | None:
        if not entry.parent_id or entry.parent_id == entry.post_id:
            return None
        parent = get_entry(self.state, network="facebook", external_id=entry.parent_id)
        return self.comment_json(parent, asked.fields) if parent else None

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
        size = min(number_of(arguments, "limit") or 25, 100)
        for name, comparison in (("since", ">="), ("until", "<=")):
            if arguments.get(name):
                condition += f" AND at {comparison} ?"
                values.append(time_in(arguments[name]))
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


def _picked(node: str, values: Values, fields: Sequence[Field], external_id: str) -> dict[str, Any]:
    """The fields in the order they were asked for. One without a value is left out, as Graph does."""
    answer: dict[str, Any] = {}
    for asked in fields:
        if asked.name in values:
            value = values[asked.name](asked)
            if value is not None:
                answer[asked.name] = value
        elif asked.name not in EMPTY and asked.name != "id":
            raise no_field(asked.name, node)
    return {**answer, "id": external_id}


def _author(entry: Entry) -> dict[str, str]:
    return {"name": entry.author_name, "id": entry.author_id}


def page_named(state: State, page: Account, name: str) -> Account | None:
    """The Page with this id, or the token's own for `me`."""
    if name == "me":
        return page
    found = account_by_id(state, name)
    return found if found and found.network == "facebook" else None
