"""Keeps two duties apart: who decides what people may do never speaks to the public, and the other way round."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.access.declared import administering_rights, permission_named, speaking_rights
from accounts.access.moments import spoken
from accounts.models import Answer, Grant, Role, Rule, User
from hqdash.base.errors import Unprocessable


def note_duties(role: Role) -> None:
    """Let a tier know whether it speaks or administers, by default or on any unit; saving it is the caller's.

    Raises:
        Unprocessable: it would do both, with the rights that clash.
    """
    rights = {*role.permissions, *role.with_approval, *_by_override(role)}
    speaking, administering = rights & speaking_rights(), rights & administering_rights()
    if speaking and administering:
        raise Unprocessable(
            _(
                "%(role)s would both speak to the public (%(speaking)s) and administer (%(administering)s). "
                "Nobody may do both: give one of them to another tier."
            )
            % {
                "role": role.name,
                "speaking": _labels(speaking),
                "administering": _labels(administering),
            },
            "role",
        )
    role.speaks, role.administers = bool(speaking), bool(administering)


def refuse_clashing_holders(role: Role, *, now: datetime) -> None:
    """Refuse what a tier has become if somebody who holds it has the other duty through another tier.

    Raises:
        Unprocessable: with the first such person and what has to end.
    """
    if not (role.speaks or role.administers):
        return
    other_duty = {"user__grants__role__administers" if role.speaks else "user__grants__role__speaks": True}
    clashing = (
        Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), role=role)
        .filter(
            Q(user__grants__ends_at=None) | Q(user__grants__ends_at__gt=Greatest(F("starts_at"), Value(now))),
            Q(ends_at=None) | Q(user__grants__starts_at__lt=F("ends_at")),
            **other_duty,
        )
        .select_related("user")
    )
    for grant in clashing[:1]:
        refuse_other_duty(
            user=grant.user, role=role, starts_at=max(grant.starts_at, now), ends_at=grant.ends_at
        )


def refuse_other_duty(*, user: User, role: Role, starts_at: datetime, ends_at: datetime | None) -> None:
    """Refuse a tier that speaks for somebody who administers in the same time, and the other way round.

    Raises:
        Unprocessable: with what stands in the way.
    """
    if not (role.speaks or role.administers):
        return
    same_time = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=starts_at), user=user)
    if ends_at is not None:
        same_time = same_time.filter(starts_at__lt=ends_at)
    clashing = same_time.exclude(role=role).select_related("role", "unit", "channel")
    other = clashing.filter(Q(role__administers=True) if role.speaks else Q(role__speaks=True)).first()
    if other is None or other.ends_at == other.starts_at:
        return
    values = {"user": user.username, "role": role.name, "other": other.role.name, "place": other.place}
    if role.speaks:
        sentence = _(
            "%(user)s is %(other)s on %(place)s and administers; %(role)s speaks to the public. "
            "Nobody does both: end the one first, or give this to somebody else."
        )
    else:
        sentence = _(
            "%(user)s is %(other)s on %(place)s and speaks to the public; %(role)s administers. "
            "Nobody does both: end the one first, or give this to somebody else."
        )
    raise Unprocessable(sentence % values, "role")


def refuse_impossible_grant(*, user: User, role: Role, starts_at: datetime, ends_at: datetime | None) -> None:
    """Refuse what no grant may be, whoever gives it and however it comes in.

    Raises:
        Unprocessable: it ends before it starts, the person is gone, the tier is retired, or the duties clash.
    """
    if ends_at is not None and ends_at <= starts_at:
        raise Unprocessable(
            _("This ends before it starts. Choose an end after %(start)s.") % {"start": spoken(starts_at)},
            "ends_at",
        )
    if not user.is_active:
        raise Unprocessable(
            _("%(user)s is switched off and can be given nothing. Choose somebody else.")
            % {"user": user.username},
            "user",
        )
    if role.retired_at is not None:
        raise Unprocessable(
            _("%(role)s is retired. Choose another tier.") % {"role": role.name},
            "role",
        )
    refuse_other_duty(user=user, role=role, starts_at=starts_at, ends_at=ends_at)


def _by_override(role: Role) -> Iterable[str]:
    if role._state.adding:
        return ()
    rules = Rule.objects.filter(role=role, ends_at=None).exclude(answer=Answer.NO)
    return rules.values_list("permission", flat=True).distinct()


def _labels(names: Iterable[str]) -> str:
    declared = [permission_named(name) for name in sorted(names)]
    return ", ".join(f"“{each.label}”" for each in declared if each is not None)
