"""Whether the force is locked, by whom and why, and what was before."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Force, Lockdown
from hqdash.base.actor import Actor


def open_lockdown(actor: Actor) -> Lockdown | None:
    """The lock-down that holds now. Everybody may know: it explains why nothing goes out."""
    return (
        Lockdown.objects.filter(force_id=actor.force_id, ended_at=None)
        .select_related("first_unlock_by")
        .first()
    )


def past_lockdowns(actor: Actor) -> QuerySet[Lockdown]:
    """Those that are over, newest first."""
    return (
        Lockdown.objects.filter(force_id=actor.force_id, ended_at__isnull=False)
        .select_related("first_unlock_by", "second_unlock_by")
        .order_by("-locked_at", "-id")
    )


def force_of(actor: Actor) -> Force:
    """The actor's force as it now is."""
    return Force.objects.get(pk=actor.force_id)
