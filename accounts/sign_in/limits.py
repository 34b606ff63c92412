"""How long a session may rest and how long it may last; plain arithmetic over what the session remembers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

WRITTEN_EVERY = 60
"""Seconds between two notes of “seen”: more often would cost a write for every page."""
CLOCKS_DIFFER = 120
"""Seconds by which the clocks of two servers may differ before one of them has been set back."""

Over = Literal["", "idle", "age", "clock"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A session at one moment. Times are seconds of the epoch."""

    started: float
    seen: float
    idle_minutes: int
    session_hours: int

    @property
    def ends(self) -> float:
        """When it ends if nothing more is done in it."""
        return min(self.seen + self.idle_minutes * 60, self.last_end)

    @property
    def last_end(self) -> float:
        """When it ends however busy it is."""
        return self.started + self.session_hours * 3600

    def over(self, now: datetime) -> Over:
        """Why the session has ended; empty while it lasts.

        After a clock was set back nobody knows how much time has passed, so the session does not get the
        benefit of the doubt.
        """
        moment = now.timestamp()
        if moment < self.seen - CLOCKS_DIFFER:
            return "clock"
        if moment >= self.last_end:
            return "age"
        return "idle" if moment >= self.ends else ""

    def left(self, now: datetime) -> int:
        """Whole seconds until it ends."""
        return max(0, int(self.ends - now.timestamp()))

    def can_be_extended(self, now: datetime) -> bool:
        """Whether doing something now moves the end at all."""
        return self.last_end - now.timestamp() > self.ends - now.timestamp() + 1
