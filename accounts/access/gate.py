"""Answers may this person do this here, and who may.

One query or none. A grant on a unit counts for all units below it; the system's own clock may do
everything, and stands in the book as "system".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from accounts.access.declared import Permission
from accounts.audit.book import record
from accounts.audited import ACCESS_REFUSED
from accounts.models import Channel, Grant, Unit, UnitPath, User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import NotAllowed
from hqdash.base.once import is_remembering, once
from hqdash.base.tenancy import acting_for

Where = Unit | Channel
"""A place in the force: a unit, or a channel and with it the unit that owns it."""


# Written out: this is asked before every act and every delivery, and composing it by the ORM costs more
# time than the answer.
_HOLDS = """
SELECT EXISTS (
    SELECT 1 FROM accounts_grant g
    JOIN accounts_role r ON r.id = g.role_id
    JOIN accounts_user u ON u.id = g.user_id AND u.is_active
    WHERE g.user_id = %s AND r.permissions @> ARRAY[%s]::varchar[]
      AND g.starts_at <= %s AND (g.ends_at IS NULL OR g.ends_at > %s)
      AND EXISTS (SELECT 1 FROM accounts_unitpath p WHERE p.descendant_id = %s AND p.ancestor_id = g.unit_id)
)
"""

_HELD = """
SELECT g.unit_id, place.parent_id IS NULL, r.permissions FROM accounts_grant g
JOIN accounts_unit place ON place.id = g.unit_id
JOIN accounts_role r ON r.id = g.role_id
JOIN accounts_user u ON u.id = g.user_id AND u.is_active
WHERE g.user_id = %s AND g.starts_at <= %s AND (g.ends_at IS NULL OR g.ends_at > %s)
"""


@dataclass(frozen=True, slots=True)
class Held:
    """Rights that somebody holds on a unit and all below it."""

    unit_id: UUID
    on_whole_force: bool
    permissions: frozenset[str]


def can(actor: Actor, permission: Permission, where: Where | None = None) -> bool:
    """True when ``actor`` holds ``permission`` on ``where``; without a place: anywhere at all."""
    if where is not None and where.force_id != actor.force_id:
        return False
    if not actor.is_person:
        return actor.kind == "clock"
    if not actor.lends(permission.name):
        return False
    if where is None:
        return any(permission.name in held.permissions for held in _held(actor))
    unit_id = unit_id_of(where)
    with connection.cursor() as cursor:
        cursor.execute(_HOLDS, [actor.person_id, permission.name, clock.now(), clock.now(), unit_id])
        return bool(cursor.fetchone()[0])


def _held(actor: Actor) -> list[Held]:
    """Every right of the actor and where; a page asks about many doors at once."""

    def ask() -> list[Held]:
        with connection.cursor() as cursor:
            cursor.execute(_HELD, [actor.person_id, clock.now(), clock.now()])
            return [Held(unit_id, whole, frozenset(names)) for unit_id, whole, names in cursor.fetchall()]

    return once(("held", actor.force_id, actor.user_id), ask)


def require(actor: Actor, permission: Permission, where: Where | None = None) -> None:
    """Let the actor pass, or refuse and write the refusal into the book.

    Raises:
        NotAllowed: with a sentence that names the right that is missing.
    """
    if can(actor, permission, where):
        return
    place = f" on {where}" if where is not None else ""
    if not actor.lends(permission.name):
        raise NotAllowed(
            f"This API key may not do this{place}: it needs the scope {permission.name}.",
            remember=partial(_record_refusal, actor, permission, where),
        )
    raise NotAllowed(
        f"You may not do this{place}: it needs the right “{permission.label}”. Ask your comms team.",
        remember=partial(_record_refusal, actor, permission, where),
    )


def _record_refusal(actor: Actor, permission: Permission, where: Where | None) -> None:
    own = where if where is not None and where.force_id == actor.force_id else None
    with acting_for(actor.force_id), transaction.atomic():
        record(
            actor,
            ACCESS_REFUSED,
            own,
            unit=own if isinstance(own, Unit) else None,
            channel=own if isinstance(own, Channel) else None,
            permission=permission.name,
            asked_for=str(where.pk) if where is not None else "",
        )


def visible_units(actor: Actor, permission: Permission) -> QuerySet[Unit]:
    """Every unit on which the actor holds the permission."""
    units = Unit.objects.filter(force_id=actor.force_id)
    if not actor.is_person:
        return units if actor.kind == "clock" else units.none()
    if not actor.lends(permission.name):
        return units.none()
    if is_remembering():
        # What the page knows already makes a far smaller statement than looking the grants up in each one.
        held = [one for one in _held(actor) if permission.name in one.permissions]
        if any(one.on_whole_force for one in held):
            return units
        paths = UnitPath.objects.filter(ancestor_id__in=[one.unit_id for one in held])
    else:
        paths = UnitPath.objects.filter(ancestor_id__in=live_grants(actor, permission).values("unit_id"))
    return units.filter(pk__in=paths.values("descendant_id"))


def visible_channels(actor: Actor, permission: Permission) -> QuerySet[Channel]:
    """Every channel on whose unit the actor holds the permission."""
    return Channel.objects.filter(unit__in=visible_units(actor, permission))


def people_who_can(permission: Permission, where: Where) -> QuerySet[User]:
    """Everybody who holds the permission there now, by username."""
    above = UnitPath.objects.filter(descendant_id=unit_id_of(where)).values("ancestor_id")
    holding = _in_force(
        Grant.objects.filter(unit_id__in=above, role__permissions__contains=[permission.name])
    )
    return User.objects.filter(pk__in=holding.values("user_id"), is_active=True).order_by("username")


def live_grants(actor: Actor, permission: Permission) -> QuerySet[Grant]:
    """The actor's grants that hold now and carry the permission."""
    return _in_force(
        Grant.objects.filter(
            user_id=actor.person_id, user__is_active=True, role__permissions__contains=[permission.name]
        )
    )


def unit_id_of(where: Where) -> UUID:
    """The unit that a place belongs to."""
    return where.unit_id if isinstance(where, Channel) else where.pk


def _in_force(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    now = clock.now()
    return grants.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)
