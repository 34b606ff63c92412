"""Connecting an X account: OAuth 2.0 with PKCE as a confidential client, and tokens that change with each renewal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from hqdash.networks.errors import NetworkError
from hqdash.networks.http import Answer, HttpSettings
from hqdash.networks.network import configured_base_url
from hqdash.networks.outcomes import Asked
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
    explain_oauth,
)
from hqdash.networks.types import Account
from hqdash.networks.x import mapping

PEOPLES_ADDRESS = "https://x.com"
SCOPES = ("tweet.read", "tweet.write", "users.read", "tweet.moderate.write", "offline.access")
WITHOUT_RENEWAL = "X gave no refresh token: the sign-in cannot be renewed without a person."


class XWay:
    """Where a person agrees, and what comes back."""

    needs_app = True
    needs_site = False
    offers_several = False
    can_renew = True
    can_revoke = True
    ended_by_hand = ""
    former_lives_on = False

    def address(self, errand: Errand) -> str:
        asked = {
            "response_type": "code",
            "client_id": errand.client_id,
            "redirect_uri": errand.back_url,
            "scope": " ".join(SCOPES),
            "state": errand.state,
            "code_challenge": errand.challenge,
            "code_challenge_method": "S256",
        }
        return f"{configured_base_url('x') or PEOPLES_ADDRESS}/i/oauth2/authorize?{urlencode(asked)}"

    def came_back(self, query: Mapping[str, str]) -> CameBack:
        return code_or_refusal(query)

    def line(
        self, account: Account, credentials: Mapping[str, Secret], http: HttpSettings, *, client_id: str
    ) -> SignInLine:
        return XLine(account, credentials, http, client_id=client_id)


class XLine(SignInLine):
    """X about one sign-in."""

    slug = "x"

    def exchange(self, *, back_url: str) -> Grant:
        words = {
            "grant_type": "authorization_code",
            "code": self._secret("code"),
            "redirect_uri": back_url,
            "code_verifier": self._secret("verifier"),
            "client_id": self.client_id,
        }
        return self._write("exchange", lambda: to_grant(self._as_app("oauth2/token", words)))

    def offers(self) -> list[Offer]:
        def ask() -> list[Offer]:
            user = self._me()
            fields = {
                name: self._credentials[name]
                for name in ("access_token", "refresh_token")
                if name in self._credentials
            }
            grant = Grant(fields)
            return [
                Offer(
                    account=Account(handle=str(user["username"]), external_id=str(user["id"])),
                    name=str(user.get("name") or user["username"]),
                    grant=grant,
                    lacks="" if "refresh_token" in fields else WITHOUT_RENEWAL,
                )
            ]

        return self._read("who_am_i", ask)

    def renew(self) -> Grant:
        words = {
            "grant_type": "refresh_token",
            "refresh_token": self._secret("refresh_token"),
            "client_id": self.client_id,
        }
        return self._write("renew", lambda: to_grant(self._as_app("oauth2/token", words)))

    def revoke(self) -> str:
        ended = []
        for name in ("refresh_token", "access_token"):
            if name in self._credentials:
                words = {"token": self._secret(name), "token_type_hint": name, "client_id": self.client_id}

                def end(words: dict[str, str] = words) -> bool:
                    return bool(self._as_app("oauth2/revoke", words)["revoked"])

                try:
                    if self._write("revoke", end):
                        ended.append(name.replace("_", " "))
                except NetworkError:
                    if not ended:
                        raise
                    return (
                        "X confirmed that the refresh token ended. It gave no clear answer about the access token, "
                        "which ends by itself within two hours."
                    )
        return f"X confirmed that the {' and the '.join(ended)} ended."

    def look(self) -> Look:
        def ask() -> Look:
            user = self._me()
            return Look(Account(handle=str(user["username"]), external_id=str(user["id"])))

        return self._read("who_am_i", ask)

    def _me(self) -> dict[str, Any]:
        self._as_bearer(self._secret("access_token"))
        user: dict[str, Any] = self._call("GET", f"{self._base_url}/2/users/me")["data"]
        return user

    def _as_app(self, path: str, words: dict[str, str]) -> dict[str, Any]:
        self._as_basic(self.client_id, self._secret(APP_SECRET))
        return self._call("POST", f"{self._base_url}/2/{path}", data=words)

    def _explain(self, asked: Asked, answer: Answer) -> NetworkError | None:
        return explain_oauth(asked, answer) or mapping.explain(asked, answer)


def to_grant(payload: Mapping[str, Any]) -> Grant:
    """The answer of the token endpoint."""
    fields = {"access_token": Secret(str(payload["access_token"]))}
    if payload.get("refresh_token"):
        fields["refresh_token"] = Secret(str(payload["refresh_token"]))
    return Grant(fields, works_for=timedelta(seconds=int(payload.get("expires_in") or 7200)))
