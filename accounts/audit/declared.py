"""Acts that go into the book, each declared once with the sentence that people read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Audited:
    """A kind of entry. ``sentence`` has places for {actor}, {object} and any detail by its name."""

    name: str
    sentence: Any
    group: str

    def __str__(self) -> str:
        return self.name


_declared: dict[str, Audited] = {}


def audited(name: str, *, sentence: Any, group: str = "other") -> Audited:
    """Declare a kind of entry.

    Raises:
        ValueError: the name is taken.
    """
    if name in _declared:
        raise ValueError(f"The audited act {name} is declared twice.")
    declared = Audited(name, sentence, group)
    _declared[name] = declared
    return declared


def all_audited() -> list[Audited]:
    """Every declared kind, by name."""
    return [_declared[name] for name in sorted(_declared)]


def audited_named(name: str) -> Audited | None:
    """The kind of that name; None for one that an older release wrote."""
    return _declared.get(name)
