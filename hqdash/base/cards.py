"""The wall's hooks: a desk hangs cards, figures and needs here, and the dashboard shows what hangs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hqdash.base.actor import Actor


@dataclass(frozen=True, slots=True)
class Window:
    """What the wall looks at: a stretch of time, the units in scope, and the length of one step."""

    start: datetime
    end: datetime
    step_seconds: int
    unit_ids: tuple[UUID, ...] | None
    """None = every unit that the actor may look into."""

    @property
    def steps(self) -> int:
        """How many steps fit into the window."""
        return max(1, int((self.end - self.start).total_seconds() // self.step_seconds))


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the top band: what it counts, its course over the window, and a note with a tone."""

    label: Any
    value: str
    url: str
    note: Any = ""
    unit: str = ""
    course: tuple[float, ...] = ()
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person."""

    sentence: Any
    url: str
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Series:
    """One line or bar row of the activity chart, a value for each step of the window."""

    label: Any
    values: tuple[float, ...]
    kind: str = "line"
    """line, area or bar"""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the live stream."""

    at: datetime
    icon: str
    tone: str
    title: Any
    detail: str
    url: str


Grouping = str
"""unit, account, user or network"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the break-down table: a number for each group key, and how it reads."""

    label: Any
    by_key: dict[str, float]
    tone_over_zero: str = ""
    course_by_key: dict[str, tuple[float, ...]] | None = None
    url_for: Callable[[str], str] | None = None
    """Where a key leads, for those that only this desk can lead further down: the posts of a user."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What one desk shows on the wall; each function gets the actor and the window."""

    slug: str
    order: int
    allowed: Callable[[Actor], bool]
    figures: Callable[[Actor, Window], list[Figure]] | None = None
    needs: Callable[[Actor, Window], list[Need]] | None = None
    series: Callable[[Actor, Window], list[Series]] | None = None
    happenings: Callable[[Actor, Window, int], list[Happening]] | None = None
    columns: Callable[[Actor, Window, Grouping], list[Column]] | None = None


_desks: dict[str, Desk] = {}


def hang(desk: Desk) -> None:
    """Put a desk's cards on the wall."""
    _desks[desk.slug] = desk


def desks_for(actor: Actor) -> list[Desk]:
    """The desks whose cards this actor may see, in order."""
    return [desk for desk in sorted(_desks.values(), key=lambda d: d.order) if desk.allowed(actor)]
