"""Reads the organisation for people who may see it: the tree bit by bit, who works where, and which accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.access.gate import can, visible_units
from accounts.models import Channel, Force, Grant, Unit, UnitPath, User
from accounts.models.unit import open_on
from accounts.permissions import VIEW_ORGANISATION
from hqdash.base.actor import Actor

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


def units_of_organisation(actor: Actor, day: date, *, closed: bool = False) -> QuerySet[Unit]:
    """Every unit that the actor may see in the organisation; closed ones only when asked for."""
    units = visible_units(actor, VIEW_ORGANISATION)
    return units if closed else units.filter(open_on(day))


def today_of(actor: Actor, now: datetime) -> date:
    """The day it is for the actor's force."""
    return now.astimezone(Force.objects.get(pk=actor.force_id).zone).date()


def root_unit() -> Unit:
    """The unit that is the whole force."""
    return Unit.objects.get(parent=None)


def counts_of_force() -> dict[str, int]:
    """How many people, open units and accounts the force has."""
    return {
        "people": User.objects.filter(is_active=True).count(),
        "units": Unit.objects.filter(closed_on=None).count(),
        "accounts": Channel.objects.count(),
    }


def counts_in(unit: Unit, now: datetime) -> dict[str, int]:
    """How many people and accounts are in a unit and below it."""
    return {
        "people": grants_in(unit, now).aggregate(n=Count("user", distinct=True))["n"],
        "accounts": channels_in(unit).count(),
    }


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


def units_named(actor: Actor, words: str, day: date, *, closed: bool = False) -> QuerySet[Unit]:
    """Units whose name or code holds the words."""
    found = Q(name__icontains=words) | Q(code__icontains=words)
    return (
        units_of_organisation(actor, day, closed=closed)
        .filter(found)
        .select_related("parent")
        .order_by("name", "code")
    )


def way_to(unit: Unit) -> list[Unit]:
    """The units above it from the top, itself last."""
    return list(Unit.objects.filter(paths_down__descendant=unit).order_by("-paths_down__depth"))


def grants_in(unit: Unit, now: datetime) -> QuerySet[Grant]:
    """The roles that people hold on a unit, below it, or on one of its accounts, now or later."""
    inside = UnitPath.objects.filter(ancestor=unit).values("descendant_id")
    return _lasting(now).filter(Q(unit__in=inside) | Q(channel__unit__in=inside))


def grants_above(unit: Unit, now: datetime) -> QuerySet[Grant]:
    """The roles that people hold further up, and which count here as well."""
    above = UnitPath.objects.filter(descendant=unit, depth__gt=0).values("ancestor_id")
    return _lasting(now).filter(unit__in=above)


def channels_in(unit: Unit) -> QuerySet[Channel]:
    """The accounts of a unit and all below it."""
    inside = UnitPath.objects.filter(ancestor=unit).values("descendant_id")
    return Channel.objects.filter(unit__in=inside).select_related("unit")


def people_of(actor: Actor, day: date) -> QuerySet[User]:
    """People who hold a role where the actor may look, by username; all of the force for who may see all of it."""
    people = User.objects.order_by("username")
    root = Unit.objects.filter(parent=None).first()
    if root is not None and can(actor, VIEW_ORGANISATION, root):
        return people
    units = units_of_organisation(actor, day, closed=True)
    here = Grant.objects.filter(Q(unit__in=units) | Q(channel__unit__in=units), user=OuterRef("pk"))
    return people.filter(Exists(here))


def _lasting(now: datetime) -> QuerySet[Grant]:
    return (
        Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), user__is_active=True)
        .exclude(ends_at=F("starts_at"))
        .select_related("user", "role", "unit", "channel", "channel__unit", "team", "team__rota")
    )


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
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"now": now, "units": [branch.unit.pk for branch in branches]})
        counts = dict(cursor.fetchall())
    for branch in branches:
        branch.people = counts.get(branch.unit.pk, 0)


def person_named(actor: Actor, username: str) -> User | None:
    """Somebody of the force by user name, whatever its capitals."""
    return User.objects.filter(username__iexact=username).first()


def channel_seen(actor: Actor, channel_id: UUID) -> Channel | None:
    """An account in the part of the organisation that the actor may see."""
    units = visible_units(actor, VIEW_ORGANISATION)
    return Channel.objects.filter(unit__in=units, pk=channel_id).select_related("unit").first()


def siblings_of(unit: Unit) -> list[Unit]:
    """The open units that stand beside one, in their order, itself left out."""
    if unit.parent_id is None:
        return []
    beside = Unit.objects.filter(parent_id=unit.parent_id, closed_on=None).exclude(pk=unit.pk)
    return list(beside[:500])


def grants_seen(actor: Actor) -> QuerySet[Grant]:
    """Every role that somebody holds where the actor may look."""
    units = visible_units(actor, VIEW_ORGANISATION)
    here = Q(unit__in=units) | Q(channel__unit__in=units)
    return Grant.objects.filter(here).select_related("user", "role", "unit", "channel__unit", "team__rota")
