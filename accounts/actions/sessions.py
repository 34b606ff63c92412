"""Signs devices out: one's own, or somebody else's by an administrator."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.over_people import require_over
from accounts.audit.book import record
from accounts.audited import SESSION_ENDED, SESSIONS_ENDED, SIGN_IN_RULES_CHANGED
from accounts.models import Force, SignedInSession, Unit, User
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.sessions import end_sessions
from hqdash.base.actor import Actor
from hqdash.base.errors import Missing, Unprocessable

IDLE_MINUTES = (5, 120)
SESSION_HOURS = (1, 24)


@transaction.atomic
def end_session(*, actor: Actor, user: User, session_id: UUID) -> None:
    """Sign one device out; everybody their own, an administrator those of others.

    Raises:
        Missing: there is no such session of this person.
    """
    if user.pk != actor.user_id:
        require_over(actor, user)
    session = SignedInSession.objects.filter(pk=session_id, user=user).first()
    if session is None:
        raise Missing(_("This session has ended already."))
    end_sessions(session=session.pk)
    record(actor, SESSION_ENDED, user, device=session.device, at=session.address)


@transaction.atomic
def end_all_sessions(*, actor: Actor, user: User, except_key: str = "") -> int:
    """Sign all devices of a person out, but the one in hand where it is their own; how many that were."""
    if user.pk != actor.user_id:
        require_over(actor, user)
    ended = end_sessions(user=user, except_key=except_key)
    record(actor, SESSIONS_ENDED, user, sessions=ended)
    return ended


@transaction.atomic
def set_session_limits(
    *, actor: Actor, force: Force, idle_minutes: int, session_hours: int, now: datetime
) -> None:
    """How long sessions of the force may rest and last; those that are open are bound by it at once.

    Raises:
        Unprocessable: a number is out of bounds.
    """
    require(actor, MANAGE_PEOPLE, Unit.objects.get(parent=None))
    _within(idle_minutes, IDLE_MINUTES, _("Choose between %(low)s and %(high)s minutes."), "idle_minutes")
    _within(session_hours, SESSION_HOURS, _("Choose between %(low)s and %(high)s hours."), "session_hours")
    force = Force.objects.select_for_update().get(pk=force.pk)
    before = f"{force.idle_minutes} min, {force.session_hours} h"
    after = f"{idle_minutes} min, {session_hours} h"
    if before == after:
        return
    Force.objects.filter(pk=force.pk).update(idle_minutes=idle_minutes, session_hours=session_hours)
    record(actor, SIGN_IN_RULES_CHANGED, force, before=before, after=after, changed_at=now)


def _within(number: int, bounds: tuple[int, int], sentence: str, field: str) -> None:
    low, high = bounds
    if not low <= number <= high:
        raise Unprocessable(sentence % {"low": low, "high": high}, field)
