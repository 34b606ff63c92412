"""Stops everything that a force sends, in one act, and lets it speak again by the word of two people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audited import FORCE_LOCKED, FORCE_UNLOCKED, UNLOCK_ASKED, UNLOCK_TAKEN_BACK
from accounts.models import Force, Lockdown, Unit
from accounts.permissions import LOCK_FORCE, UNLOCK_FORCE
from accounts.sign_in.sessions import end_sessions
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable

LOCKED_TOPIC = "lockdown"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a desk above says that it holds back: how many of what."""

    label: Any
    count: int
    url: str = ""


HoldsBack = Callable[[Actor, datetime], None]
Counts = Callable[[Actor], "list[Stopped]"]
_hold_back: list[HoldsBack] = []
_counts: list[Counts] = []


def stops_at_lockdown(*, hold_back: HoldsBack, counts: Counts) -> None:
    """Let a desk above hold back what it has not sent yet, inside the same transaction, and say what waits."""
    if hold_back not in _hold_back:
        _hold_back.append(hold_back)
        _counts.append(counts)


def what_is_stopped(actor: Actor) -> list[Stopped]:
    """What waits, by the words of the desks that hold it."""
    return [each for counts in _counts for each in counts(actor)]


@transaction.atomic
def lock_outbound(*, actor: Actor, reason: str, now: datetime, keep_session: str = "") -> Lockdown:
    """Stop everything that goes out from the force, and end all sessions but ``keep_session``.

    A second lock finds the first one in its place and changes nothing.

    Raises:
        NotAllowed: locking the whole force is not the actor's to do.
        Unprocessable: no reason.
    """
    root = Unit.objects.get(parent=None)
    require(actor, LOCK_FORCE, root)
    force = _locked_force(actor)
    reason = " ".join(reason.split())
    if not reason:
        raise Unprocessable(_("Say in a few words why, for everybody who will ask."), "reason")
    if standing := Lockdown.objects.filter(ended_at=None).first():
        return standing
    force.locked_at = now
    force.save(update_fields=["locked_at"])
    for hold_back in _hold_back:
        hold_back(actor, now)
    ended = end_sessions(force=force, except_key=keep_session)
    lockdown = Lockdown.objects.create(
        locked_by=actor.username, reason=reason[:2000], locked_at=now, sessions_ended=ended
    )
    record(actor, FORCE_LOCKED, force, unit=root, reason=lockdown.reason, sessions=ended)
    live.tell(force.pk, LOCKED_TOPIC)
    return lockdown


@transaction.atomic
def unlock_outbound(*, actor: Actor, now: datetime) -> Lockdown:
    """Speak for unlocking: the first of two people is waited for, the second one ends the lock-down.

    The door has to make sure that each proved who they are with a second factor just now.

    Raises:
        NotAllowed: unlocking is not the actor's to do, or the actor is no person.
        Conflict: nothing is locked, or the actor has spoken already.
    """
    root = Unit.objects.get(parent=None)
    _require_person(actor, root)
    force = _locked_force(actor)
    lockdown = _open(force)
    if not lockdown.waits_for_second(now):
        lockdown.first_unlock_by_id, lockdown.first_unlock_at = actor.person_id, now
        lockdown.save(update_fields=["first_unlock_by", "first_unlock_at"])
        record(actor, UNLOCK_ASKED, force, unit=root)
        live.tell(force.pk, LOCKED_TOPIC)
        return lockdown
    if lockdown.first_unlock_by_id == actor.user_id:
        raise Conflict(_("You have spoken for unlocking already: now a second person has to."))
    # What was decided to be sent during the lock-down, by whatever way, waits for a person as well.
    for hold_back in _hold_back:
        hold_back(actor, now)
    first = lockdown.first_unlock_by
    lockdown.second_unlock_by_id, lockdown.ended_at = actor.person_id, now
    lockdown.save(update_fields=["second_unlock_by", "ended_at"])
    force.locked_at = None
    force.save(update_fields=["locked_at"])
    record(actor, FORCE_UNLOCKED, force, unit=root, first=first.username if first else "")
    live.tell(force.pk, LOCKED_TOPIC)
    return lockdown


@transaction.atomic
def take_back_unlock(*, actor: Actor, now: datetime) -> Lockdown:
    """Withdraw one's word before the second person has spoken.

    Raises:
        Conflict: the actor's word is not the one that is waited with.
    """
    root = Unit.objects.get(parent=None)
    _require_person(actor, root)
    force = _locked_force(actor)
    lockdown = _open(force)
    if lockdown.first_unlock_by_id != actor.user_id or not lockdown.waits_for_second(now):
        raise Conflict(_("There is no word of yours to take back."))
    lockdown.first_unlock_by, lockdown.first_unlock_at = None, None
    lockdown.save(update_fields=["first_unlock_by", "first_unlock_at"])
    record(actor, UNLOCK_TAKEN_BACK, force, unit=root)
    live.tell(force.pk, LOCKED_TOPIC)
    return lockdown


def _require_person(actor: Actor, root: Unit) -> None:
    require(actor, UNLOCK_FORCE, root)
    if not actor.is_person or actor.scopes is not None:
        raise NotAllowed(_("Only people who are here can unlock a force: no program and no key."))


def _open(force: Force) -> Lockdown:
    lockdown = Lockdown.objects.select_for_update().filter(force=force, ended_at=None).first()
    if lockdown is None:
        raise Conflict(_("The force is not locked (any more)."))
    return lockdown


def _locked_force(actor: Actor) -> Force:
    """The row of the force, held until the end: two who lock or unlock at once come one after the other."""
    return Force.objects.select_for_update(no_key=True).get(pk=actor.force_id)
