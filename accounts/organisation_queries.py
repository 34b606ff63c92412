"""Reads the organisation for people who may see it: the tree bit by bit, who works where, and which accounts."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.access.gate import can, visible_units
from accounts.models import Channel, Force, Grant, Unit, UnitPath, User
from accounts.models.unit import open_on
from accounts.permissions import VIEW_ORGANISATION
from hqdash.base.actor import Actor


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
