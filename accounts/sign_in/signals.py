"""Writes every sign-in, sign-out and failed sign-in into the book of the person's force."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.audit.book import record
from accounts.audit.declared import Audited
from accounts.audited import SIGN_IN_FAILED, SIGNED_IN, SIGNED_OUT
from accounts.models import User
from accounts.sign_in import keeping
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.tenancy import across_forces, acting_for


@receiver(user_logged_in)
def signed_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    """Somebody came in."""
    _write(SIGNED_IN, user, request, as_person=True)
    with acting_for(user.force_id):
        keeping.begin(request, user, now=clock.now())


@receiver(user_logged_out)
def signed_out(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    """Somebody left."""
    if user is not None:
        _write(SIGNED_OUT, user, request, as_person=True)
        with acting_for(user.force_id):
            keeping.forget(request.session.session_key or "")


@receiver(user_login_failed)
def sign_in_failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Somebody tried. A name that nobody has belongs to no force, and so to no book."""
    with across_forces(reason="whose sign-in failed"):
        user = User.objects.filter(username__iexact=str(credentials.get("username", ""))).first()
    if user is not None:
        _write(SIGN_IN_FAILED, user, request, as_person=False)


def _write(action: Audited, user: User, request: HttpRequest | None, *, as_person: bool) -> None:
    actor = Actor(
        force_id=user.force_id,
        user_id=user.pk if as_person else None,
        username=user.username if as_person else "unknown",
        kind="person" if as_person else "public",
        address=request.META.get("REMOTE_ADDR", "") if request else "",
    )
    with acting_for(user.force_id), transaction.atomic():
        record(actor, action, user)
