"""The ways of reading a text, what each may lead to, and the way back to the original characters."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from moderation.screening.categories import Action
from moderation.screening.fold import fold, origins, steps_between


class ViewName(StrEnum):
    """How a text had to be read for a pattern to be found in it."""

    PLAIN = "plain"
    FOLDED = "folded"
    LEET = "leet"
    ELONGATED = "elongated"
    SPACED = "spaced"
    SPLIT = "split"
    MASKED = "masked"
    DOUBLED = "doubled"
    FUZZY = "fuzzy"


# The more guessing a reading takes, the less may follow from it without a person.
MOST_THAT_A_VIEW_MAY_DO: dict[ViewName, Action] = {
    ViewName.PLAIN: Action.REMOVE,
    ViewName.FOLDED: Action.REMOVE,
    ViewName.LEET: Action.REMOVE,
    ViewName.ELONGATED: Action.REMOVE,
    ViewName.SPACED: Action.REMOVE,
    ViewName.SPLIT: Action.HIDE,
    ViewName.MASKED: Action.HIDE,
    ViewName.DOUBLED: Action.HIDE,
    ViewName.FUZZY: Action.REVIEW,
}

GUESSWORK: dict[ViewName, int] = {view: place for place, view in enumerate(ViewName)}
"""From as written to barely recognised; the view of a phrase is that of its worst written word."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """A stretch of a folded text, and the word that it is to be read as."""

    start: int
    end: int
    reads: str
    view: ViewName
    steps: tuple[str, ...]

    def moved(self, by: int) -> Disguise:
        """The same, further on in the text."""
        return Disguise(self.start + by, self.end + by, self.reads, self.view, self.steps)


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

    def concerns(self, start: int, end: int) -> bool:
        """True for a hit that this reading has to tell of."""
        return True

    def seen_through(self, start: int, end: int) -> tuple[ViewName, tuple[str, ...]]:
        """Which view a hit needed, and the steps it took."""
        first, stop = self.span(start, end)
        steps = steps_between(self.original[first:stop], self.text[start:end])
        return (ViewName.FOLDED if steps else ViewName.PLAIN), steps


class Unmasked(Reading):
    """The folded text with every disguised word put in its true form."""

    __slots__ = ("_began", "_disguises", "_spans")

    def __init__(self, plain: Reading, disguises: Sequence[Disguise]) -> None:
        folded, at = plain.text, 0
        text: list[str] = []
        places: list[int] = []
        self._spans: list[int] = []
        self._began: list[int] = []
        self._disguises = disguises
        size = 0
        for one in disguises:
            text += (folded[at : one.start], one.reads)
            places += plain.places[at : one.start]
            size += one.start - at
            self._began.append(size)
            size += len(one.reads)
            self._spans.append(size)
            # The letters of the word are spread over what is written: the first on the first, the last
            # on the last, so that a hit of the whole word covers all of it.
            steps = max(1, len(one.reads) - 1)
            wide = one.end - one.start - 1
            places += (plain.places[one.start + wide * letter // steps] for letter in range(len(one.reads)))
            if len(one.reads) == 1:
                places[-1] = plain.places[one.end - 1]
            at = one.end
        text.append(folded[at:])
        places += plain.places[at:]
        super().__init__(plain.original, "".join(text), plain.addresses, places)

    def concerns(self, start: int, end: int) -> bool:
        """Only hits that go through a disguise; the others are seen without it."""
        return bool(self._touched(start, end))

    def seen_through(self, start: int, end: int) -> tuple[ViewName, tuple[str, ...]]:
        """The view of the worst written word of the hit, and the steps of them all."""
        touched = self._touched(start, end)
        first, stop = self.span(start, end)
        steps = list(steps_between(self.original[first:stop], "")) + [s for one in touched for s in one.steps]
        view = max((one.view for one in touched), key=GUESSWORK.__getitem__)
        return view, tuple(dict.fromkeys(steps))

    def _touched(self, start: int, end: int) -> Sequence[Disguise]:
        first = bisect_right(self._spans, start)
        last = first
        while last < len(self._began) and self._began[last] < end:
            last += 1
        return self._disguises[first:last]
