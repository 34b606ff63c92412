"""Keeps the record of where somebody is signed in: begins it, notes that they are still there, ends it."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.models import SignedInSession, User
from accounts.sign_in.limits import WRITTEN_EVERY, Over, Standing
from accounts.sign_in.session_store import ENDS

STARTED, SEEN = "hqdash_started", "hqdash_seen"


def begin(request: HttpRequest, user: User, *, now: datetime) -> None:
    """Somebody has just signed in. Called inside the person's force."""
    session = request.session
    if not session.session_key:
        session.create()
    session[STARTED] = session[SEEN] = now.timestamp()
    session[ENDS] = standing(request, user).ends
    # What is left of sessions that ran out without anybody noticing.
    SignedInSession.objects.filter(user=user).exclude(pk__in=live_sessions(now).values("pk")).delete()
    _write_row(request, user, now=now)
    User.objects.filter(pk=user.pk).update(seen_at=now)


def standing(request: HttpRequest, user: User) -> Standing:
    """Where the session stands against the limits that the force has today."""
    session, force = request.session, user.force
    return Standing(session[STARTED], session[SEEN], force.idle_minutes, force.session_hours)


def note_presence(request: HttpRequest, user: User, *, now: datetime, at_once: bool = False) -> None:
    """The person did something; written down once a minute, or at once where they asked for more time."""
    if not at_once and now.timestamp() - request.session[SEEN] < WRITTEN_EVERY:
        return
    request.session[SEEN] = now.timestamp()
    request.session[ENDS] = standing(request, user).ends
    _write_row(request, user, now=now)
    User.objects.filter(pk=user.pk).update(seen_at=now)


def check(request: HttpRequest, user: User, *, now: datetime) -> Over:
    """Why this session is over; empty while it lasts. One from before there were limits begins now."""
    if STARTED not in request.session or SEEN not in request.session:
        begin(request, user, now=now)
        return ""
    return standing(request, user).over(now)


def put_out(request: HttpRequest) -> None:
    """End the session in hand; the request goes on as one of a stranger."""
    SignedInSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.flush()
    request.user = AnonymousUser()


def forget(session_key: str) -> None:
    """The session with this key was signed out."""
    SignedInSession.objects.filter(session_key=session_key).delete()


def live_sessions(now: datetime) -> QuerySet[SignedInSession]:
    """Sessions of the current force that would still be let in."""
    lasting = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    return SignedInSession.objects.filter(Exists(lasting))


def _write_row(request: HttpRequest, user: User, *, now: datetime) -> None:
    present = {
        "user": user,
        "address": request.META.get("REMOTE_ADDR") or None,
        "device": request.META.get("HTTP_USER_AGENT", "")[:300],
        "seen_at": now,
    }
    SignedInSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults=present,
        create_defaults=present | {"started_at": now},
    )
