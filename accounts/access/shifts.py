"""Who is on shift when: a pattern of shifts, walked through by the clock on the force's walls. Pure.

A shift that begins at 22:00 and ends at 07:00 does so on every date; the night on which the clocks change is an
hour shorter or longer, as it is for those who work it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_OF_A_DAY = 1440


@dataclass(frozen=True, slots=True)
class Window:
    """One shift of a cycle, in minutes from its first midnight; it may reach beyond the cycle's last one."""

    name: str
    starts: int
    ends: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """A team's way through a rota."""

    first_day: date
    cycle_days: int
    windows: tuple[Window, ...]
    zone: ZoneInfo
    offset_days: int = 0

    @property
    def cycle_minutes(self) -> int:
        """A whole cycle by the clock on the wall."""
        return self.cycle_days * MINUTES_OF_A_DAY


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift on the calendar."""

    name: str
    starts_at: datetime
    ends_at: datetime


def minute_of_cycle(pattern: Pattern, moment: datetime) -> int:
    """Where in its cycle the team is at that moment."""
    wall = moment.astimezone(pattern.zone).replace(tzinfo=None)
    since = (wall - datetime.combine(pattern.first_day, time.min)) // timedelta(minutes=1)
    return (since - pattern.offset_days * MINUTES_OF_A_DAY) % pattern.cycle_minutes


def is_on_shift(pattern: Pattern, moment: datetime) -> bool:
    """Whether the team works at that moment."""
    return _window_at(pattern, moment) is not None


def shift_at(pattern: Pattern, moment: datetime) -> Shift | None:
    """The shift that the team works at that moment."""
    window = _window_at(pattern, moment)
    if window is None:
        return None
    minute = minute_of_cycle(pattern, moment)
    if not window.starts <= minute < window.ends:
        minute += pattern.cycle_minutes
    wall = moment.astimezone(pattern.zone).replace(tzinfo=None, second=0, microsecond=0)
    begun = wall - timedelta(minutes=minute - window.starts)
    return _on_the_calendar(pattern, window, begun)


def next_shift(pattern: Pattern, moment: datetime) -> Shift | None:
    """The first shift of the team that begins after that moment."""
    return min(
        (shift for shift in _coming(pattern, moment) if shift.starts_at > moment),
        key=lambda shift: shift.starts_at,
        default=None,
    )


def _window_at(pattern: Pattern, moment: datetime) -> Window | None:
    minute = minute_of_cycle(pattern, moment)
    for window in pattern.windows:
        if (
            window.starts <= minute < window.ends
            or window.starts <= minute + pattern.cycle_minutes < window.ends
        ):
            return window
    return None


def _coming(pattern: Pattern, moment: datetime) -> Iterator[Shift]:
    wall = moment.astimezone(pattern.zone).replace(tzinfo=None, second=0, microsecond=0)
    cycle_began = wall - timedelta(minutes=minute_of_cycle(pattern, moment))
    for cycle in range(2):
        for window in pattern.windows:
            begins = cycle_began + timedelta(minutes=cycle * pattern.cycle_minutes + window.starts)
            yield _on_the_calendar(pattern, window, begins)


def _on_the_calendar(pattern: Pattern, window: Window, begins: datetime) -> Shift:
    ends = begins + timedelta(minutes=window.ends - window.starts)
    return Shift(window.name, begins.replace(tzinfo=pattern.zone), ends.replace(tzinfo=pattern.zone))


def two_two_two_four(
    early: tuple[time, time] = (time(7), time(15)),
    late: tuple[time, time] = (time(15), time(23)),
    night: tuple[time, time] = (time(23), time(7)),
    names: tuple[str, str, str] = ("Early", "Late", "Night"),
) -> tuple[Window, ...]:
    """Two earlies, two lates, two nights, four days off; five teams two days apart cover every hour."""
    hours = (early, early, late, late, night, night)
    return tuple(window_on(day, starts, ends, names[day // 2]) for day, (starts, ends) in enumerate(hours))


def window_on(day: int, starts: time, ends: time, name: str) -> Window:
    """A shift on a day of the cycle (the first is 0); one that ends no later than it starts ends the day after."""
    begin = day * MINUTES_OF_A_DAY + starts.hour * 60 + starts.minute
    end = day * MINUTES_OF_A_DAY + ends.hour * 60 + ends.minute
    return Window(name, begin, end if end > begin else end + MINUTES_OF_A_DAY)
