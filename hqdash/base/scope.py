"""For which force a piece of code speaks.

Free of models, so that the database back end can read it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

log = logging.getLogger(__name__)

ALL_FORCES = uuid.UUID(int=0)
"""Stands for "every force" in the signed context; no force ever has this id."""


class NoForce(RuntimeError):
    """A query was asked for outside of any force."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} was queried outside of a force; wrap the call in acting_for(force_id).")


class WrongForce(RuntimeError):
    """A row of one force was about to be written while acting for another."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The force that is acted for, or all of them with the reason why."""

    force_id: uuid.UUID
    reason: str = ""

    @property
    def spans_forces(self) -> bool:
        return self.force_id == ALL_FORCES


_scope: ContextVar[Scope | None] = ContextVar("force_scope", default=None)


def current_scope() -> Scope | None:
    """The scope in force, or None."""
    return _scope.get()


def current_force_id() -> uuid.UUID:
    """The force that is acted for.

    Raises:
        NoForce: outside of any force, or across all of them.
    """
    scope = _scope.get()
    if scope is None or scope.spans_forces:
        raise NoForce("The current force")
    return scope.force_id


@contextmanager
def acting_for(force_id: uuid.UUID) -> Iterator[None]:
    """Everything inside the block reads and writes the rows of this force only."""
    with _entered(Scope(force_id)):
        yield


@contextmanager
def across_forces(*, reason: str) -> Iterator[None]:
    """Read and write across forces: possible, loud, and for a reason that is written down."""
    if not reason:
        raise ValueError("Say why this has to cross forces.")
    log.debug("crossing forces: %s", reason)
    with _entered(Scope(ALL_FORCES, reason)):
        yield


@contextmanager
def _entered(scope: Scope) -> Iterator[None]:
    token = _scope.set(scope)
    try:
        yield
    finally:
        _scope.reset(token)
