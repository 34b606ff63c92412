"""The side menu: each desk hangs its own entries into it, and nobody sees a door that is locked to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from hqdash.base.actor import Actor


class Section(IntEnum):
    """The groups of the menu, in their order."""

    TOP = 0
    PUBLISH = 1
    RESPOND = 2
    INSIGHT = 3
    ADMINISTER = 4


@dataclass(frozen=True, slots=True)
class Count:
    """A number beside a menu entry: how many wait, and whether that is alarming."""

    number: int
    tone: str = "is-acc"


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One door: shown to whoever ``allowed`` says yes to."""

    section: Section
    order: int
    label: Any
    icon: str
    url_name: str
    allowed: Callable[[Actor], bool]
    count: Callable[[Actor], Count | None] | None


@dataclass(frozen=True, slots=True)
class AccountLink:
    """One line of the menu behind the reader's own name."""

    order: int
    label: Any
    icon: str
    url_name: str
    allowed: Callable[[Actor], bool]


_entries: dict[str, MenuEntry] = {}
_account_links: dict[str, AccountLink] = {}


def menu_entry(
    section: Section,
    label: Any,
    *,
    icon: str,
    url_name: str,
    allowed: Callable[[Actor], bool],
    order: int = 0,
    count: Callable[[Actor], Count | None] | None = None,
) -> None:
    """Hang a door into the menu."""
    _entries[url_name] = MenuEntry(section, order, label, icon, url_name, allowed, count)


def entries_for(actor: Actor) -> list[MenuEntry]:
    """The doors that are open to this actor, in order."""
    ordered = sorted(_entries.values(), key=lambda entry: (entry.section, entry.order))
    return [entry for entry in ordered if entry.allowed(actor)]


def account_link(
    label: Any, *, icon: str, url_name: str, allowed: Callable[[Actor], bool] | None = None, order: int = 0
) -> None:
    """Hang a line into the menu behind the reader's name; without ``allowed`` it is there for everybody."""
    _account_links[url_name] = AccountLink(order, label, icon, url_name, allowed or (lambda _actor: True))


def account_links_for(actor: Actor) -> list[AccountLink]:
    """The lines that this actor has there, in order."""
    ordered = sorted(_account_links.values(), key=lambda link: link.order)
    return [link for link in ordered if link.allowed(actor)]
