"""Lets a force write regular expressions that cannot hang the desk: RE2 only, all of them in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import re2

from moderation.screening.fold import fold

MEMORY = 64 << 20
ONE_PATTERN = 8 << 20
# Together they share the memory of one machine; too many would make it forget its states all the time.
AT_ONCE = 64

HARMLESS = ("ok", "thank you very much", "is the road by 12 high street open?")

_MISTAKES = {
    "missing )": "A bracket is opened here and never closed.",
    "unexpected )": "This bracket closes nothing.",
    "missing ]": "A [ is opened here and never closed.",
    "no argument for repetition operator": "There is nothing here that could be repeated.",
    "bad repetition operator": "Two signs of repetition stand here side by side.",
    "invalid repetition size": "This number of repetitions is too large or upside down.",
    "invalid character class range": "This range of characters does not exist.",
    "invalid perl operator": "Looking ahead or behind is not possible; write the words themselves.",
    "invalid escape sequence": "This sequence with a backslash is not known; references back are not possible.",
    "invalid named capture group": "The name of this group is not complete.",
    "trailing \\": "A backslash stands alone at the end.",
    "pattern too large": "The expression becomes too large; use smaller numbers of repetitions.",
}


class BadExpression(ValueError):
    """An expression that is refused, in plain words, with the place of the mistake."""

    def __init__(self, sentence: str, position: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.position = position


def check(pattern: str) -> None:
    """Refuse an expression that RE2 does not take, that hits every text, or that could never hit."""
    for position, char in enumerate(pattern):
        if not char.isascii() and fold(char) != char:
            raise BadExpression(
                f"Texts are compared without accents and in small letters: write {fold(char) or 'nothing'} "
                f"for {char}.",
                position,
            )
    compiled = _compiled(pattern)
    if compiled.search("") or all(compiled.search(text) for text in HARMLESS):
        raise BadExpression("This would hit nearly every text.", 0)


def _compiled(pattern: str) -> re2._Regexp:
    try:
        return re2.compile(pattern, _options(ONE_PATTERN))
    except re2.error as mistake:
        raise _explained(pattern, mistake) from None


def _explained(pattern: str, mistake: re2.error) -> BadExpression:
    raw = mistake.args[0] if mistake.args else b""
    said = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    what, _, where = said.partition(": ")
    position = pattern.rfind(where) if where else len(pattern)
    if what == "missing )":
        position = _opened_last(pattern)
    elif what == "unexpected )":
        position = _closed_first(pattern)
    sentence = next(
        (ours for theirs, ours in _MISTAKES.items() if what.startswith(theirs)), f"Refused: {said}."
    )
    return BadExpression(sentence, max(0, position))


def _brackets(pattern: str) -> Iterator[tuple[int, str]]:
    for found in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()]", pattern, re.DOTALL):
        if found[0] in "()":
            yield found.start(), found[0]


def _opened_last(pattern: str) -> int:
    still_open: list[int] = []
    for position, bracket in _brackets(pattern):
        if bracket == "(":
            still_open.append(position)
        elif still_open:
            still_open.pop()
    return still_open[-1] if still_open else 0


def _closed_first(pattern: str) -> int:
    depth = 0
    for position, bracket in _brackets(pattern):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return position
    return 0


def _options(memory: int) -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = memory
    return options


class Expressions:
    """All expressions of a rule set: one pass says which hit, each of those says where."""

    __slots__ = ("_patterns", "_sets")

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = [_compiled(pattern) for pattern in patterns]
        self._sets = [
            _searched_at_once(patterns[at : at + AT_ONCE]) for at in range(0, len(patterns), AT_ONCE)
        ]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def find(self, text: str, *, most: int) -> Iterator[tuple[int, int, int]]:
        """The first places of every expression as (expression, start, end)."""
        for batch, together in enumerate(self._sets):
            for number in sorted(together.Match(text) or ()):
                pattern = batch * AT_ONCE + number
                for hit in islice(self._patterns[pattern].finditer(text), most):
                    if hit.end() > hit.start():
                        yield pattern, hit.start(), hit.end()


def _searched_at_once(patterns: Sequence[str]) -> re2.Set:
    together = re2.Set.SearchSet(_options(MEMORY))
    for pattern in patterns:
        together.Add(pattern)
    together.Compile()
    return together
