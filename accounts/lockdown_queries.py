"""Whether the force is locked, by whom and why, and what was before."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Force, Lockdown
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict


def open_lockdown(actor: Actor) -> Lockdown | None:
    """The lock-down that holds now. Everybody may know: it explains why nothing goes out."""
    return (
        Lockdown.objects.filter(force_id=actor.force_id, ended_at=None)
        .select_related("first_unlock_by", "force")
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


class ForceLocked(Conflict):
    """Nothing leaves while the force is locked."""

    kind = "locked-down"


def require_unlocked(actor: Actor) -> None:
    """Let pass while the force is not locked.

    Raises:
        ForceLocked: with who locked it, when and why.
    """
    lockdown = open_lockdown(actor)
    if lockdown is not None:
        at = lockdown.locked_at.astimezone(lockdown.force.zone)
        raise ForceLocked(
            _(
                "Nothing goes out now: %(who)s locked the force down at %(time)s (%(why)s). Two people unlock it."
            )
            % {"who": lockdown.locked_by, "time": f"{at:%H:%M}", "why": lockdown.reason}
        )
