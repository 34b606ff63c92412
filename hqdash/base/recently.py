"""Shares one answer among all who ask the same question of the database: many lookers at a wall count once.

The question names the stretch of time that is counted. Where that ends in the past, the answer no longer
changes much, and the question itself changes as time goes by; so nothing has to be thrown away on a clock.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")
KEPT = 64

_answers: OrderedDict[Hashable, Any] = OrderedDict()
_lock = Lock()


def recently(question: Hashable, ask: Callable[[], T]) -> T:
    """The answer that this process found before, or a fresh one. Whoever gets it must not change it.

    The question has to name the force: an answer is never shared between two of them.
    """
    with _lock:
        if question in _answers:
            _answers.move_to_end(question)
            return cast(T, _answers[question])
    answer = ask()
    with _lock:
        _answers[question] = answer
        while len(_answers) > KEPT:
            _answers.popitem(last=False)
    return answer
