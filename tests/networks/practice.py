"""A peer for the contract suite: an account somewhere, the public beside it, and faults on demand."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from hqdash.networks import Network, get_network
from hqdash.networks.connector import Connector
from hqdash.networks.http import HttpSettings
from hqdash.networks.secret import Secret
from hqdash.networks.types import Account

TOKEN_FIELDS = {"x": "access_token", "facebook": "page_access_token", "wordpress": "application_password"}

_numbers = itertools.count(1)


@dataclass(slots=True)
class Practice:
    """One account on a practice network."""

    network: Network
    account: Account
    credentials: dict[str, Secret]
    address: str
    settings: HttpSettings
    token: str = field(repr=False, default="")

    @classmethod
    def on(cls, address: str, slug: str) -> Practice:
        handle, token = f"desk{next(_numbers)}", f"practice-token-{slug}-{next(_numbers):06d}"
        told = {"network": slug, "handle": handle, "name": "City Desk", "token": token, "username": "desk"}
        made = requests.post(f"{address}/_control/accounts", json=told, timeout=5).json()
        network = get_network(slug)
        site = made["base_url"] if not network.default_base_url else ""
        return cls(
            network=network,
            account=Account(handle=handle, external_id=made["external_id"], base_url=site),
            credentials={"username": Secret("desk"), TOKEN_FIELDS[slug]: Secret(token)},
            address=address,
            settings=HttpSettings(
                base_url=made["base_url"],
                allowed_hosts=frozenset({urlsplit(address).netloc}),
                read_timeout=3.0,
            ),
            token=token,
        )

    def connect(self, **changes: Any) -> Connector:
        """A new connector, as every task makes one."""
        settings = HttpSettings(
            base_url=self.settings.base_url,
            allowed_hosts=self.settings.allowed_hosts,
            read_timeout=changes.get("read_timeout", self.settings.read_timeout),
        )
        return self.network.connect(self.account, self.credentials, settings)

    def public_says(self, text: str, *, author: str = "passer_by", post_id: str = "") -> str:
        told = {**self._who(), "author": author, "text": text, "post_id": post_id}
        answer = requests.post(f"{self.address}/_control/comments", json=told, timeout=5)
        assert answer.ok, answer.text
        return str(answer.json()["external_id"])

    def posts(self) -> list[dict[str, Any]]:
        found = requests.get(f"{self.address}/_control/posts", params=self._who(), timeout=5).json()
        return [post for post in found if not post["deleted"]]

    def comment(self, external_id: str) -> dict[str, Any]:
        found = requests.get(f"{self.address}/_control/comments", params=self._who(), timeout=5).json()
        return next(one for one in found if one["external_id"] == external_id)

    def fault(self, kind: str, operation: str = "*", *, times: int | None = 1, value: float = 0) -> None:
        told = {**self._who(), "kind": kind, "operation": operation, "times": times, "value": value}
        answer = requests.post(f"{self.address}/_control/faults", json=told, timeout=5)
        assert answer.ok, answer.text

    def no_faults(self) -> None:
        requests.delete(f"{self.address}/_control/faults", timeout=5)

    def _who(self) -> dict[str, str]:
        return {"network": self.network.slug, "handle": self.account.handle}
