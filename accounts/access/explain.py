"""Why may this person do this here, or why not? The whole chain, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.access.declared import Permission
from accounts.access.gate import Where, people_who_can, unit_id_of
from accounts.models import Channel, Grant, Unit, UnitPath, User
from hqdash.base import clock


@dataclass(frozen=True, slots=True)
class Reason:
    """One link of the chain; the first one that does not hold decides."""

    holds: bool
    rule: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer, its chain of reasons, and who else could do it."""

    allowed: bool
    reasons: tuple[Reason, ...]
    others: tuple[str, ...]


def explain(user: User, permission: Permission, where: Where, *, at: datetime | None = None) -> Explanation:
    """Whether ``user`` may, at that moment (now unless given), and each reason on the way.

    The rights of a role are those it holds today; grants are looked at as of ``at``.
    """
    moment = at or clock.now()
    unit = Unit.objects.get(pk=unit_id_of(where))
    reasons = [
        Reason(user.is_active, _("The account %(user)s is active") % {"user": user.username}, _("People")),
    ]
    above = dict(UnitPath.objects.filter(descendant_id=unit.pk).values_list("ancestor_id", "depth"))
    grants = [
        grant
        for grant in Grant.objects.filter(user=user, unit_id__in=above).select_related("role", "unit")
        if grant.starts_at <= moment and (grant.ends_at is None or grant.ends_at > moment)
    ]
    grants.sort(key=lambda grant: above[grant.unit_id])
    carrying = [grant for grant in grants if permission.name in grant.role.permissions]
    if grants:
        named = carrying[0] if carrying else grants[0]
        reasons.append(
            Reason(
                True,
                _("%(user)s is %(role)s on %(unit)s")
                % {"user": user.username, "role": named.role.name, "unit": named.unit.name},
                _("Given by %(who)s on %(day)s: %(why)s")
                % {"who": named.given_by, "day": f"{named.starts_at:%d %B %Y}", "why": named.reason or "-"},
            )
        )
        reasons.append(
            Reason(
                bool(carrying),
                _("%(role)s includes “%(right)s”") % {"role": named.role.name, "right": permission.label}
                if carrying
                else _("%(role)s does not include “%(right)s”")
                % {"role": named.role.name, "right": permission.label},
                _("Tiers of the force"),
            )
        )
    else:
        reasons.append(
            Reason(
                False,
                _("%(user)s has no role on %(unit)s or above it")
                % {"user": user.username, "unit": unit.name},
                _("Tiers of the force"),
            )
        )
    if isinstance(where, Channel):
        reasons.append(
            Reason(
                where.state == Channel.State.CONNECTED,
                _("%(channel)s is %(state)s")
                % {"channel": where.at_handle, "state": Channel.State(where.state).label.lower()},
                where.state_reason,
            )
        )
    others = tuple(people_who_can(permission, where).values_list("username", flat=True)[:20])
    return Explanation(all(reason.holds for reason in reasons), tuple(reasons), others)
