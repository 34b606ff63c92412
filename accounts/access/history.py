"""What was so at an earlier moment, as far as rows and the book tell: people, accounts, lock-downs, the tree."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.audited import CHANNEL_STATE_CHANGED, UNIT_MOVED, USER_LEFT, USER_RETURNED
from accounts.models import AuditEntry, Channel, Lockdown, User
from hqdash.base import clock


def active_at(users: Iterable[User], moment: datetime, *, now: datetime | None = None) -> set[UUID]:
    """Which of these people were active then: whoever left later still was, whoever came back later was not yet."""
    people = {user.pk: user for user in users}
    active = {key for key, user in people.items() if user.is_active}
    if moment >= (now or clock.now()):
        return active
    entries = AuditEntry.objects.filter(
        action__in=(USER_LEFT.name, USER_RETURNED.name),
        object_id__in=[str(key) for key in people],
        at__gt=moment,
    ).order_by("-id")
    for entry in entries:
        key = UUID(entry.object_id)
        active = active | {key} if entry.action == USER_LEFT.name else active - {key}
    return {key for key in active if people[key].created_at <= moment}


def channel_state_at(channel: Channel, moment: datetime, *, now: datetime) -> tuple[str, str]:
    """The state of an account then, and why: what the book says it was before its next change."""
    if moment < now:
        entry = (
            AuditEntry.objects.filter(action=CHANNEL_STATE_CHANGED.name, channel_id=channel.pk, at__gt=moment)
            .order_by("id")
            .first()
        )
        if entry is not None:
            return str(entry.details.get("before", channel.state)), ""
    return channel.state, channel.state_reason


def lockdown_at(moment: datetime) -> Lockdown | None:
    """The lock-down of the force that held then."""
    held = Lockdown.objects.filter(Q(ended_at=None) | Q(ended_at__gt=moment), locked_at__lte=moment)
    return held.order_by("-locked_at").first()


def moved_since(units: Iterable[UUID], moment: datetime) -> AuditEntry | None:
    """The first time since then that one of these units moved: the tree of before is not kept."""
    return (
        AuditEntry.objects.filter(
            action=UNIT_MOVED.name, object_id__in=[str(unit) for unit in units], at__gt=moment
        )
        .order_by("id")
        .first()
    )
