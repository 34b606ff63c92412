"""Whom to ask: who may approve what, for several units at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.access.declared import Permission
from accounts.access.facts import facts_of
from accounts.access.reasoning import Spot, answer_of
from accounts.models import Answer, Channel, Force, Grant, UnitPath, User

NAMED = 5


def approvers_at(
    user: User, units: Collection[UUID], permissions: Sequence[Permission], *, moment: datetime
) -> dict[tuple[UUID, str], list[str]]:
    """The first few others who may do each thing in each unit without asking, by a handful of queries."""
    if not units:
        return {}
    above = UnitPath.objects.filter(descendant_id__in=units).values("ancestor_id")
    live = Q(ends_at=None) | Q(ends_at__gt=moment)
    grants = Grant.objects.filter(live, unit_id__in=above, starts_at__lte=moment, user__is_active=True)
    zone = Force.objects.get(pk=user.force_id).zone
    facts = facts_of(grants.exclude(user=user), moment=moment, zone=zone, places=units)
    own: dict[str, list[Grant]] = defaultdict(list)
    for grant in facts.grants:
        own[grant.user.username].append(grant)
    found: dict[tuple[UUID, str], list[str]] = {}
    for unit in units:
        for permission in permissions:
            names = (
                name
                for name in sorted(own)
                if answer_of(own[name], permission, Spot(unit), facts) == Answer.ALLOWED
            )
            found[unit, permission.name] = [name for name, _place in zip(names, range(NAMED), strict=False)]
    return found


def channels_for_person(user: User, moment: datetime) -> QuerySet[Channel]:
    """The accounts of every unit on which a person holds a role now, on shift or not."""
    live = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=moment), user=user, starts_at__lte=moment)
    inside = UnitPath.objects.filter(ancestor_id__in=live.values("unit_id")).values("descendant_id")
    return Channel.objects.filter(Q(unit__in=inside) | Q(pk__in=live.values("channel_id"))).select_related(
        "unit"
    )
