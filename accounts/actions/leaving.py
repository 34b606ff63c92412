"""The leaver in one action: nothing of them is left open, and nothing they began is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.access.gate import people_who_can
from accounts.actions.invitations import HandedOut, hand_out_return, take_back_links
from accounts.actions.over_people import live_grants_of, require_over
from accounts.actions.second_factors import forget_factors
from accounts.audit.book import record
from accounts.audited import USER_LEFT, USER_RETURNED
from accounts.events import UserLeft
from accounts.leaving import belongings_of
from accounts.models import FormDraft, Unit, User
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.sessions import end_sessions
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Unprocessable
from hqdash.base.events import announce


@dataclass(frozen=True, slots=True)
class Left:
    """What the leaving of one person came to."""

    sessions: int
    grants: int
    handed_over: dict[str, int]


@transaction.atomic
def leave(*, actor: Actor, user: User, heir: User | None, now: datetime, reason: str) -> Left:
    """Let somebody leave: sessions, tiers, links and keys end now, and ``heir`` takes over what waits.

    Raises:
        Unprocessable: it is the actor, the last administrator, or nobody suitable takes over; with why.
        Conflict: the person has left already.
    """
    require_over(actor, user)
    reason = reason.strip()
    # The root is the lock: of two administrators who see each other off at once, one comes second.
    root = Unit.objects.select_for_update().get(parent=None)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise Conflict(_("%(user)s has left already.") % {"user": user})
    if user.pk == actor.user_id:
        raise Unprocessable(_("You cannot record your own leaving. Another administrator has to do it."))
    if not reason:
        raise Unprocessable(_("Give the reason; it stands in the audit log."), "reason")
    administrators = people_who_can(MANAGE_PEOPLE, root)
    if administrators.filter(pk=user.pk).exists() and not administrators.exclude(pk=user.pk).exists():
        raise Unprocessable(
            _("%(user)s is the last person who can manage people. Give the tier to somebody else first.")
            % {"user": user}
        )
    handed_over = _hand_over(actor, user, heir)
    grants = live_grants_of(user)
    tiers = [
        f"{grant.role}: {grant.unit or grant.channel}"
        for grant in grants.select_related("role", "unit", "channel")
    ]
    grants.update(ends_at=Greatest(F("starts_at"), Value(now)))
    links = take_back_links(user, now=now)
    FormDraft.objects.filter(user=user).delete()
    user.is_active, user.left_at = False, now
    user.save(update_fields=["is_active", "left_at"])
    sessions = end_sessions(user=user)
    record(
        actor,
        USER_LEFT,
        user,
        reason=reason,
        tiers=tiers,
        sessions=sessions,
        links=links,
        handed_over=handed_over,
        heir=heir.username if heir else "",
    )
    announce(UserLeft(force_id=user.force_id, user_id=user.pk, heir_id=heir.pk if heir else None))
    return Left(sessions, len(tiers), handed_over)


@transaction.atomic
def come_back(*, actor: Actor, user: User, now: datetime) -> HandedOut:
    """Let somebody in again who had left, as if they were new: no tier, no password, no second factor.

    Raises:
        Conflict: the person has not left.
    """
    require_over(actor, user)
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active:
        raise Conflict(_("%(user)s has not left.") % {"user": user})
    forget_factors(user)
    user.is_active, user.left_at = True, None
    user.save(update_fields=["is_active", "left_at", "password"])
    record(actor, USER_RETURNED, user)
    return hand_out_return(actor, user, now=now)


def _hand_over(actor: Actor, user: User, heir: User | None) -> dict[str, int]:
    waiting = [(kind, number) for kind, number in belongings_of(user) if number]
    if not waiting:
        return {}
    if heir is None:
        kinds = ", ".join(f"{number} {kind.label}" for kind, number in waiting)
        raise Unprocessable(
            _("%(user)s leaves %(kinds)s. Choose who takes over.") % {"user": user, "kinds": kinds}, "heir"
        )
    if heir.pk == user.pk or not heir.is_active:
        raise Unprocessable(
            _("Choose somebody who stays: %(heir)s cannot take over.") % {"heir": heir}, "heir"
        )
    for kind, _number in waiting:
        if why := kind.obstacle(user, heir):
            raise Unprocessable(why, "heir")
    return {str(kind.label): kind.hand_over(actor, user, heir) for kind, _number in waiting}
