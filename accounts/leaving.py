"""What somebody leaves behind: each desk says how much of it there is and hands it to a colleague.

A desk above hangs its own things in here, so that a leaver's page can name them before and the one
transaction of the leaving moves them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from hqdash.base.actor import Actor


@dataclass(frozen=True, slots=True)
class Belongings:
    """One kind of thing that a person answers for."""

    label: Any
    """Named in the plural: “scheduled posts”."""
    count: Callable[[User], int]
    hand_over: Callable[[Actor, User, User], int]
    """Give everything of the first person to the second; how many that were."""
    obstacle: Callable[[User, User], str]
    """Why the second person cannot hold what the first one leaves; empty if they can."""


_kinds: list[Belongings] = []


def when_leaving(kind: Belongings) -> None:
    """Have this kind of thing counted and handed over whenever somebody leaves."""
    _kinds.append(kind)


def belongings_of(user: User) -> list[tuple[Belongings, int]]:
    """Each kind, and how many of it the person has now."""
    return [(kind, kind.count(user)) for kind in _kinds]
