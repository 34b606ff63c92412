"""Sees to it that a force never loses the two people whom a change of its tiers takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.access.gate import people_who_can
from accounts.models import Unit
from accounts.permissions import APPROVE_TIERS, CHANGE_TIERS
from hqdash.base import clock
from hqdash.base.errors import Unprocessable


def approvers_beside(user_id: UUID) -> list[str]:
    """The usernames of those who could put somebody's changes into force."""
    root = Unit.objects.get(parent=None)
    people = people_who_can(APPROVE_TIERS, root).exclude(pk=user_id)
    return list(people.values_list("username", flat=True))


def refuse_to_leave_nobody(moments: Iterable[datetime]) -> None:
    """Refuse, once it is done, what leaves nobody to change tiers, or nobody else to approve, at any moment given.

    Raises:
        Unprocessable: with what is missing and from when.
    """
    root = Unit.objects.get(parent=None)
    for moment in sorted(set(moments)):
        with clock.frozen_at(moment):
            changers = set(people_who_can(CHANGE_TIERS, root).values_list("pk", flat=True))
            approvers = set(people_who_can(APPROVE_TIERS, root).values_list("pk", flat=True))
        if not any(approvers - {changer} for changer in changers):
            raise Unprocessable(
                _(
                    "This would leave nobody to change tiers with a second person to approve it. "
                    "Give two people a tier that may do both on the whole force first."
                )
            )
