"""Ends sessions: of one person, of a whole force, or all but the one in hand."""

from __future__ import annotations

from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Force, SignedInSession, User


@transaction.atomic
def end_sessions(
    *, user: User | None = None, force: Force | None = None, session: UUID | None = None, except_key: str = ""
) -> int:
    """Sign out everybody whom the given filters name, at their next request; how many sessions that were.

    Called inside the force; ``force`` names it once more, so that nobody signs out everybody by leaving
    out a filter. A live page of such a session ends within ten seconds.

    Raises:
        ValueError: nothing says whose sessions.
    """
    if user is None and force is None and session is None:
        raise ValueError("Say whose sessions are to end.")
    sessions: QuerySet[SignedInSession] = SignedInSession.objects.exclude(session_key=except_key)
    if user is not None:
        sessions = sessions.filter(user=user)
    if force is not None:
        sessions = sessions.filter(force=force)
    if session is not None:
        sessions = sessions.filter(pk=session)
    keys = list(sessions.values_list("session_key", flat=True))
    ended: int
    ended, _by_table = Session.objects.filter(session_key__in=keys).delete()
    sessions.filter(session_key__in=keys).delete()
    return ended
