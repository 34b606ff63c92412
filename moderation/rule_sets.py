"""The published rules of the current force, compiled: what everything is screened with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from moderation.models import Dictionary
from moderation.models import Entry as Term
from moderation.screening.categories import Action, Category
from moderation.screening.compiled import RuleSet, RuleSets
from moderation.screening.entries import Direction, Entry, Kind
from moderation.screening.explanation import Verdict
from moderation.screening.screen import screen

_ready = RuleSets()


@dataclass(frozen=True, slots=True)
class InForce:
    """The versions that hold now, and the rules that they make."""

    versions: tuple[UUID, ...]
    rules: RuleSet


def rules_in_force(direction: Direction = Direction.INBOUND) -> InForce:
    """The live versions of the current force for one direction; one small query when they are known."""
    live = Dictionary.objects.filter(
        direction__in=(direction.value, Direction.BOTH.value), live__isnull=False
    )
    versions = tuple(sorted(live.values_list("live_id", flat=True)))
    key = frozenset(str(version) for version in versions)
    return InForce(versions, _ready.get(key, lambda: entries_of(versions)))


def entries_of(versions: tuple[UUID, ...]) -> Iterator[Entry]:
    """The terms of these versions as the engine knows them."""
    terms = Term.objects.filter(version__in=versions).select_related("version__dictionary")
    for term in terms.iterator(chunk_size=5000):
        asked = Action.of(term.action)
        if asked is Action.REMOVE and term.version.second_person_id is None:
            # Deleting by itself needs the names of two people under the version.
            asked = Action.HIDE
        yield Entry(
            id=str(term.pk),
            version_id=str(term.version_id),
            version_label=str(term.version),
            pattern=term.pattern,
            kind=Kind(term.kind),
            category=Category(term.category),
            severity=term.severity,
            action=asked,
            direction=Direction(term.version.dictionary.direction),
            exceptions=tuple(term.exceptions),
        )


def judge_own_text(text: str) -> Verdict:
    """What our own words amount to before they go out: the same engine, the outbound dictionaries."""
    return screen(text, rules_in_force(Direction.OUTBOUND).rules, direction=Direction.OUTBOUND)
