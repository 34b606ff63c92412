"""The part of the organisation tree that somebody may look into, held in memory for one page."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Unit
from accounts.queries import units_seen
from hqdash.base.actor import Actor


@dataclass(slots=True)
class Territory:
    """Units that are seen, their children, and the topmost ones."""

    units: dict[UUID, Unit]
    children: dict[UUID, list[Unit]] = field(default_factory=dict)
    tops: list[Unit] = field(default_factory=list)

    def __post_init__(self) -> None:
        for unit in sorted(self.units.values(), key=lambda one: (one.position, one.name)):
            if unit.parent_id in self.units:
                self.children.setdefault(unit.parent_id, []).append(unit)
            else:
                self.tops.append(unit)

    @property
    def holds_root(self) -> bool:
        """True when the whole force is seen."""
        return any(unit.parent_id is None for unit in self.tops)

    def holds(self, unit_id: UUID) -> bool:
        """True when this unit is seen."""
        return unit_id in self.units

    def name_of(self, unit_id: UUID) -> str:
        """The unit's name."""
        return self.units[unit_id].name

    def below(self, unit_id: UUID) -> list[UUID]:
        """The unit and every unit below it."""
        found, waiting = [], [unit_id]
        while waiting:
            one = waiting.pop()
            found.append(one)
            waiting.extend(child.pk for child in self.children.get(one, ()))
        return found

    def parts(self, unit_id: UUID | None) -> list[Part]:
        """The rows into which a scope falls: each part below it, and what belongs to the scope itself."""
        if unit_id is None and len(self.tops) != 1:
            return [Part(unit, tuple(self.below(unit.pk))) for unit in self.tops]
        here = self.units[unit_id] if unit_id is not None else self.tops[0]
        parts = [Part(child, tuple(self.below(child.pk))) for child in self.children.get(here.pk, ())]
        return [Part(here, (here.pk,), itself=True), *parts]


@dataclass(frozen=True, slots=True)
class Part:
    """A unit with the units that are counted under its name."""

    unit: Unit
    unit_ids: tuple[UUID, ...]
    itself: bool = False

    @property
    def can_be_opened(self) -> bool:
        """True when there is something further down to look at."""
        return not self.itself and len(self.unit_ids) > 1


def territory_of(actor: Actor) -> Territory:
    """What the actor may look into."""
    return Territory({unit.pk: unit for unit in units_seen(actor)})
