"""Reads days and moments that people type, by the clock on the force's walls."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.http import HttpRequest
from django.utils.translation import gettext as _

from hqdash.base.errors import Unprocessable


def typed_moment(request: HttpRequest, words: str, field: str) -> datetime | None:
    """A moment such as 2026-08-09T21:00 in the force's own time; None if nothing was typed.

    Raises:
        Unprocessable: it is no moment.
    """
    words = words.strip()
    if not words:
        return None
    try:
        moment = datetime.fromisoformat(words[:40])
    except ValueError:
        raise Unprocessable(_("Write the moment as 2026-08-09 21:00."), field) from None
    if not 1990 <= moment.year <= 2200:
        raise Unprocessable(_("That year cannot be meant."), field)
    return moment if moment.tzinfo else moment.replace(tzinfo=request.user.force.zone)  # type: ignore[union-attr]


def typed_last_day(request: HttpRequest, words: str, field: str) -> datetime | None:
    """The midnight after a last day; a moment with a time is taken as it is.

    Raises:
        Unprocessable: it is no day.
    """
    moment = typed_moment(request, words, field)
    if moment is None or "T" in words or " " in words.strip():
        return moment
    zone = request.user.force.zone  # type: ignore[union-attr]
    return datetime.combine(moment.date() + timedelta(days=1), time.min, tzinfo=zone)
