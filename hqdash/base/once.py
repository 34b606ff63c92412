"""Asks a question once while one page is made, however many parts of the page need the answer.

A page shows many doors and figures to one person at one moment. Nothing is remembered beyond the block, and
nothing at all outside of one: acts and live streams ask anew every time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers_of_this_page", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Inside the block, ``once`` keeps its answers."""
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def is_remembering() -> bool:
    """True inside the block."""
    return _answers.get() is not None


def once(question: Hashable, ask: Callable[[], T]) -> T:
    """The answer to ``question``: remembered if this page has asked it, else found by ``ask``."""
    answers = _answers.get()
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    return cast(T, answers[question])
