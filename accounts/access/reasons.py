"""The links of an explanation's chain, each with who can change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from accounts.access.declared import Permission
from accounts.access.facts import Facts
from accounts.access.gate import Where, unit_id_of
from accounts.access.moments import spoken
from accounts.access.reasoning import Verdict, is_retired, is_within
from accounts.access.shifts import next_shift, shift_at
from accounts.models import Answer, Channel, Grant, User
from accounts.permissions import APPROVE_TIERS, CHANGE_TIERS, MANAGE_CHANNEL, MANAGE_PEOPLE, UNLOCK_FORCE
from hqdash.base import clock

MOST_OTHERS = 21
"""So many people who hold a right are looked up at most."""
MOST_CHANGERS = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """One link of the chain; the first one that does not hold decides."""

    holds: bool
    rule: str
    source: str = ""
    changed_by: tuple[str, ...] = ()
    """Who can change it."""


@dataclass(frozen=True, slots=True)
class Changers:
    """Who holds the rights by which each link can be changed, and who holds the right in question."""

    others: tuple[str, ...]
    tiers: tuple[str, ...]
    people: tuple[str, ...]
    channel: tuple[str, ...]
    unlock: tuple[str, ...]


def changers_at(permission: Permission, where: Where) -> Changers:
    """Who could change what is decided at a place, by one statement."""
    rights = (permission, CHANGE_TIERS, APPROVE_TIERS, MANAGE_PEOPLE, MANAGE_CHANNEL, UNLOCK_FORCE)
    names = list(dict.fromkeys(right.name for right in rights))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM accounts_people_by_right(%s, %s, %s, %s, %s, %s)",
            [
                unit_id_of(where),
                where.pk if isinstance(where, Channel) else None,
                names,
                [right.name for right in rights if right.speaks],
                clock.now(),
                MOST_OTHERS,
            ],
        )
        held = {name: tuple(people) for name, people in cursor.fetchall()}
    return Changers(
        others=held.get(permission.name, ()),
        tiers=held.get(CHANGE_TIERS.name, ())[:MOST_CHANGERS],
        people=held.get(MANAGE_PEOPLE.name, ())[:MOST_CHANGERS],
        channel=held.get(MANAGE_CHANNEL.name, ())[:MOST_CHANGERS],
        unlock=held.get(UNLOCK_FORCE.name, ())[:MOST_CHANGERS],
    )


def grant_link(user: User, where: Where, grants: Sequence[Grant], facts: Facts, changers: Changers) -> Reason:
    """What somebody is at the place, or was, or will be."""
    holding = [grant for grant in grants if is_within(grant, facts.moment) and not is_retired(grant, facts)]
    if holding:
        grant = holding[0]
        return Reason(True, _is_what(grant), given(grant), changers.tiers)
    if not grants:
        return Reason(
            False,
            _("%(user)s has no role on %(place)s or above it") % {"user": user.username, "place": where},
            _("Tiers of the force"),
            changers.tiers,
        )
    grant = max(grants, key=lambda one: one.starts_at)
    values = {"user": grant.user.username, "role": grant.role.name, "place": grant.place}
    if is_within(grant, facts.moment):
        rule = _("%(user)s is %(role)s on %(place)s, but that tier is retired") % values
    elif grant.starts_at > facts.moment:
        rule = _("%(user)s is %(role)s on %(place)s only from %(start)s on") % (
            values | {"start": spoken(grant.starts_at)}
        )
    else:
        end = spoken(grant.ends_at) if grant.ends_at is not None else ""
        rule = _("%(user)s was %(role)s on %(place)s until %(end)s") % (values | {"end": end})
    return Reason(False, rule, given(grant), changers.tiers)


def _is_what(grant: Grant) -> str:
    return _("%(user)s is %(role)s on %(place)s") % {
        "user": grant.user.username,
        "role": grant.role.name,
        "place": grant.place,
    }


def given(grant: Grant) -> str:
    """Who gave a grant, when, for how long and why."""
    words = _("Given by %(who)s") % {"who": grant.given_by}
    if grant.approved_by is not None:
        words += _(", approved by %(who)s") % {"who": grant.approved_by.username}
    words += _(", from %(start)s") % {"start": spoken(grant.starts_at)}
    if grant.ends_at is not None:
        words += _(" until %(end)s") % {"end": spoken(grant.ends_at)}
    return _("%(given)s: %(why)s") % {"given": words, "why": grant.reason or "-"}


def shift_link(grant: Grant, facts: Facts, changers: Changers) -> Reason:
    """Whether the grant's team is on shift, and when it is next."""
    if grant.team is None:
        return Reason(True, _("Held at any hour"), "", changers.tiers)
    pattern = facts.patterns[grant.team.pk]
    rota = _("Rota %(rota)s") % {"rota": grant.team.rota.name}
    shift = shift_at(pattern, facts.moment)
    if shift is not None:
        rule = _("%(team)s is on shift: %(shift)s until %(end)s") % {
            "team": grant.team.name,
            "shift": shift.name,
            "end": spoken(shift.ends_at),
        }
        return Reason(True, rule, rota, changers.tiers)
    coming = next_shift(pattern, facts.moment)
    if coming is None:
        return Reason(
            False, _("%(team)s is never on shift") % {"team": grant.team.name}, rota, changers.tiers
        )
    rule = _("%(team)s is off shift; the next is %(shift)s from %(start)s") % {
        "team": grant.team.name,
        "shift": coming.name,
        "start": spoken(coming.starts_at),
    }
    return Reason(False, rule, rota, changers.tiers)


def tier_link(
    permission: Permission, where: Where, verdict: Verdict, facts: Facts, changers: Changers
) -> Reason:
    """What the tier says to the right there: by an override, or by the force's default."""
    tier = facts.tiers[verdict.grant.role_id]
    default = Answer.NO
    if permission.name in tier.permissions:
        default = Answer.ALLOWED
    elif permission.name in tier.with_approval:
        default = Answer.APPROVAL
    values = {"role": tier.name, "right": permission.label}
    rules = {
        Answer.ALLOWED: _("%(role)s includes “%(right)s”"),
        Answer.APPROVAL: _("%(role)s includes “%(right)s” with approval"),
        Answer.NO: _("%(role)s does not include “%(right)s”"),
    }
    if verdict.said is None:
        source = _("Default of the force")
    else:
        source = _("%(unit)s says so itself; the default of the force is: %(default)s") % {
            "unit": verdict.said.unit_name,
            "default": default.label,
        }
    return Reason(verdict.answer != Answer.NO, rules[verdict.answer] % values, source, changers.tiers)
