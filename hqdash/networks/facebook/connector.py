"""A Facebook Page through facebook-sdk: one call per verb, nothing repeated."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import requests

from hqdash.networks.connector import Connector
from hqdash.networks.errors import NetworkError
from hqdash.networks.facebook import mapping
from hqdash.networks.facebook.graph import PageGraph
from hqdash.networks.facebook.polling import Window
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
    RateState,
)

LISTED = 25
POSTS_POLLED = 50
COMMENTS_OF_A_POST = 10
PAGE = 100
COMMENT = "id,message,from{id,name},created_time,is_hidden,permalink_url,parent{id}"
TAG = "id,message,from{id,name},created_time,permalink_url"
STILL_SEEN_HIDDEN = "The author and the author's friends."


class FacebookConnector(Connector):
    """One Page."""

    slug = "facebook"
    library_hosts = ("https://graph.facebook.com",)

    def __init__(self, account: Account, credentials: Mapping[str, Secret], http: HttpSettings) -> None:
        super().__init__(account, credentials, http)
        self._graph = PageGraph(self._session)
        self._page = account.external_id or "me"

    def who_am_i(self) -> Account:
        def ask() -> Account:
            return mapping.to_account(self._graph.get_object("me", fields="id,name,username"))

        return self._read("who_am_i", ask)

    def recent_ids(self) -> frozenset[str]:
        def ask() -> frozenset[str]:
            listing = self._graph.get_connections(self._page, "published_posts", fields="id", limit=LISTED)
            return frozenset(str(post["id"]) for post in listing["data"])

        return self._read("recent_ids", ask)

    def publish(self, draft: Draft, key: str = "") -> Published:
        if draft.reply_to:
            return self.reply(draft.reply_to, draft, key)
        self._refuse_attachments("publish", draft)
        words: dict[str, str] = {"message": draft.text}
        if draft.link:
            words["link"] = draft.link

        def act() -> Published:
            return mapping.to_published(self._graph.put_object(self._page, "feed", **words))

        return self._write("publish", act)

    def reply(self, external_id: str, draft: Draft, key: str = "") -> Published:
        self._refuse_attachments("reply", draft)

        def act() -> Published:
            return mapping.to_published(self._graph.put_comment(external_id, draft.text_with_link))

        return self._write("reply", act)

    def find_landed(self, probe: Probe) -> Landing:
        def ask() -> Landing:
            listing = self._graph.get_connections(
                self._page,
                "published_posts",
                fields="id,message,created_time,permalink_url",
                limit=LISTED,
            )
            listed = [mapping.to_listed(post) for post in listing["data"]]
            whole = not (listing.get("paging") or {}).get("next")
            return landing(probe, listed, whole=whole)

        return self._read("find_landed", ask)

    def withdraw(self, external_id: str) -> Effect:
        return self._delete("withdraw", external_id)

    def remove(self, external_id: str) -> Effect:
        return self._delete("remove", external_id)

    def comments(self, cursor: str = "") -> Batch:
        """One call for the newest posts with their newest comments; deeper pages only in a flood."""
        window = Window.from_cursor(cursor)
        if window.todo:
            return self._read("comments", self._deeper, window)
        newest = f"comments.filter(stream).order(reverse_chronological).limit({COMMENTS_OF_A_POST})"
        fields = f"id,{newest}{{{COMMENT}}}"

        def ask() -> Batch:
            feed = self._graph.get_connections(self._page, "feed", fields=fields, limit=POSTS_POLLED)
            items: list[Any] = []
            for post in feed["data"]:
                items += self._new_in(window, post.get("comments") or {}, post_id=str(post["id"]))
            return Batch(items=by_time(items), cursor=window.cursor(), more=bool(window.todo))

        return self._read("comments", ask)

    def mentions(self, cursor: str = "") -> Batch:
        """Posts by others that tag the Page."""
        window = Window.from_cursor(cursor)
        page = window.todo.pop()[1] if window.todo else None

        def ask() -> Batch:
            listing = self._graph.get_connections(self._page, "tagged", fields=TAG, limit=PAGE, after=page)
            items = self._new_in(window, listing, post_id="", kind="mention")
            return Batch(items=by_time(items), cursor=window.cursor(), more=bool(window.todo))

        return self._read("mentions", ask)

    def hide(self, external_id: str) -> Effect:
        return self._set_hidden("hide", external_id, True)

    def unhide(self, external_id: str) -> Effect:
        return self._set_hidden("unhide", external_id, False)

    def _deeper(self, window: Window) -> Batch:
        """The next page below one post under which more was written than one answer holds."""
        post_id, after = window.todo.pop(0)
        listing = self._graph.get_connections(
            post_id, "comments", fields=COMMENT, filter="stream", order="reverse_chronological",
            limit=PAGE, after=after,
        )  # fmt: skip
        items = self._new_in(window, listing, post_id=post_id)
        return Batch(items=by_time(items), cursor=window.cursor(), more=bool(window.todo))

    def _new_in(
        self,
        window: Window,
        listing: Mapping[str, Any],
        *,
        post_id: str,
        kind: Any = "comment",
    ) -> list[Any]:
        """The new items of one list, newest first; notes the next page if all of it was new."""
        items = [mapping.to_item(node, kind=kind, post_id=post_id) for node in listing.get("data") or ()]
        paging = listing.get("paging") or {}
        after = (paging.get("cursors") or {}).get("after")
        if not window.first and items and paging.get("next") and after and window.is_new(items[-1]):
            window.todo.append((post_id, str(after)))
        ours = self.account.external_id
        return [item for item in window.take(items) if not ours or item.author_id != ours]

    def _delete(self, operation: str, external_id: str) -> Effect:
        def act() -> Effect:
            answer = self._graph.delete_object(external_id)
            return Effect(done=bool(answer["success"]), who_still_sees="Nobody, except in copies.")

        return self._write(operation, act)

    def _set_hidden(self, operation: str, external_id: str, hidden: bool) -> Effect:
        def act() -> Effect:
            answer = self._graph.request(
                f"{self._graph.version}/{external_id}", post_args={"is_hidden": hidden}
            )
            return Effect(
                done=bool(answer["success"]),
                who_still_sees=STILL_SEEN_HIDDEN if hidden else "Everybody.",
            )

        return self._write(operation, act)

    def _authorise(self, request: requests.PreparedRequest) -> None:
        token = self._credentials["page_access_token"].reveal()
        request.headers["Authorization"] = f"Bearer {token}"
        app_secret = self._credentials.get("app_secret")
        if app_secret is None:
            return
        # Proves that the caller holds the app's secret; worthless without the token.
        proof = hmac.new(app_secret.reveal().encode(), token.encode(), hashlib.sha256).hexdigest()
        request.prepare_url(request.url, {"appsecret_proof": proof})

    def _explain(self, asked: Asked, answer: Answer) -> NetworkError | None:
        return mapping.explain(asked, answer)

    def _rate_state(self, headers: Mapping[str, str]) -> RateState | None:
        return mapping.to_rate_state(headers)


def by_time(items: list[Any]) -> tuple[Any, ...]:
    """Oldest first."""
    return tuple(sorted(items, key=lambda item: (item.at, item.external_id)))
