"""Holds deliveries back that have not begun, for a lock-down or because their author was stopped."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actions.lockdown import Stopped, stops_at_lockdown
from accounts.audit.book import record
from hqdash.base.actor import Actor
from publishing.audited import DELIVERIES_HELD
from publishing.models import Delivery, Held, State

NOT_BEGUN = (State.SCHEDULED, State.LEASED)
"""A worker may have one of these in hand; it looks for the mark again before the first byte leaves."""


def hold_all(actor: Actor, now: datetime) -> None:
    """Hold back everything of the force that has not begun; called where the force is locked or unlocked."""
    held = _hold(Delivery.objects.filter(force_id=actor.force_id), Held.LOCKED, now)
    if held:
        record(actor, DELIVERIES_HELD, deliveries=held, why=Held.LOCKED.value)


def hold_of_person(person_id: UUID, now: datetime) -> int:
    """Hold back what one person answers for and nobody has begun to send; how many deliveries."""
    theirs = Q(post__responsible_id=person_id) | Q(post__responsible=None, post__author_id=person_id)
    return _hold(Delivery.objects.filter(theirs), Held.STOPPED, now)


def held_in(force_id: UUID) -> QuerySet[Delivery]:
    """What waits for a person to release it."""
    return Delivery.objects.filter(force_id=force_id, state=State.SCHEDULED, held_at__isnull=False)


def _hold(deliveries: QuerySet[Delivery], why: Held, now: datetime) -> int:
    return deliveries.filter(state__in=NOT_BEGUN, held_at=None).update(held_at=now, held_why=why)


def _counts(actor: Actor) -> list[Stopped]:
    waiting = held_in(actor.force_id).count()
    going = Delivery.objects.filter(force_id=actor.force_id, state__in=[State.SENDING, State.UNKNOWN]).count()
    return [
        Stopped(_("deliveries held back"), waiting, reverse("publishing:held")),
        Stopped(_("deliveries that had begun and cannot be called back"), going),
    ]


stops_at_lockdown(hold_back=hold_all, counts=_counts)
