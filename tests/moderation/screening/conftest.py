"""Rule sets for the tests of the engine."""

from __future__ import annotations

import pytest

from moderation.screening.categories import Action, Category
from moderation.screening.compiled import RuleSet
from moderation.screening.entries import Direction, Entry, Kind
from moderation.screening.starter import starter_dictionaries


def entry(
    pattern: str,
    *,
    kind: Kind = Kind.PHRASE,
    category: Category = Category.ABUSE,
    action: Action = Action.HIDE,
    severity: int = 3,
    direction: Direction = Direction.INBOUND,
    exceptions: tuple[str, ...] = (),
) -> Entry:
    """One entry of a list called `Test v1`."""
    return Entry(
        id=f"{category}:{pattern}",
        version_id="test-1",
        version_label="Test v1",
        pattern=pattern,
        kind=kind,
        category=category,
        severity=severity,
        action=action,
        direction=direction,
        exceptions=exceptions,
    )


@pytest.fixture(scope="session")
def starter() -> RuleSet:
    """Everything that a force begins with."""
    return RuleSet(entry for listed in starter_dictionaries() for entry in listed.entries())
