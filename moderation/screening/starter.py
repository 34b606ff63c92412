"""Reads the dictionaries that every force begins with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from moderation.screening.categories import Action, Category
from moderation.screening.entries import Direction, Entry, Kind

FOLDER = Path(__file__).parent.parent / "starter"


@dataclass(frozen=True, slots=True, kw_only=True)
class StarterTerm:
    """One line of a starter dictionary, not yet anybody's."""

    pattern: str
    kind: Kind
    category: Category
    severity: int
    action: Action
    exceptions: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StarterDictionary:
    """A supplied list, ready to be copied into a force."""

    slug: str
    name: str
    direction: Direction
    terms: tuple[StarterTerm, ...]

    def entries(self) -> Iterator[Entry]:
        """The list as the engine knows it, without a database."""
        for place, term in enumerate(self.terms):
            yield Entry(
                id=f"{self.slug}-{place}",
                version_id=self.slug,
                version_label=f"{self.name} v1",
                pattern=term.pattern,
                kind=term.kind,
                category=term.category,
                severity=term.severity,
                action=term.action,
                direction=self.direction,
                exceptions=term.exceptions,
            )


def starter_dictionaries() -> tuple[StarterDictionary, ...]:
    """All supplied lists, in alphabetical order."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.json")))


def _read(path: Path) -> StarterDictionary:
    listed = json.loads(path.read_text(encoding="utf-8"))
    return StarterDictionary(
        slug=listed["slug"],
        name=listed["name"],
        direction=Direction(listed["direction"]),
        terms=tuple(
            StarterTerm(
                pattern=pattern,
                kind=Kind(group["kind"]),
                category=Category(group["category"]),
                severity=group["severity"],
                action=Action.of(group["action"]),
                exceptions=tuple(group.get("exceptions", ())),
                note=group.get("note", ""),
            )
            for group in listed["groups"]
            for pattern in group["patterns"]
        ),
    )
