"""Connecting a WordPress site: its own page gives out an application password and sends it home in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from hqdash.networks.errors import NetworkError
from hqdash.networks.http import Answer, HttpSettings
from hqdash.networks.outcomes import Asked
from hqdash.networks.secret import Secret
from hqdash.networks.signing_in import APP_NAME, CameBack, Errand, Grant, Look, Offer, SignInLine
from hqdash.networks.types import Account
from hqdash.networks.wordpress import mapping

# By this the site's list of application passwords shows which ones are ours.
APP_ID = "5d1c9c57-6e0f-4c55-9d2b-6f0c62c1b7de"
FIELDS = ("username", "application_password")


class WordPressWay:
    """Where a person agrees, and what comes back."""

    needs_app = False
    needs_site = True
    offers_several = False
    can_renew = False
    can_revoke = True
    ended_by_hand = ""
    former_lives_on = True

    def address(self, errand: Errand) -> str:
        back = f"{errand.back_url}?{urlencode({'state': errand.state})}"
        asked = {
            "app_name": APP_NAME,
            "app_id": APP_ID,
            "success_url": back,
            "reject_url": f"{back}&declined=1",
        }
        return f"{errand.site.rstrip('/')}/wp-admin/authorize-application.php?{urlencode(asked)}"

    def came_back(self, query: Mapping[str, str]) -> CameBack:
        if query.get("declined") or query.get("success") == "false":
            return CameBack(declined=True, problem="The application password was not given.")
        user, password = query.get("user_login", ""), query.get("password", "")
        if not user or not password:
            return CameBack(problem="The site sent no application password.")
        values = {"username": user, "application_password": password}
        return CameBack(values=values, site=query.get("site_url", ""))

    def line(
        self, account: Account, credentials: Mapping[str, Secret], http: HttpSettings, *, client_id: str
    ) -> SignInLine:
        return WordPressLine(account, credentials, http, client_id=client_id)


class WordPressLine(SignInLine):
    """A site about one application password."""

    slug = "wordpress"

    @property
    def site(self) -> str:
        """The site's address, without a slash at its end."""
        return (self.account.base_url or self._base_url).rstrip("/")

    def exchange(self, *, back_url: str) -> Grant:
        """Nothing to trade: what came home is the sign-in."""
        return Grant({name: self._credentials[name] for name in FIELDS if name in self._credentials})

    def offers(self) -> list[Offer]:
        def ask() -> list[Offer]:
            self._sign_in(self._credentials)
            user = self._call("GET", self._at("users/me"), params={"context": "edit"})
            index = self._call("GET", f"{self.site}/wp-json/")
            place = urlsplit(self.site)
            return [
                Offer(
                    account=Account(
                        handle=f"{place.netloc}{place.path}", external_id=str(user["id"]), base_url=self.site
                    ),
                    name=str(index.get("name") or place.netloc)[:200],
                    grant=Grant({name: self._credentials[name] for name in FIELDS}),
                    lacks=_lacks(user),
                )
            ]

        return self._read("who_am_i", ask)

    def look(self) -> Look:
        def ask() -> Look:
            self._sign_in(self._credentials)
            user = self._call("GET", self._at("users/me"), params={"context": "edit"})
            account = mapping.to_account(user, base_url=self.site)
            known = self._call("GET", self._at("users/me/application-passwords/introspect"))
            return Look(account, note=f"The site lists the password as “{str(known.get('name', ''))[:80]}”.")

        return self._read("who_am_i", ask)

    def revoke(self) -> str:
        self._end(self._credentials)
        return "The site confirmed that the application password was deleted."

    def retire(self, former: Mapping[str, Secret]) -> str:
        if "application_password" not in former:
            return ""
        try:
            self._end(former)
        except NetworkError as problem:
            return (
                "The former application password still works: delete it on the site under Users, Profile, "
                f"Application Passwords. ({problem.detail[:200]})"
            )
        return ""

    def _end(self, which: Mapping[str, Secret]) -> None:
        """A password may delete itself; that is the only one whose number it can ask for."""

        def ask() -> str:
            self._sign_in(which)
            return str(self._call("GET", self._at("users/me/application-passwords/introspect"))["uuid"])

        number = self._read("revoke", ask)

        def act() -> bool:
            return bool(self._call("DELETE", self._at(f"users/me/application-passwords/{number}"))["deleted"])

        self._write("revoke", act)

    def _sign_in(self, credentials: Mapping[str, Secret]) -> None:
        # WordPress shows the password in groups of four; the spaces are for reading.
        password = credentials["application_password"].reveal().replace(" ", "")
        self._as_basic(credentials["username"].reveal(), password)

    def _at(self, path: str) -> str:
        return f"{self.site}/wp-json/wp/v2/{path}"

    def _explain(self, asked: Asked, answer: Answer) -> NetworkError | None:
        return mapping.explain(asked, answer)


def _lacks(user: Mapping[str, Any]) -> str:
    can = user.get("capabilities") or {}
    if can.get("moderate_comments") and can.get("publish_posts"):
        return ""
    return "This user may not both publish and moderate: give the role Editor."
