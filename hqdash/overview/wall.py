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
MOST_HAPPENINGS = 12


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

    def figures(self) -> Card[Figure]:
        """The top band."""
        return self._gathered("figures")

    def needs(self) -> Card[Need]:
        """What waits for a person."""
        return self._gathered("needs")

    def series(self) -> Card[Series]:
        """The lines of the activity chart."""
        return self._gathered("series")

    def happenings(self, most: int = MOST_HAPPENINGS) -> Card[Happening]:
        """What happened last, newest first."""
        card: Card[Happening] = self._gathered("happenings", most)
        card.items.sort(key=lambda one: one.at, reverse=True)
        del card.items[most:]
        return card

    def columns(self) -> Card[Column]:
        """The columns of the break-down table."""
        return self._gathered("columns", self.look.by)

    def _gathered(self, part: str, *more: Any) -> Card[Any]:
        card: Card[Any] = Card()
        for desk in self.desks:
            make = getattr(desk, part)
            if make is not None:
                card.add(f"{desk.slug}.{part}", partial(make, self.look.actor, self.look.window, *more))
        return card
