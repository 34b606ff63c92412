"""Helps somebody who lost their second factor, without making that a way in for others."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.invitations import HandedOut, hand_out_return
from accounts.actions.over_people import refuse_oneself, require_over
from accounts.audit.book import record
from accounts.audited import SECOND_FACTOR_RESET
from accounts.models import User
from accounts.sign_in.sessions import end_sessions
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Unprocessable


@transaction.atomic
def reset_second_factor(*, actor: Actor, user: User, now: datetime, reason: str) -> HandedOut:
    """Remove everything that somebody signs in with; the link returned is their only way back.

    All sessions end, the old password is worth nothing any more, and behind the link stands nothing but
    the enrolment of a new second factor.

    Raises:
        Unprocessable: no reason is given, or it is the actor's own account.
        Conflict: the person has left.
    """
    require_over(actor, user)
    refuse_oneself(actor, user)
    reason = reason.strip()
    if not reason:
        raise Unprocessable(_("Say why, and how you made sure who asked."), "reason")
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise Conflict(_("%(user)s has left. Let them come back first.") % {"user": user})
    had = forget_factors(user)
    user.must_enrol = True
    user.save(update_fields=["must_enrol", "password"])
    ended = end_sessions(user=user)
    record(actor, SECOND_FACTOR_RESET, user, reason=reason, had=had, sessions=ended)
    return hand_out_return(actor, user, now=now)


def forget_factors(user: User) -> list[str]:
    """Remove all second factors and the password (to be saved by the caller); which factors there were."""
    factors = Authenticator.objects.filter(user_id=user.pk)
    had = sorted(factors.values_list("type", flat=True))
    factors.delete()
    user.set_unusable_password()
    return had
