"""Every read of accounts; each returns only what the actor may see."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from accounts.access.gate import visible_channels, visible_units
from accounts.models import Channel, Unit, UnitPath, User
from accounts.permissions import VIEW_CHANNEL, VIEW_DASHBOARD
from hqdash.base.actor import Actor
from hqdash.base.once import once


def channels_for(actor: Actor) -> QuerySet[Channel]:
    """Every social account that the actor may see, with its unit."""
    return visible_channels(actor, VIEW_CHANNEL).select_related("unit").order_by("network", "handle", "id")


def units_for(actor: Actor) -> QuerySet[Unit]:
    """Every unit that the actor may look into."""
    return visible_units(actor, VIEW_DASHBOARD).order_by("code")


def units_seen(actor: Actor) -> list[Unit]:
    """The same as a list, asked for once while a page is made: its frame and its content both need it."""
    return once(("units", actor.force_id, actor.user_id), lambda: list(units_for(actor)))


def user_of(actor: Actor) -> User:
    """The person behind the actor."""
    return User.objects.get(pk=actor.person_id)


def units_above(unit_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """For each unit, itself and every unit above it, by one query."""
    above: dict[UUID, list[UUID]] = {}
    paths = UnitPath.objects.filter(descendant_id__in=set(unit_ids)).order_by("depth")
    for below, ancestor in paths.values_list("descendant_id", "ancestor_id"):
        above.setdefault(below, []).append(ancestor)
    return above


def units_below(unit_id: UUID) -> list[UUID]:
    """The unit itself and every unit below it."""
    return list(UnitPath.objects.filter(ancestor_id=unit_id).values_list("descendant_id", flat=True))
