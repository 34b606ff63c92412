"""Screens stored texts by the hundred thousand and says how far it is, for a back-test or a sweep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from moderation.screening.compiled import RuleSet
from moderation.screening.entries import Direction
from moderation.screening.explanation import Verdict
from moderation.screening.scope import ANYWHERE, Place
from moderation.screening.screen import screen
from moderation.screening.verdict import CLEAN

TOLD_EVERY = 10_000


def screen_many(
    texts: Iterable[str],
    rules: RuleSet,
    *,
    direction: Direction = Direction.INBOUND,
    place: Place = ANYWHERE,
    told: Callable[[int], None] | None = None,
) -> Iterator[tuple[int, Verdict]]:
    """The texts in which anything was found, by their number; `told` hears how many are done."""
    number = 0
    for number, text in enumerate(texts, start=1):
        verdict = screen(text, rules, direction=direction, place=place)
        if verdict is not CLEAN:
            yield number - 1, verdict
        if told and number % TOLD_EVERY == 0:
            told(number)
    if told:
        told(number)
