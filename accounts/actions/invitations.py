"""Lets people in: adds them, hands out one-time links, takes links back, and sees them used."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.organisation import add_user
from accounts.actions.over_people import refuse_oneself, require_over
from accounts.audit.book import record
from accounts.audited import INVITATION_MADE, INVITATION_REVOKED, INVITATION_USED
from accounts.models import Invitation, User
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.sessions import end_sessions
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Missing, Unprocessable
from hqdash.base.tenancy import across_forces, acting_for

LASTS = timedelta(days=7)
LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A link's secret half. It exists here and in the hands of the person, and nowhere else."""

    invitation: Invitation
    token: str

    def __repr__(self) -> str:
        return f"HandedOut({self.invitation})"


@transaction.atomic
def invite_person(*, actor: Actor, username: str, email: str = "", now: datetime) -> HandedOut:
    """Add somebody to the force, and make the link with which they choose a password.

    Raises:
        Unprocessable: the name or the address will not do, or somebody has the name already.
    """
    require(actor, MANAGE_PEOPLE)
    username, email = check_username(username), check_email(email)
    if User.objects.filter(username__iexact=username).exists():
        raise _taken(username)
    try:
        with transaction.atomic():
            user = add_user(actor=actor, username=username)
    except IntegrityError:
        # Of another force, or added a moment ago: a name is somebody's wherever they work.
        raise _taken(username) from None
    if email:
        user.email = email
        user.save(update_fields=["email"])
    return _hand_out(actor, user, Invitation.Purpose.JOIN, now=now)


@transaction.atomic
def invite_again(*, actor: Actor, user: User, now: datetime) -> HandedOut:
    """A fresh link for somebody whose first one was lost, ran out, or whose password is forgotten.

    The open one stops working. What the person has set up as a second factor stays, and is asked for.

    Raises:
        Conflict: the person has left.
        Unprocessable: it is the actor's own account.
    """
    require_over(actor, user)
    refuse_oneself(actor, user)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        raise Conflict(_("%(user)s has left. Let them come back first.") % {"user": user})
    purpose = Invitation.Purpose.RETURN if user.has_usable_password() else Invitation.Purpose.JOIN
    return _hand_out(actor, user, purpose, now=now)


@transaction.atomic
def revoke_invitation(*, actor: Actor, user: User, now: datetime) -> None:
    """Take the open link back; whoever opens it learns only that it does not work.

    Raises:
        Missing: there is none.
    """
    require_over(actor, user)
    if not take_back_links(user, now=now):
        raise Missing(_("%(user)s has no open link.") % {"user": user})
    record(actor, INVITATION_REVOKED, user)


def open_invitation(token: str, *, now: datetime) -> Invitation | None:
    """The invitation that this link belongs to, while it works; asked by somebody who is nobody yet."""
    with across_forces(reason="whose one-time link is this"):
        found = (
            Invitation.objects.select_related("user", "user__force")
            .filter(token_hash=_fingerprint(token), user__is_active=True)
            .first()
        )
    return found if found is not None and found.is_open(now) else None


def accept_invitation(*, token: str, password: str, again: str, now: datetime, address: str = "") -> User:
    """Use the link up: the person's password is this one from now on, and all their sessions end.

    Raises:
        Missing: the link does not work, whatever the reason.
        Unprocessable: the password will not do, with every reason.
    """
    invitation = open_invitation(token, now=now)
    if invitation is None:
        raise Missing(_("This link does not work."))
    user = invitation.user
    check_new_password(password, again, user)
    with acting_for(user.force_id), transaction.atomic():
        open_ones = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
        if open_ones.update(used_at=now) != 1:
            # Somebody else was quicker with the same link.
            raise Missing(_("This link does not work."))
        user.set_password(password)
        user.save(update_fields=["password"])
        end_sessions(user=user)
        actor = Actor(force_id=user.force_id, user_id=user.pk, username=user.username, address=address)
        record(actor, INVITATION_USED, user, purpose=invitation.purpose)
    return user


def take_back_links(user: User, *, now: datetime) -> int:
    """Stop every open link of a person; how many there were."""
    return Invitation.objects.filter(user=user, used_at=None, revoked_at=None).update(revoked_at=now)


def hand_out_return(actor: Actor, user: User, *, now: datetime) -> HandedOut:
    """A link for somebody who has to begin anew; whoever calls has asked for the right to do so."""
    return _hand_out(actor, user, Invitation.Purpose.RETURN, now=now)


def check_username(username: str) -> str:
    """The name without spaces around it.

    Raises:
        Unprocessable: it is empty, too long, or has characters that nobody can sign in with.
    """
    username = username.strip()
    if not username:
        raise Unprocessable(_("Give a user name, such as pc.4512."), "username")
    if len(username) > LONGEST_NAME:
        raise Unprocessable(
            _("Use at most %(n)s characters for the user name.") % {"n": LONGEST_NAME}, "username"
        )
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError:
        raise Unprocessable(
            _("Use letters, digits and . _ - + @ for the user name, without spaces."), "username"
        ) from None
    return username


def check_email(email: str) -> str:
    """The address without spaces around it; empty is fine.

    Raises:
        Unprocessable: it is no e-mail address.
    """
    email = email.strip()
    if email:
        try:
            validate_email(email)
        except ValidationError:
            raise Unprocessable(
                _("This is not an e-mail address. Correct it or leave it out."), "email"
            ) from None
    return email


def check_new_password(password: str, again: str, user: User) -> None:
    """Let a password pass that is good enough and was typed twice.

    Raises:
        Unprocessable: with every reason at once.
    """
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise Unprocessable(" ".join(problem.messages), "password") from None
    if password != again:
        raise Unprocessable(_("The two passwords differ. Type the same one twice."), "again")


def _hand_out(actor: Actor, user: User, purpose: Invitation.Purpose, *, now: datetime) -> HandedOut:
    take_back_links(user, now=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        user=user,
        purpose=purpose,
        token_hash=_fingerprint(token),
        made_by=actor.username,
        made_at=now,
        expires_at=now + LASTS,
    )
    record(actor, INVITATION_MADE, user, purpose=str(purpose), until=invitation.expires_at)
    return HandedOut(invitation, token)


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _taken(username: str) -> Unprocessable:
    return Unprocessable(
        _("Somebody signs in as %(name)s already. Choose another user name.") % {"name": username}, "username"
    )
