"""How often a channel is read, and what of an item is kept: judgement without clock or database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_BACK_OFF = timedelta(minutes=5)
LONGEST_WAIT = timedelta(minutes=15)
"""Even when a network names a longer one: its clock or its header may be wrong."""
SIGN_IN_RETRY = timedelta(minutes=5)
BUSY_SECONDS = 4.0
QUIET_SECONDS = 6.0
SLOWING = 1.5


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two reads of a channel: where people talk, and where nobody does."""

    busy: float = BUSY_SECONDS
    quiet: float = QUIET_SECONDS

    def after(self, *, found: int, interval: float) -> float:
        """The next interval: at once short when somebody spoke, then longer step by step."""
        if found:
            return self.busy
        return min(self.quiet, max(self.busy, interval * SLOWING))


@dataclass(frozen=True, slots=True)
class Headroom:
    """What a network still allows until it counts anew."""

    remaining: int
    reset_at: datetime | None


def spread(interval: float, headroom: Headroom | None, *, now: datetime) -> float:
    """An interval under which the calls that are left last until the network counts anew."""
    if headroom is None or headroom.reset_at is None:
        return interval
    left = (headroom.reset_at - now).total_seconds()
    if left <= 0:
        return interval
    # A tenth is kept back for what matters more than reading: publishing and hiding.
    usable = max(1.0, headroom.remaining * 0.9)
    return min(LONGEST_WAIT.total_seconds(), max(interval, left / usable))


def back_off(interval: float, failures: int, *, chance: Callable[[], float]) -> float:
    """Longer with every failure in a row, a little different for each channel; ``chance()`` is in [0, 1)."""
    longest = LONGEST_BACK_OFF.total_seconds()
    wait = min(longest, max(1.0, interval) * 2 ** min(failures, 10))
    return float(wait * (0.75 + chance() / 2))


def asked_wait(wait: timedelta | None, *, otherwise: float, chance: Callable[[], float]) -> float:
    """What the network asked for, within reason; never earlier, and not all channels in the same second."""
    if wait is None:
        return otherwise
    seconds = min(LONGEST_WAIT.total_seconds(), max(0.0, wait.total_seconds()))
    return seconds + 1 + 4 * chance()


def storable(text: str) -> str:
    """The text as the database can hold it: whole, without NUL and without halves of characters."""
    cleaned = text.replace("\x00", "")
    if cleaned.isascii():
        return cleaned
    return cleaned.encode("utf-8", "replace").decode("utf-8")
