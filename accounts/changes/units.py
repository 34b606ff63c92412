"""The tree: units moved with everything below them, and closed on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from accounts.actions.tree import is_below
from accounts.actions.units import close_unit, move_unit
from accounts.changes.kind import Kind, Names, Touched
from accounts.models import Channel, Force, Unit, User
from hqdash.base.errors import Unprocessable


@dataclass(frozen=True)
class MoveUnit(Kind):
    """Put a unit and everything below it somewhere else in the tree."""

    kind: ClassVar[str] = "unit.move"
    unit: Unit
    parent: Unit

    @property
    def place(self) -> Unit | Channel | None:
        """The unit that moves."""
        return self.unit

    @property
    def about(self) -> str:
        """Its place in the tree."""
        return f"move:{self.unit.pk}"

    def sentence(self) -> str:
        """From where to where."""
        return _("%(unit)s moves below %(parent)s") % {"unit": self.unit, "parent": self.parent}

    def before(self) -> dict[str, Any]:
        """Below what it stood."""
        return {"parent": str(self.unit.parent_id) if self.unit.parent_id else None}

    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse to move the root, to below itself, or to where it is."""
        if self.unit.parent_id is None:
            raise Unprocessable(
                _("%(unit)s is the whole force and cannot be moved.") % {"unit": self.unit}, "unit"
            )
        if is_below(self.parent.pk, self.unit.pk):
            raise Unprocessable(
                _("%(unit)s cannot be moved below itself: %(parent)s is part of it.")
                % {"unit": self.unit, "parent": self.parent},
                "parent",
            )
        if self.unit.parent_id == self.parent.pk:
            raise Unprocessable(
                _("%(unit)s stands below %(parent)s already.") % {"unit": self.unit, "parent": self.parent},
                "parent",
            )

    def touched(self) -> Touched:
        """Whoever holds something above, on or below it."""
        return Touched(units=frozenset({self.unit.pk}))

    def apply(self, *, names: Names, now: datetime) -> None:
        """Move it; the move itself writes the line of the book."""
        move_unit(actor=names.actor, unit=self.unit, parent=self.parent, now=now)


@dataclass(frozen=True)
class CloseUnit(Kind):
    """Close a unit from a day on; with everything below it if that is said."""

    kind: ClassVar[str] = "unit.close"
    unit: Unit
    on: date
    with_everything_below: bool = False

    @property
    def place(self) -> Unit | Channel | None:
        """The unit."""
        return self.unit

    @property
    def about(self) -> str:
        """Its last day."""
        return f"close:{self.unit.pk}"

    def sentence(self) -> str:
        """What closes when."""
        words = {"unit": self.unit, "day": f"{self.on:%-d %B %Y}"}
        if self.with_everything_below:
            return _("%(unit)s closes on %(day)s with everything below it") % words
        return _("%(unit)s closes on %(day)s") % words

    def before(self) -> dict[str, Any]:
        """When it would have closed."""
        return {"closed_on": self.unit.closed_on.isoformat() if self.unit.closed_on else None}

    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse to close the whole force, or on the day on which it closes anyway."""
        if self.unit.parent_id is None:
            raise Unprocessable(
                _("%(unit)s is the whole force and cannot be closed.") % {"unit": self.unit}, "unit"
            )
        if self.unit.closed_on == self.on:
            raise Unprocessable(
                _("%(unit)s closes on %(day)s already.") % {"unit": self.unit, "day": f"{self.on:%-d %B %Y}"},
                "on",
            )

    def touched(self) -> Touched:
        """Whoever holds something on or below it, from that day on."""
        zone = Force.objects.get(pk=self.unit.force_id).zone
        first = datetime.combine(self.on, time.min, tzinfo=zone)
        return Touched(units=frozenset({self.unit.pk}), moments=frozenset({first}))

    def apply(self, *, names: Names, now: datetime) -> None:
        """Close it; closing writes the line of the book."""
        close_unit(
            actor=names.actor,
            unit=self.unit,
            on=self.on,
            now=now,
            with_everything_below=self.with_everything_below,
        )
