"""Lets requests that arrive while others are being answered go to the database together.

Each opening alone costs two statements. When eight workers ask at once, whoever comes first leads: it takes
along what has gathered meanwhile, answers all of it with the same two statements, and hands the lead on.
No request ever waits for one that has not arrived yet, so a single caller loses nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

LEADERS = 2
"""One is on its way to the database while the other opens seals."""


class _Ticket(Generic[Q, A]):
    __slots__ = ("answers", "failure", "leads", "questions", "turn")

    def __init__(self, questions: Sequence[Q]) -> None:
        self.questions = questions
        self.answers: Sequence[A] = ()
        self.failure: BaseException | None = None
        self.leads = False
        self.turn = threading.Event()


class Gathered(Generic[Q, A]):
    """Answers questions in batches of at most ``most``."""

    def __init__(self, answer: Callable[[Sequence[Q]], Sequence[A]], *, most: int) -> None:
        self._answer = answer
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket[Q, A]] = deque()
        self._leading = 0

    def ask(self, questions: Sequence[Q]) -> Sequence[A]:
        """The answers to these questions, in their order; raises what answering raised."""
        ticket: _Ticket[Q, A] = _Ticket(questions)
        with self._lock:
            if self._leading < LEADERS:
                self._leading += 1
                ticket.leads = True
            else:
                self._waiting.append(ticket)
        if not ticket.leads:
            ticket.turn.wait()
        if ticket.leads:
            self._lead(ticket)
        if ticket.failure is not None:
            raise ticket.failure
        return ticket.answers

    def _lead(self, first: _Ticket[Q, A]) -> None:
        batch = [first, *self._taken_along(len(first.questions))]
        try:
            answers = self._answer([question for ticket in batch for question in ticket.questions])
            at = 0
            for ticket in batch:
                ticket.answers = answers[at : at + len(ticket.questions)]
                at += len(ticket.questions)
        except BaseException as failure:
            for ticket in batch:
                ticket.failure = failure
        finally:
            self._hand_on()
            for ticket in batch[1:]:
                ticket.turn.set()

    def _taken_along(self, size: int) -> list[_Ticket[Q, A]]:
        with self._lock:
            taken: list[_Ticket[Q, A]] = []
            while self._waiting and size + len(self._waiting[0].questions) <= self._most:
                taken.append(self._waiting.popleft())
                size += len(taken[-1].questions)
            return taken

    def _hand_on(self) -> None:
        with self._lock:
            if not self._waiting:
                self._leading -= 1
                return
            # Whoever waits longest leads next; nobody serves others for ever.
            heir = self._waiting.popleft()
        heir.leads = True
        heir.turn.set()
