"""Gathers what the desks have hung on the wall; a card that fails leaves a note, never an empty screen."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from django.db import connection, transaction

from hqdash.base.cards import Column, Desk, Figure, Happening, Need, Series, desks_for
from hqdash.overview.look import Look

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_FIGURES = 6
MOST_NEEDS = 3
MOST_HAPPENINGS = 8
_DEPTH = {"area": 0, "line": 1, "bar": 2}


@dataclass(slots=True)
class Card(Generic[T]):
    """What came together for one card, and the references of what failed on the way."""

    items: list[T] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, what: str, make: Callable[[], Iterable[T]]) -> None:
        """Take what ``make`` brings, or note that it failed."""
        try:
            # Inside somebody's transaction a failed statement would spoil all that follow.
            with transaction.atomic() if connection.in_atomic_block else nullcontext():
                self.items.extend(make())
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("the card %s failed, reference %s", what, reference)
            self.failures.append(reference)


class Wall:
    """The cards of one look. Each is made when it is asked for, and only once."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.desks: list[Desk] = desks_for(look.actor)
        self._asked = (look.actor, look.window)

    def figures(self) -> Card[Figure]:
        """The top band."""
        return self._gathered("figures")

    def needs(self) -> Card[Need]:
        """What waits for a person."""
        return self._gathered("needs")

    def series(self) -> Card[Series]:
        """The lines of the activity chart."""
        card: Card[Series] = self._gathered("series")
        # What fills the most room is drawn first and lies below the others.
        card.items.sort(key=lambda one: _DEPTH.get(one.kind, 1))
        return card

    def happenings(self, most: int = MOST_HAPPENINGS) -> Card[Happening]:
        """What happened last, newest first."""
        together: Card[Happening] = Card()
        crowd: list[Happening] = []
        for desk in self.desks:
            if desk.happenings is not None:
                own: Card[Happening] = Card()
                own.add(f"{desk.slug}.happenings", partial(desk.happenings, *self._asked, most))
                # A busy desk does not push the others off the wall.
                together.items.extend(own.items[: most // 2])
                together.failures.extend(own.failures)
                crowd.extend(own.items[most // 2 :])
        crowd.sort(key=lambda one: one.at, reverse=True)
        together.items.extend(crowd[: max(0, most - len(together.items))])
        together.items.sort(key=lambda one: one.at, reverse=True)
        del together.items[most:]
        return together

    def columns(self) -> Card[Column]:
        """The columns of the break-down table."""
        return self._gathered("columns", self.look.by)

    def _gathered(self, part: str, *more: Any) -> Card[Any]:
        card: Card[Any] = Card()
        for desk in self.desks:
            make = getattr(desk, part)
            if make is not None:
                card.add(f"{desk.slug}.{part}", partial(make, *self._asked, *more))
        return card
