"""What may be wrong with a request, as classes that every door translates in the same way.

Each carries one sentence in plain words that says what happened and what to do about it.
"""

from __future__ import annotations

from collections.abc import Callable


class Refusal(Exception):
    """Something was not done, for a reason that a person can understand."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowed(Refusal):
    """The actor has no right to do this here.

    ``remember`` writes the refusal into the book. The door calls it once the refused transaction is rolled
    back: written earlier, the entry would be rolled back too.
    """

    status = 403

    def __init__(self, sentence: str, remember: Callable[[], None] | None = None) -> None:
        super().__init__(sentence)
        self.remember = remember


class Missing(Refusal):
    """There is no such thing, or it is not for this actor to see."""

    status = 404


class Conflict(Refusal):
    """Somebody else was quicker, or the thing is past the point where this can be done."""

    status = 409


class Unprocessable(Refusal):
    """What was given does not make sense; ``field`` names the input that has to change."""

    status = 422

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field
