"""Writes into the book of the person's force how they came in, how they left, and what they sign in with."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.audit.book import record
from accounts.audit.declared import Audited
from accounts.audited import (
    PASSWORD_CHANGED,
    RECOVERY_CODE_USED,
    RECOVERY_CODES_MADE,
    SECOND_FACTOR_ADDED,
    SECOND_FACTOR_FAILED,
    SECOND_FACTOR_REMOVED,
    SIGN_IN_FAILED,
    SIGNED_IN,
    SIGNED_OUT,
)
from accounts.models import User
from accounts.sign_in import keeping
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.tenancy import across_forces, acting_for


@receiver(user_logged_in)
def signed_in(*, request: HttpRequest, user: User, **_more: Any) -> None:
    """Somebody came in."""
    _write(SIGNED_IN, user, request, as_person=True)
    with acting_for(user.force_id):
        keeping.begin(request, user, now=clock.now())
        others = keeping.live_sessions(clock.now()).filter(user=user).count() - 1
    if others > 0 and hasattr(request, "_messages"):
        note = ngettext("Signed in on %(n)s other device.", "Signed in on %(n)s other devices.", others)
        messages.info(request, note % {"n": others} + " " + _("See “Security” in the menu behind your name."))
    # The answer, which is not there yet, lets this browser be known for the person.
    request.known_from_now_on = user.username  # type: ignore[attr-defined]


@receiver(user_logged_out)
def signed_out(*, request: HttpRequest, user: User | None, **_more: Any) -> None:
    """Somebody left."""
    if user is not None:
        _write(SIGNED_OUT, user, request, as_person=True)
        with acting_for(user.force_id):
            keeping.forget(request.session.session_key or "")


@receiver(user_login_failed)
def sign_in_failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any) -> None:
    """Somebody tried. A name that nobody has belongs to no force, and so to no book."""
    with across_forces(reason="whose sign-in failed"):
        user = User.objects.filter(username__iexact=str(credentials.get("username", ""))).first()
    if user is not None:
        _write(SIGN_IN_FAILED, user, request, as_person=False)


@receiver(password_changed)
def password_was_changed(*, request: HttpRequest, user: User, **_more: Any) -> None:
    """Somebody chose another password: every other session of theirs has ended by that."""
    _write(PASSWORD_CHANGED, user, request, as_person=True)
    with acting_for(user.force_id):
        keeping.note_presence(request, user, now=clock.now(), at_once=True)


@receiver(authenticator_added)
def factor_added(*, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    """Somebody can prove themselves in one more way, and has just done so."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        _write(RECOVERY_CODES_MADE, user, request, as_person=True)
        return
    _write(SECOND_FACTOR_ADDED, user, request, as_person=True, factor=_name_of(authenticator))
    record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
    with acting_for(user.force_id):
        User.objects.filter(pk=user.pk, must_enrol=True).update(must_enrol=False)


@receiver(authenticator_removed)
def factor_removed(*, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    """One way less."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _write(SECOND_FACTOR_REMOVED, user, request, as_person=True, factor=_name_of(authenticator))


@receiver(authenticator_reset)
def codes_made(*, request: HttpRequest, user: User, **_more: Any) -> None:
    """New recovery codes; the old ones are worth nothing."""
    _write(RECOVERY_CODES_MADE, user, request, as_person=True)


@receiver(authenticator_used)
def factor_used(*, request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    """Only the use of a recovery code is worth a line: it says that something was lost."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        left = len(authenticator.wrap().get_unused_codes())
        _write(RECOVERY_CODE_USED, user, request, as_person=True, left=left)


@receiver(authentication_failed)
def second_step_failed(*, request: HttpRequest, user: User, **_more: Any) -> None:
    """Somebody had the password, and no second factor."""
    _write(SECOND_FACTOR_FAILED, user, request, as_person=False)


def _name_of(authenticator: Authenticator) -> str:
    if authenticator.type == Authenticator.Type.WEBAUTHN:
        return f"passkey {authenticator.data.get('name', '')}".strip()
    return "authenticator app"


def _write(
    action: Audited, user: User, request: HttpRequest | None, *, as_person: bool, **details: Any
) -> None:
    actor = Actor(
        force_id=user.force_id,
        user_id=user.pk if as_person else None,
        username=user.username if as_person else "unknown",
        kind="person" if as_person else "public",
        address=request.META.get("REMOTE_ADDR", "") if request else "",
    )
    with acting_for(user.force_id), transaction.atomic():
        record(actor, action, user, **details)
