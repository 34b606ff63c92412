"""Moments as people read them: by the clock on the wall."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def spoken(moment: datetime) -> str:
    """Such as 9 August 2026 21:00, in the local time of the reader."""
    return f"{timezone.localtime(moment):%-d %B %Y %H:%M}"
