"""Which comments are new: reads a window of Graph's answer against what the last poll saw (pure).

Graph has no "since this comment". The newest moment that Graph itself told is the border, with ten
minutes of overlap for comments that show up late; the ids inside the overlap are remembered, so that
nothing comes twice. Only Graph's own times are compared with each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hqdash.networks import cursors
from hqdash.networks.types import Item

OVERLAP = timedelta(minutes=10)
NOTHING_YET = datetime.fromtimestamp(1, UTC)


@dataclass(slots=True)
class Window:
    """Where reading stands: the border, what was seen beyond it, and pages still to be fetched."""

    since: datetime | None = None
    newest: datetime | None = None
    seen: set[str] = field(default_factory=set)
    # Marks with their moments, gathered in this round; they become `seen` of the next one.
    gathered: dict[str, datetime] = field(default_factory=dict)
    # (post, page) pairs: more came at once than one answer holds.
    todo: list[tuple[str, str]] = field(default_factory=list)

    @classmethod
    def from_cursor(cls, cursor: str) -> Window:
        state: dict[str, Any] = cursors.read(cursor)
        seen = {str(mark): datetime.fromtimestamp(at, UTC) for mark, at in (state.get("seen") or {}).items()}
        return cls(
            since=_moment(state.get("since")),
            newest=_moment(state.get("newest")),
            seen=set(seen),
            gathered=seen,
            todo=[(str(post), str(page)) for post, page in state.get("todo") or ()],
        )

    @property
    def first(self) -> bool:
        """True for the first poll of an account, which takes what one answer holds and no history."""
        return self.since is None

    def is_new(self, item: Item) -> bool:
        return cursors.mark(item.external_id) not in self.seen and self.is_within(item)

    def is_within(self, item: Item) -> bool:
        return self.since is None or item.at >= self.since - OVERLAP

    def take(self, items: Iterable[Item]) -> list[Item]:
        """The new ones among these; they count as seen from here on."""
        fresh = []
        for item in items:
            if self.is_new(item):
                fresh.append(item)
                mark = cursors.mark(item.external_id)
                self.seen.add(mark)
                self.gathered[mark] = item.at
                self.newest = item.at if self.newest is None else max(self.newest, item.at)
        return fresh

    def cursor(self) -> str:
        """Where to go on. The border only moves once nothing is left to fetch."""
        # A first poll that finds nothing is still the first: all that comes after it is new.
        newest = self.newest or self.since or NOTHING_YET
        since = self.since if self.todo else newest
        border = _second(since) - OVERLAP.total_seconds() if since else 0
        marks = {mark: _second(at) for mark, at in self.gathered.items()}
        return cursors.write(
            {
                "since": _second(since) if since else None,
                "newest": _second(newest) if self.todo else None,
                "seen": {mark: at for mark, at in marks.items() if at >= border},
                "todo": self.todo,
            }
        )


def _second(moment: datetime) -> int:
    return int(moment.timestamp())


def _moment(second: object) -> datetime | None:
    return datetime.fromtimestamp(int(str(second)), UTC) if second else None
