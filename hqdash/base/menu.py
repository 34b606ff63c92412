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


_entries: dict[str, MenuEntry] = {}


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
