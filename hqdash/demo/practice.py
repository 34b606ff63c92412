"""Opens accounts on the practice networks, so that the demo's channels are really connected."""

from __future__ import annotations

import secrets
from typing import Any

import requests
from django.conf import settings

TOKEN_FIELD = {"x": "access_token", "facebook": "page_access_token", "wordpress": "application_password"}


class PracticeNetworks:
    """The control desk of the practice networks."""

    def __init__(self) -> None:
        self._session = requests.Session()

    def open_account(self, network: str, handle: str, name: str) -> tuple[dict[str, Any], dict[str, str]]:
        """What the network answers about the new account, and the credential that opens it."""
        token = f"practice-{secrets.token_urlsafe(24)}"
        answer = self._post(
            "/_control/accounts",
            {"network": network, "handle": handle, "name": name, "token": token, "username": "hqdash"},
        )
        credential = {TOKEN_FIELD[network]: token}
        if network == "wordpress":
            credential["username"] = "hqdash"
        return answer, credential

    def register_app(self, network: str, addresses: list[str]) -> tuple[str, str]:
        """An app of a force at the network, as its developer pages would make it: client id and secret."""
        client_id, client_secret = f"demo-{secrets.token_hex(6)}", f"practice-{secrets.token_urlsafe(24)}"
        self._post(
            "/_control/apps",
            {
                "network": network,
                "client_id": client_id,
                "client_secret": client_secret,
                "redirect_uris": addresses,
            },
        )
        return client_id, client_secret

    def say(self, network: str, handle: str, author: str, text: str) -> None:
        """A member of the public writes to an account."""
        self._post(
            "/_control/comments", {"network": network, "handle": handle, "author": author, "text": text}
        )

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._session.post(f"{settings.SANDBOX_URL}{path}", json=body, timeout=10)
        answer.raise_for_status()
        given: dict[str, Any] = answer.json()
        return given
