"""Answers may this person do this here, and who may.

One query or none. A grant on a unit counts for all units below it, one on a channel for that channel alone,
and one with a rota team while that team is on shift. The nearest override up the tree wins over what a tier
says by default; the best answer of all tiers that somebody holds there decides. Who holds a right that
administers never speaks to the public. The system's own clock may do everything, and stands in the book as
"system".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.access.declared import Permission
from accounts.audit.book import record
from accounts.audited import ACCESS_REFUSED
from accounts.models import Answer, Channel, Unit, UnitPath, User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import NotAllowed
from hqdash.base.once import is_remembering, once
from hqdash.base.tenancy import acting_for

Where = Unit | Channel
"""A place in the force: a unit, or a channel and with it the unit that owns it."""

_STANDING = "SELECT accounts_standing(%s, %s, %s, %s, %s, %s)"
_HELD = "SELECT * FROM accounts_held(%s, %s)"
_OPEN_UNITS = "SELECT accounts_open_units(%s, %s, %s, %s)"
_OPEN_CHANNELS = "SELECT accounts_open_channels(%s, %s, %s, %s)"
_PEOPLE = "SELECT accounts_people_at(%s, %s, %s, %s, %s, %s)"
_ANSWERS = {2: Answer.ALLOWED, 1: Answer.APPROVAL}


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody holds on a unit and all below it, or on one channel."""

    unit_id: UUID | None
    channel_id: UUID | None
    on_whole_force: bool
    permissions: frozenset[str]
    """The rights that are allowed there."""
    below: dict[str, bool]
    """The rights to which units below say something of their own; true if one of them allows it."""


def can(actor: Actor, permission: Permission, where: Where | None = None) -> bool:
    """True when ``actor`` holds ``permission`` on ``where``; without a place: anywhere at all.

    A right that needs somebody's approval there is not held.
    """
    if where is not None:
        return standing(actor, permission, where) == Answer.ALLOWED
    if not actor.is_person:
        return actor.kind == "clock"
    return actor.lends(permission.name) and any(
        permission.name in held.permissions or held.below.get(permission.name, False)
        for held in _held(actor, permission)
    )


def standing(actor: Actor, permission: Permission, where: Where) -> Answer:
    """What the tiers say to ``actor`` about ``permission`` on ``where``: allowed, with approval, or no."""
    if where.force_id != actor.force_id:
        return Answer.NO
    if not actor.is_person:
        return Answer.ALLOWED if actor.kind == "clock" else Answer.NO
    if not actor.lends(permission.name):
        return Answer.NO
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [actor.person_id, *_asked_at(permission, where)])
        return _ANSWERS.get(cursor.fetchone()[0], Answer.NO)


def _held(actor: Actor, permission: Permission) -> list[Held]:
    """Every grant of the actor; a page asks about many doors at once."""

    def ask() -> list[tuple[Held, bool]]:
        with connection.cursor() as cursor:
            cursor.execute(_HELD, [actor.person_id, clock.now()])
            return [_to_held(*row) for row in cursor.fetchall()]

    answers = once(("held", actor.force_id, actor.user_id), ask)
    return [held for held, administers in answers if not (permission.speaks and administers)]


def _to_held(
    unit_id: UUID | None,
    channel_id: UUID | None,
    whole: bool,
    defaults: list[str],
    here: dict[str, str] | None,
    below: dict[str, bool] | None,
    administers: bool,
) -> tuple[Held, bool]:
    said = here or {}
    allowed = {name for name in defaults if name not in said}
    allowed.update(name for name, answer in said.items() if answer == Answer.ALLOWED)
    return Held(unit_id, channel_id, whole, frozenset(allowed), below or {}), administers


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
    if (held := _held_plainly(actor, permission)) is None:
        return units.filter(pk__in=_ids(_OPEN_UNITS, _asked(actor, permission)))
    if any(one.on_whole_force for one in held):
        return units
    paths = UnitPath.objects.filter(ancestor_id__in=[one.unit_id for one in held if one.unit_id is not None])
    return units.filter(pk__in=paths.values("descendant_id"))


def visible_channels(actor: Actor, permission: Permission) -> QuerySet[Channel]:
    """Every channel on which the actor holds the permission, through its unit or by itself."""
    channels = Channel.objects.filter(force_id=actor.force_id)
    if not actor.is_person:
        return channels if actor.kind == "clock" else channels.none()
    if not actor.lends(permission.name):
        return channels.none()
    if (held := _held_plainly(actor, permission)) is None:
        return channels.filter(pk__in=_ids(_OPEN_CHANNELS, _asked(actor, permission)))
    through_units = Q(unit__in=visible_units(actor, permission))
    single = [one.channel_id for one in held if one.channel_id is not None]
    return channels.filter(through_units | Q(pk__in=single) if single else through_units)


def _held_plainly(actor: Actor, permission: Permission) -> list[Held] | None:
    """What the page knows already, if that answers it: it makes a far smaller statement than asking anew.

    None where nothing is remembered, and where units below a grant say something else about the right.
    """
    if not is_remembering():
        return None
    held = _held(actor, permission)
    if any(permission.name in one.below for one in held):
        return None
    return [one for one in held if permission.name in one.permissions]


def people_who_can(
    permission: Permission, where: Where, *, answer: Answer = Answer.ALLOWED
) -> QuerySet[User]:
    """Everybody whom the tiers give this answer there now, by username."""
    held = _ids(_PEOPLE, [*_asked_at(permission, where), answer.value])
    return User.objects.filter(pk__in=held, is_active=True).order_by("username")


def unit_id_of(where: Where) -> UUID:
    """The unit that a place belongs to."""
    return where.unit_id if isinstance(where, Channel) else where.pk


def _asked_at(permission: Permission, where: Where) -> list[Any]:
    channel_id = where.pk if isinstance(where, Channel) else None
    return [permission.name, unit_id_of(where), channel_id, clock.now(), permission.speaks]


def _asked(actor: Actor, permission: Permission) -> list[Any]:
    return [actor.person_id, permission.name, clock.now(), permission.speaks]


def _ids(function: str, values: list[Any]) -> RawSQL:
    return RawSQL(function, values)  # noqa: S611  # values travel beside the text
