"""Lets a lower desk say what has happened, without knowing who listens.

Events are frozen dataclasses in the past tense that carry ids only. They are sent when the transaction
has committed; what must survive a crash is a row, never an event.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction

log = logging.getLogger(__name__)
E_ = TypeVar("E_")
_listeners: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event: type[E_], listener: Callable[[E_], None]) -> None:
    """When ``event`` happens, call ``listener`` with it; a second call with the same pair changes nothing."""
    if listener not in _listeners[event]:
        _listeners[event].append(listener)


def announce(event: object) -> None:
    """Tell every listener as soon as the surrounding transaction has committed."""
    transaction.on_commit(lambda: _tell(event))


def _tell(event: object) -> None:
    for listener in _listeners[type(event)]:
        try:
            listener(event)
        except Exception:
            # One deaf listener must not keep the others from hearing; the sweepers find what it missed.
            log.exception("%s failed on %r", listener.__qualname__, event)
