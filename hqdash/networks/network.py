"""The card of a network: what it is called, what it can do, what it costs, how to connect to it."""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from hqdash.networks.capabilities import Capability
from hqdash.networks.http import HttpSettings
from hqdash.networks.secret import Secret
from hqdash.networks.types import Account

if TYPE_CHECKING:
    from hqdash.networks.connector import Connector
    from hqdash.networks.signing_in import SignInWay


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing that must be entered to connect an account."""

    name: str
    label: str
    help_text: str = ""
    secret: bool = True
    required: bool = True


@dataclass(frozen=True, slots=True)
class Network:
    """One network as the rest of the product knows it."""

    slug: str
    name: str
    folder: Path
    does: frozenset[Capability]
    text_limit: int
    count_text: Callable[[str], int]
    credential_fields: tuple[CredentialField, ...]
    open_connector: Callable[[Account, Mapping[str, Secret], HttpSettings], Connector]
    # For the public page: who still sees a hidden comment.
    what_hiding_does: str
    # How long a stored post may take to show up when it is read back.
    settle_seconds: int
    prices: str
    # Empty where every account has an address of its own.
    default_base_url: str = ""
    # How a person connects an account; made late, because it brings the HTTP library along.
    open_sign_in: Callable[[], SignInWay] | None = None

    def can(self, capability: Capability) -> bool:
        """True if this network offers it."""
        return capability in self.does

    @property
    def sign_in(self) -> SignInWay | None:
        """How a person connects an account at the network itself; None where that is not offered."""
        return self.open_sign_in() if self.open_sign_in is not None else None

    @property
    def icon(self) -> Path:
        """The network's glyph: 24 x 24, one colour, currentColor."""
        return self.folder / "icon.svg"

    @property
    def setup_guide(self) -> Path:
        """How a force gets access, in Markdown."""
        return self.folder / "SETUP.md"

    def http_settings(self) -> HttpSettings:
        """The transport as the environment describes it."""
        return HttpSettings.from_environment(base_url=configured_base_url(self.slug) or self.default_base_url)

    def connect(
        self,
        account: Account,
        credentials: Mapping[str, Secret],
        http: HttpSettings | None = None,
    ) -> Connector:
        """A connector for one account; cheap, opens no connection by itself."""
        settings = http or self.http_settings()
        if not settings.base_url and self.default_base_url:
            settings = settings.at(self.http_settings().base_url)
        return self.open_connector(account, credentials, settings)


def configured_base_url(slug: str) -> str:
    """The address that this installation calls in place of the network's own; "" for the network's own."""
    return os.environ.get(f"HQDASH_{slug.upper()}_BASE_URL", "").strip().rstrip("/")


class NoSuchNetwork(LookupError):
    """There is no folder for this slug."""


@lru_cache(maxsize=1)
def all_networks() -> tuple[Network, ...]:
    """Every network there is a folder for, by name."""
    package = import_module("hqdash.networks")
    found = [
        import_module(f"hqdash.networks.{entry.name}").NETWORK
        for entry in pkgutil.iter_modules(package.__path__)
        if entry.ispkg
    ]
    return tuple(sorted(found, key=lambda network: network.name.casefold()))


def get_network(slug: str) -> Network:
    """The card of one network."""
    for network in all_networks():
        if network.slug == slug:
            return network
    raise NoSuchNetwork(slug)
