"""X through tweepy: one call per verb, nothing waited for, nothing repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import requests
import tweepy

from hqdash.networks import cursors
from hqdash.networks.connector import Connector
from hqdash.networks.errors import NetworkError, Refused
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
from hqdash.networks.x import mapping

# Stands where tweepy wants a token. The real one is put on below it, so tweepy can neither log nor keep it.
TOKEN_ELSEWHERE = "held-by-the-transport"  # noqa: S105  # stands for a token, is none
# Enough to reach behind a burst of our own posts; every post read is paid for.
LISTED = 20
MENTIONS_AT_ONCE = 100
POST_FIELDS = ["created_at", "entities", "note_tweet"]
MENTION_FIELDS = [
    *POST_FIELDS,
    "author_id",
    "conversation_id",
    "in_reply_to_user_id",
    "lang",
    "referenced_tweets",
]
STILL_SEEN_HIDDEN = "Everybody with one more click, and its author."


class XConnector(Connector):
    """One X account."""

    slug = "x"
    library_hosts = ("https://api.twitter.com", "https://api.x.com")

    def __init__(self, account: Account, credentials: Mapping[str, Secret], http: HttpSettings) -> None:
        super().__init__(account, credentials, http)
        self._client = tweepy.Client(
            bearer_token=TOKEN_ELSEWHERE,
            return_type=dict,
            # True would put the worker to sleep for up to a quarter of an hour.
            wait_on_rate_limit=False,
        )
        self._client.session = self._session
        self._id = account.external_id

    def who_am_i(self) -> Account:
        def ask() -> Account:
            return mapping.to_account(self._payload(self._client.get_me(user_auth=False)))

        return self._read("who_am_i", ask)

    def recent_ids(self) -> frozenset[str]:
        def ask() -> frozenset[str]:
            listing = self._our_posts(post_fields=["id"])
            return frozenset(str(post["id"]) for post in listing.get("data") or ())

        return self._read("recent_ids", ask)

    def publish(self, draft: Draft, key: str = "") -> Published:
        return self._post("publish", draft, reply_to=draft.reply_to)

    def reply(self, external_id: str, draft: Draft, key: str = "") -> Published:
        return self._post("reply", draft, reply_to=external_id)

    def find_landed(self, probe: Probe) -> Landing:
        def ask() -> Landing:
            listing = self._our_posts(post_fields=POST_FIELDS)
            listed = [
                mapping.to_listed(post, handle=self.account.handle) for post in listing.get("data") or ()
            ]
            whole = not (listing.get("meta") or {}).get("next_token")
            return landing(probe, listed, whole=whole)

        return self._read("find_landed", ask)

    def withdraw(self, external_id: str) -> Effect:
        def act() -> Effect:
            answer = self._payload(self._client.delete_tweet(external_id, user_auth=False))
            return Effect(
                done=bool(answer["data"]["deleted"]),
                who_still_sees="Nobody, except in copies.",
            )

        return self._write("withdraw", act)

    def comments(self, cursor: str = "") -> Batch:
        """Nothing of its own: replies to us are among the mentions, and reading them twice costs twice."""
        return Batch(items=(), cursor=cursor)

    def mentions(self, cursor: str = "") -> Batch:
        """Newest pages first on the wire; the cursor walks down to where the last poll began."""
        state = cursors.read(cursor)
        walking, token = bool(state.get("since")), state.get("token")

        def ask() -> Batch:
            payload = self._payload(
                self._client.get_users_mentions(
                    self._our_id(),
                    max_results=MENTIONS_AT_ONCE,
                    since_id=state.get("since"),
                    pagination_token=token,
                    tweet_fields=MENTION_FIELDS,
                    expansions=["author_id"],
                    user_fields=["name", "username"],
                    user_auth=False,
                )
            )
            meta = payload.get("meta") or {}
            ids = [int(post["id"]) for post in payload.get("data") or ()]
            newest = max([*ids, int(state.get("newest") or state.get("since") or 0)])
            # The first poll of an account takes one page: history is not wanted, and every read is paid.
            more = walking and meta.get("next_token") and ids
            if more:
                after = {
                    "since": state["since"],
                    "newest": str(newest),
                    "token": meta["next_token"],
                }
            else:
                # "1" stands for an account to which nobody has ever spoken: all that comes is new.
                after = {"since": str(newest or 1)}
            items = mapping.to_items(payload, our_id=self._our_id())
            return Batch(items=tuple(items), cursor=cursors.write(after), more=bool(more))

        try:
            return self._read("mentions", ask)
        except Refused:
            if not token:
                raise
        # Page tokens expire; the walk starts again from the top and loses nothing.
        return Batch(items=(), cursor=cursors.write({"since": state["since"]}), more=True)

    def hide(self, external_id: str) -> Effect:
        return self._set_hidden("hide", external_id, True)

    def unhide(self, external_id: str) -> Effect:
        return self._set_hidden("unhide", external_id, False)

    def _authorise(self, request: requests.PreparedRequest) -> None:
        request.headers["Authorization"] = f"Bearer {self._credentials['access_token'].reveal()}"

    def _explain(self, asked: Asked, answer: Answer) -> NetworkError | None:
        return mapping.explain(asked, answer)

    def _rate_state(self, headers: Mapping[str, str]) -> RateState | None:
        return mapping.to_rate_state(headers)

    def _post(self, operation: str, draft: Draft, *, reply_to: str) -> Published:
        self._refuse_attachments(operation, draft)

        def act() -> Published:
            answer = self._client.create_tweet(
                text=draft.text_with_link,
                in_reply_to_tweet_id=reply_to or None,
                user_auth=False,
            )
            return mapping.to_published(self._payload(answer), handle=self.account.handle)

        return self._write(operation, act)

    def _set_hidden(self, operation: str, external_id: str, hidden: bool) -> Effect:
        call = self._client.hide_reply if hidden else self._client.unhide_reply

        def act() -> Effect:
            now_hidden = bool(self._payload(call(external_id, user_auth=False))["data"]["hidden"])
            return Effect(
                done=now_hidden is hidden,
                who_still_sees=STILL_SEEN_HIDDEN if hidden else "Everybody.",
            )

        return self._write(operation, act)

    def _our_posts(self, *, post_fields: list[str]) -> dict[str, Any]:
        answer = self._client.get_users_tweets(
            self._our_id(),
            max_results=LISTED,
            tweet_fields=post_fields,
            user_auth=False,
        )
        return self._payload(answer)

    def _our_id(self) -> str:
        if not self._id:
            self._id = self.who_am_i().external_id
        return self._id

    @staticmethod
    def _payload(answer: object) -> dict[str, Any]:
        """The answer; X reports some refusals inside a success, which then has no data."""
        payload = cast(dict[str, Any], answer)
        if payload.get("errors") and "data" not in payload:
            raise LookupError("errors without data")
        return payload
