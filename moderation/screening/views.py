"""The ways of reading a text; each new way of seeing through a disguise is one more view here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from moderation.screening.categories import Action
from moderation.screening.fold import fold, origins, steps_between


class ViewName(StrEnum):
    """How a text had to be read for a pattern to be found in it."""

    PLAIN = "plain"
    FOLDED = "folded"


# The more guessing a reading takes, the less may follow from it without a person.
MOST_THAT_A_VIEW_MAY_DO: dict[ViewName, Action] = {
    ViewName.PLAIN: Action.REMOVE,
    ViewName.FOLDED: Action.REMOVE,
}


@dataclass(slots=True)
class Reading:
    """One text as one view sees it, with the way back to the original characters."""

    original: str
    text: str
    addresses: tuple[tuple[int, int], ...] | None = field(default=None, repr=False)
    _places: Sequence[int] | None = field(default=None, repr=False)

    @property
    def places(self) -> Sequence[int]:
        """The original index of every character; worked out on the first hit, not before."""
        if self._places is None:
            self._places = origins(self.original)
        return self._places

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original span behind a folded one, with the invisible characters that follow it."""
        places = self.places
        last = places[end - 1]
        following = places[end] if end < len(places) else len(self.original)
        stop = last + 1
        while stop < following and not fold(self.original[stop]):
            stop += 1
        return places[start], stop

    def seen_through(self, start: int, end: int) -> tuple[ViewName, tuple[str, ...]]:
        """Which view a hit needed, and the steps it took."""
        first, stop = self.span(start, end)
        written = self.original[first:stop]
        steps = steps_between(written, self.text[start:end])
        return (ViewName.FOLDED if steps else ViewName.PLAIN), steps


class View(Protocol):
    """Turns a text into readings that are searched one after another."""

    def readings(self, text: str) -> Iterator[Reading]: ...


class WholeTextFolded:
    """The plain and the folded view in one pass: what needed no folding was plain."""

    def readings(self, text: str) -> Iterator[Reading]:
        yield Reading(text, fold(text))


VIEWS: tuple[View, ...] = (WholeTextFolded(),)
