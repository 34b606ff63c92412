"""A WordPress site through its REST API: one call per verb, nothing repeated."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import requests

from hqdash.networks import cursors
from hqdash.networks.connector import Connector
from hqdash.networks.errors import NetworkError
from hqdash.networks.http import Answer, HttpSettings
from hqdash.networks.matching import landing
from hqdash.networks.outcomes import Asked
from hqdash.networks.secret import Secret
from hqdash.networks.types import (
    Account,
    Batch,
    Draft,
    Effect,
    Landing,
    Probe,
    Published,
)
from hqdash.networks.wordpress import mapping

LISTED = 25
COMMENTS_AT_ONCE = 100
# Pages of a walk overlap, because a deletion in between moves everything up.
OVERLAP = 20
STAFF = "The site's staff."


class NoUsableAnswer(ValueError):
    """WordPress answered, but not with the JSON of a success; the answer itself says more."""


class WordPressConnector(Connector):
    """One site, as one of its users."""

    slug = "wordpress"

    def __init__(self, account: Account, credentials: Mapping[str, Secret], http: HttpSettings) -> None:
        super().__init__(account, credentials, http)
        # The site is the account; a base address in the settings only serves where it names none.
        self._site = (account.base_url or http.base_url).rstrip("/")

    def who_am_i(self) -> Account:
        def ask() -> Account:
            return mapping.to_account(self._ask("users/me", context="edit"), base_url=self._site)

        return self._read("who_am_i", ask)

    def recent_ids(self) -> frozenset[str]:
        def ask() -> frozenset[str]:
            return frozenset(str(post["id"]) for post in self._site_posts(fields="id"))

        return self._read("recent_ids", ask)

    def publish(self, draft: Draft, key: str = "") -> Published:
        self._refuse_attachments("publish", draft)
        if draft.reply_to:
            return self.reply(draft.reply_to, draft, key)

        def act() -> Published:
            return mapping.to_published(self._send("POST", "posts", mapping.to_post(draft)))

        return self._write("publish", act)

    def reply(self, external_id: str, draft: Draft, key: str = "") -> Published:
        self._refuse_attachments("reply", draft)

        def below() -> int:
            return int(self._ask(f"comments/{external_id}", context="edit", _fields="id,post")["post"])

        post_id = self._read("reply", below)
        words = {
            "post": post_id,
            "parent": int(external_id),
            "content": mapping.paragraphs(draft.text_with_link),
        }

        def act() -> Published:
            return mapping.to_published(self._send("POST", "comments", words))

        return self._write("reply", act)

    def find_landed(self, probe: Probe) -> Landing:
        def ask() -> Landing:
            posts = self._site_posts(fields="id,date_gmt,link,content,status")
            last = self._session.last
            pages = last.headers.get("X-WP-TotalPages", "") if last is not None else ""
            whole = pages.isdigit() and int(pages) <= 1
            return landing(probe, [mapping.to_listed(post) for post in posts], whole=whole)

        return self._read("find_landed", ask)

    def withdraw(self, external_id: str) -> Effect:
        return self._trash("withdraw", f"posts/{external_id}")

    def remove(self, external_id: str) -> Effect:
        return self._trash("remove", f"comments/{external_id}")

    def comments(self, cursor: str = "") -> Batch:
        """Ids only grow, so the newest id is the border; a flood is walked down page by page."""
        state = cursors.read(cursor)
        begun = bool(state)
        since, newest = int(state.get("since") or 0), int(state.get("newest") or 0)
        low, offset = int(state.get("low") or 0), int(state.get("offset") or 0)

        def ask() -> Batch:
            # Who the password belongs to never changes, so the cursor remembers it.
            me = state.get("me") or int(self._ask("users/me", _fields="id")["id"])
            listed = self._ask(
                "comments", context="edit", status="all", orderby="id", order="desc",
                per_page=COMMENTS_AT_ONCE, offset=offset or None,
            )  # fmt: skip
            ids = [int(comment["id"]) for comment in listed]
            new = [number for number in ids if number > since and (not low or number < low)]
            # The first poll takes one page: the discussion of past years is not wanted.
            more = begun and bool(new) and len(ids) == COMMENTS_AT_ONCE and min(ids) > since
            top = max([newest, since, *ids])
            after: dict[str, Any] = {"begun": True, "me": me, "since": top}
            if more:
                offset_after = offset + COMMENTS_AT_ONCE - OVERLAP
                after |= {"since": since, "newest": top, "low": min(new), "offset": offset_after}
            items = [
                mapping.to_item(comment)
                for comment in reversed(listed)
                if int(comment["id"]) in new and int(comment.get("author") or 0) != me
            ]
            return Batch(items=tuple(items), cursor=cursors.write(after), more=more)

        return self._read("comments", ask)

    def hide(self, external_id: str) -> Effect:
        return self._set_status("hide", external_id, "hold", STAFF)

    def unhide(self, external_id: str) -> Effect:
        return self._set_status("unhide", external_id, "approved", "Everybody.")

    def _set_status(self, operation: str, external_id: str, status: str, seen_by: str) -> Effect:
        def act() -> Effect:
            now = self._send("POST", f"comments/{external_id}", {"status": status})["status"]
            return Effect(done=now == status, who_still_sees=seen_by)

        return self._write(operation, act)

    def _trash(self, operation: str, path: str) -> Effect:
        """Into WordPress's own bin, which it empties after thirty days."""

        def act() -> Effect:
            now = self._send("DELETE", path)
            return Effect(done=now["status"] == "trash", who_still_sees=STAFF)

        return self._write(operation, act)

    # Everybody's posts, not only ours: a wrong user id would make a post that stands look absent.
    def _site_posts(self, *, fields: str) -> list[dict[str, Any]]:
        found = self._ask(
            "posts", context="edit", status="any", orderby="id", order="desc", per_page=LISTED,
            _fields=fields,
        )  # fmt: skip
        return list(found)

    def _ask(self, path: str, **parameters: object) -> Any:
        return self._call("GET", path, params={k: v for k, v in parameters.items() if v is not None})

    def _send(self, method: str, path: str, words: dict[str, Any] | None = None) -> Any:
        return self._call(method, path, json=words)

    def _call(self, method: str, path: str, **what: Any) -> Any:
        response = self._session.request(method, f"{self._site}/wp-json/wp/v2/{path}", **what)
        if not response.ok or response.is_redirect:
            raise NoUsableAnswer("an error")
        return response.json()

    def _authorise(self, request: requests.PreparedRequest) -> None:
        user = self._credentials["username"].reveal()
        # WordPress shows the password in groups of four; the spaces are for reading.
        password = self._credentials["application_password"].reveal().replace(" ", "")
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        request.headers["Authorization"] = f"Basic {pair}"

    def _explain(self, asked: Asked, answer: Answer) -> NetworkError | None:
        return mapping.explain(asked, answer)
