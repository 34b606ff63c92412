"""What a force looks like at this moment, as far as a file can change it: a few queries, then plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Change, ChangeSet, Channel, Force, Grant, Role, Unit, User
from hqdash.base.actor import Actor
from hqdash.networks.network import all_networks


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit of the force."""

    id: UUID
    code: str
    name: str
    parent: str
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody of the force, gone or not."""

    id: UUID
    username: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """A social account of the force."""

    id: UUID
    network: str
    handle: str
    name: str
    unit: str
    coverage: str


@dataclass(frozen=True, slots=True)
class KnownRole:
    """A role that somebody holds, now or later."""

    grant_id: UUID
    username: str
    role: str
    unit: str
    ends_at: datetime | None


RoleKey = tuple[str, str, str]
"""User name in small letters, the role's slug, the unit's code."""


@dataclass(frozen=True, slots=True)
class World:
    """The force as it is."""

    zone: ZoneInfo
    now: datetime
    root: str
    units: dict[str, KnownUnit]
    people: dict[str, KnownPerson]
    accounts: dict[tuple[str, str], KnownAccount]
    held: dict[RoleKey, KnownRole]
    tiers: dict[str, str]
    """Names of the tiers by slug."""
    networks: frozenset[str]
    waiting: frozenset[RoleKey] = field(default_factory=frozenset)
    """Roles that somebody has asked for already, and that wait for a second administrator."""

    @property
    def today(self) -> date:
        """The day it is for the force."""
        return self.now.astimezone(self.zone).date()


def look_at_world(actor: Actor, *, now: datetime) -> World:
    """The whole force of the actor; who may import may see all of it."""
    codes = dict(Unit.objects.values_list("pk", "code"))
    units = {
        code: KnownUnit(pk, code, name, codes.get(parent, ""), closed_on)
        for pk, code, name, parent, closed_on in Unit.objects.order_by().values_list(
            "pk", "code", "name", "parent_id", "closed_on"
        )
    }
    people = {
        username.lower(): KnownPerson(pk, username, is_active)
        for pk, username, is_active in User.objects.order_by().values_list("pk", "username", "is_active")
    }
    accounts = {
        (network, handle.lower()): KnownAccount(pk, network, handle, name, codes[unit], coverage)
        for pk, network, handle, name, unit, coverage in Channel.objects.order_by().values_list(
            "pk", "network", "handle", "name", "unit_id", "coverage"
        )
    }
    names = {person.id: username for username, person in people.items()}
    tiers = {
        pk: (slug, name)
        for pk, slug, name in Role.objects.filter(retired_at=None).values_list("pk", "slug", "name")
    }
    live = Grant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), unit__isnull=False, role__retired_at=None
    )
    held: dict[RoleKey, KnownRole] = {}
    # The one that ends last speaks for several of the same kind.
    for pk, user, role, unit, ends_at in live.order_by("ends_at").values_list(
        "pk", "user_id", "role_id", "unit_id", "ends_at"
    ):
        key = (names[user], tiers[role][0], codes[unit])
        held[key] = KnownRole(pk, names[user], tiers[role][0], codes[unit], ends_at)
    return World(
        zone=Force.objects.get(pk=actor.force_id).zone,
        now=now,
        root=next((unit.code for unit in units.values() if not unit.parent), ""),
        units=units,
        people=people,
        accounts=accounts,
        held=held,
        tiers=dict(tiers.values()),
        networks=frozenset(network.slug for network in all_networks()),
        waiting=_waiting(names, {pk: slug for pk, (slug, _name) in tiers.items()}, codes),
    )


def _waiting(names: dict[UUID, str], slugs: dict[UUID, str], codes: dict[UUID, str]) -> frozenset[RoleKey]:
    undecided = (ChangeSet.State.OPEN, ChangeSet.State.PROPOSED, ChangeSet.State.SENT_BACK)
    asked = Change.objects.filter(kind="grant.give", change_set__state__in=undecided)
    keys: set[RoleKey] = set()
    for what in asked.order_by().values_list("what", flat=True):
        if what.get("unit"):
            user, role, unit = (UUID(what[name]) for name in ("user", "role", "unit"))
            if user in names and role in slugs and unit in codes:
                keys.add((names[user], slugs[role], codes[unit]))
    return frozenset(keys)
