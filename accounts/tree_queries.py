"""Reads the tree bit by bit: as much of it as is drawn, with how many people work in each unit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.models import Unit, UnitPath
from accounts.organisation_queries import channels_in, grants_in, units_of_organisation
from hqdash.base.actor import Actor
from hqdash.base.once import once
from hqdash.base.recently import recently
from hqdash.base.tenancy import current_force_id

MANY_UNITS = 5_000
"""Beyond this, people are counted once a minute: going through all roles of the force takes its time."""
SIBLINGS = 100
"""So many units below one are drawn at once; the rest come when they are asked for."""

# Everybody who works in a unit or below it, each once, for the few units that are drawn.
_PEOPLE = """
SELECT p.ancestor_id, count(DISTINCT g.user_id) FROM accounts_unitpath p
JOIN accounts_grant g ON g.unit_id = p.descendant_id
    AND g.starts_at <= %(now)s AND (g.ends_at IS NULL OR g.ends_at > %(now)s)
JOIN accounts_user u ON u.id = g.user_id AND u.is_active
WHERE p.ancestor_id = ANY(%(units)s) GROUP BY p.ancestor_id
"""


@dataclass(slots=True)
class Branch:
    """A unit as the tree draws it, with as much below it as is wanted."""

    unit: Unit
    has_children: bool
    people: int = 0
    is_selected: bool = False
    children: list[Branch] = field(default_factory=list)
    more_from: int = 0
    """Where the next units below it begin, if not all of them are drawn."""
    more: int = 0

    @property
    def is_open(self) -> bool:
        """Whether what is below it is drawn."""
        return bool(self.children)


def counts_in(unit: Unit, now: datetime) -> dict[str, int]:
    """How many people and accounts are in a unit and below it."""

    def count() -> dict[str, int]:
        people = grants_in(unit, now).order_by().aggregate(n=Count("user", distinct=True))["n"]
        return {"people": people, "accounts": channels_in(unit).count()}

    return _seldom(("in a unit", unit.pk), count, now)


def tree_for(
    actor: Actor,
    *,
    selected: Unit | None,
    opened: Collection[UUID] = (),
    day: date,
    now: datetime,
    closed: bool = False,
) -> list[Branch]:
    """The tree from the top that the actor may see, open along the way to the selected unit and where asked."""
    units = units_of_organisation(actor, day, closed=closed)
    tops = _branches(_tops(units))
    way = (
        set(UnitPath.objects.filter(descendant=selected).values_list("ancestor_id", flat=True))
        if selected is not None
        else set()
    )
    wide = {*way, *opened, *(top.unit.pk for top in tops[:1] if len(tops) == 1)}
    by_parent: dict[UUID | None, list[Branch]] = {}
    for branch in _branches(_first_children(units, wide)):
        by_parent.setdefault(branch.unit.parent_id, []).append(branch)
    drawn: list[Branch] = []

    def grow(branches: Iterable[Branch]) -> None:
        for branch in branches:
            drawn.append(branch)
            branch.is_selected = selected is not None and branch.unit.pk == selected.pk
            below = by_parent.get(branch.unit.pk, [])
            branch.children = below[:SIBLINGS]
            if len(below) > SIBLINGS:
                _note_more(branch, units.filter(parent=branch.unit).count(), SIBLINGS)
            grow(branch.children)

    grow(tops)
    _count_people(drawn, now)
    return tops


def children_for(
    actor: Actor, unit: Unit, *, start: int, day: date, now: datetime, closed: bool = False
) -> Branch:
    """A unit with those directly below it, from the given place in their order on."""
    units = units_of_organisation(actor, day, closed=closed).filter(parent=unit)
    found = _branches(_with_children(units)[start : start + SIBLINGS + 1])
    branch = Branch(unit, has_children=True, children=found[:SIBLINGS])
    if len(found) > SIBLINGS:
        _note_more(branch, units.count(), start + SIBLINGS)
    _count_people(branch.children, now)
    return branch


def _tops(units: QuerySet[Unit]) -> QuerySet[Unit]:
    """The units above which the actor sees none."""
    return _with_children(units).filter(Q(parent=None) | ~Q(parent__in=units.values("pk")))[:SIBLINGS]


def _first_children(units: QuerySet[Unit], parents: Collection[UUID]) -> QuerySet[Unit]:
    order = [F("position").asc(), F("name").asc(), F("id").asc()]
    place = Window(RowNumber(), partition_by=[F("parent_id")], order_by=order)
    return (
        _with_children(units.filter(parent_id__in=parents))
        .annotate(place=place)
        .filter(place__lte=SIBLINGS + 1)
    )


def _with_children(units: QuerySet[Unit]) -> QuerySet[Unit]:
    return units.annotate(
        branches=Exists(Unit.objects.filter(parent=OuterRef("pk"), closed_on=None))
    ).order_by("position", "name", "id")


def _branches(units: Iterable[Unit]) -> list[Branch]:
    return [Branch(unit, bool(getattr(unit, "branches", False))) for unit in units]


def _note_more(branch: Branch, total: int, shown: int) -> None:
    branch.more_from, branch.more = shown, total - shown


def _count_people(branches: list[Branch], now: datetime) -> None:
    units = tuple(branch.unit.pk for branch in branches)

    def count() -> dict[UUID, int]:
        with connection.cursor() as cursor:
            cursor.execute(_PEOPLE, {"now": now, "units": list(units)})
            return dict(cursor.fetchall())

    counts = _seldom(("people below", units), count, now)
    for branch in branches:
        branch.people = counts.get(branch.unit.pk, 0)


def _seldom(question: Hashable, count: Callable[[], dict[Any, int]], now: datetime) -> dict[Any, int]:
    """Counted anew every time; in a very large force, once a minute for all who look."""
    units = once(("units of the force", current_force_id()), Unit.objects.count)
    if units <= MANY_UNITS:
        return count()
    return recently((current_force_id(), question, int(now.timestamp() // 60)), count)
