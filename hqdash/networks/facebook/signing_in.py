"""Connecting Facebook Pages: Facebook Login, a long-lived token, and from it a token for each Page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from hqdash.networks.errors import NetworkError, SignInExpired
from hqdash.networks.facebook import mapping
from hqdash.networks.facebook.graph import VERSION
from hqdash.networks.http import Answer, HttpSettings
from hqdash.networks.network import configured_base_url
from hqdash.networks.outcomes import Asked, until
from hqdash.networks.secret import Secret
from hqdash.networks.signing_in import (
    APP_SECRET,
    CameBack,
    Errand,
    Grant,
    Look,
    Offer,
    SignInLine,
    code_or_refusal,
)
from hqdash.networks.types import Account

PEOPLES_ADDRESS = "https://www.facebook.com"
SCOPES = (
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
    "pages_manage_engagement",
    "pages_read_user_content",
)
TASKS = {"CREATE_CONTENT": "post", "MODERATE": "moderate"}
PAGES_AT_ONCE, MOST_PAGES = 100, 5
ENDED_BY_HAND = (
    "Facebook has no call that ends the token of one Page. Remove the app from the Page in the Page's own settings "
    "(Linked accounts, Business integrations) to end it there too."
)


class FacebookWay:
    """Where a person agrees, and what comes back."""

    needs_app = True
    needs_site = False
    offers_several = True
    can_renew = False
    can_revoke = False
    former_lives_on = False
    ended_by_hand = ENDED_BY_HAND

    def address(self, errand: Errand) -> str:
        asked = {
            "client_id": errand.client_id,
            "redirect_uri": errand.back_url,
            "response_type": "code",
            "scope": ",".join(SCOPES),
            "state": errand.state,
        }
        return (
            f"{configured_base_url('facebook') or PEOPLES_ADDRESS}/{VERSION}/dialog/oauth?{urlencode(asked)}"
        )

    def came_back(self, query: Mapping[str, str]) -> CameBack:
        return code_or_refusal(query)

    def line(
        self, account: Account, credentials: Mapping[str, Secret], http: HttpSettings, *, client_id: str
    ) -> SignInLine:
        return FacebookLine(account, credentials, http, client_id=client_id)


class FacebookLine(SignInLine):
    """Facebook about one sign-in. Secrets travel in headers and bodies, never in an address."""

    slug = "facebook"

    def exchange(self, *, back_url: str) -> Grant:
        """The code for a token of hours, and at once that one for a token of sixty days."""
        app = {"client_id": self.client_id, "client_secret": self._secret(APP_SECRET)}
        code = {"redirect_uri": back_url, "code": self._secret("code")}

        def act() -> Grant:
            short = self._call("POST", self._at("oauth/access_token"), data=app | code)["access_token"]
            trade = {"grant_type": "fb_exchange_token", "fb_exchange_token": str(short)}
            long = self._call("POST", self._at("oauth/access_token"), data=app | trade)
            lasts = long.get("expires_in")
            return Grant(
                {"user_token": Secret(str(long["access_token"]))},
                works_for=timedelta(seconds=int(lasts)) if lasts else None,
            )

        return self._write("exchange", act)

    def offers(self) -> list[Offer]:
        return self._read("who_am_i", self._pages)

    def look(self) -> Look:
        def ask() -> Look:
            self._as_bearer(self._secret("page_access_token"))
            page = self._call("GET", self._at("me"), params={"fields": "id,name,username"})
            return Look(mapping.to_account(page))

        look = self._read("who_am_i", ask)
        try:
            ends_in, note = self._read("debug_token", self._debug, self._secret("page_access_token"))
        except NetworkError:
            # A token that another app was given works all the same; only its own app may ask when it ends.
            return replace(look, note="Facebook does not tell this app when the token ends.")
        return replace(look, ends_in=ends_in, note=note)

    def _pages(self) -> list[Offer]:
        found: list[Offer] = []
        after: str | None = ""
        for _page in range(MOST_PAGES):
            self._as_bearer(self._secret("user_token"))
            asked = {"fields": "id,name,username,access_token,tasks", "limit": str(PAGES_AT_ONCE)}
            listing = self._call(
                "GET", self._at("me/accounts"), params=asked | ({"after": after} if after else {})
            )
            found += [self._offer(page) for page in listing.get("data") or ()]
            paging = listing.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after") if paging.get("next") else None
            if not after:
                break
        return found

    def _offer(self, page: Mapping[str, Any]) -> Offer:
        token = str(page["access_token"])
        ends_in, note = self._debug(token)
        lacks = [word for task, word in TASKS.items() if task not in (page.get("tasks") or ())]
        sentence = f"This person may not {' or '.join(lacks)} on the Page." if lacks else note
        return Offer(
            account=mapping.to_account(page),
            name=str(page.get("name") or page["id"]),
            grant=Grant({"page_access_token": Secret(token)}, ends_in=ends_in),
            lacks=sentence,
        )

    def _debug(self, token: str) -> tuple[timedelta | None, str]:
        """When the token ends by the network's own clock, and what the network says against it."""
        self._as_bearer(f"{self.client_id}|{self._secret(APP_SECRET)}")
        # Asked by POST, so that the token stands in the body and not in an address.
        words = {"method": "get", "input_token": token}
        seen = self._call("POST", self._at("debug_token"), data=words)["data"]
        if not seen.get("is_valid"):
            said = str((seen.get("error") or {}).get("message", "Facebook calls the token invalid."))
            raise SignInExpired(self.slug, "debug_token", self._redact(said))
        last = self._session.last
        headers = {name.lower(): value for name, value in last.headers.items()} if last is not None else {}
        moments = [
            until(str(seen[name]), headers)
            for name in ("expires_at", "data_access_expires_at")
            if int(seen.get(name) or 0)
        ]
        known = [moment for moment in moments if moment is not None]
        return (min(known) if known else None), ""

    def _at(self, path: str) -> str:
        return f"{self._base_url}/{VERSION}/{path}"

    def _explain(self, asked: Asked, answer: Answer) -> NetworkError | None:
        return mapping.explain(asked, answer)
