"""Lets a desk hang its own question into ``manage.py doctor``, which stands below every desk and knows none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was looked at, what was seen, and how to mend it; nothing to mend means that all is well."""

    subject: str
    seen: str
    mend: str = ""


_checkups: list[Callable[[], Checkup]] = []


def checkup(ask: Callable[[], Checkup]) -> None:
    """Ask this too."""
    if ask not in _checkups:
        _checkups.append(ask)


def all_checkups() -> list[Checkup]:
    """What every desk has to say."""
    return [ask() for ask in _checkups]
