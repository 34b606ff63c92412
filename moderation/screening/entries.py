"""One line of a dictionary as the engine knows it, and the rules a pattern must keep to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from moderation.screening.categories import Action, Category
from moderation.screening.fold import fold
from moderation.screening.patterns import BadExpression, check
from moderation.screening.scope import EVERYWHERE, Scope

LONGEST_PATTERN = 200
SHORTEST_STEM = 3

_HOST = re.compile(r"(?=.{4,200}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")


class Kind(StrEnum):
    """How a pattern is meant."""

    LITERAL = "literal"
    PHRASE = "phrase"
    WILDCARD = "wildcard"
    DOMAIN = "domain"
    REGEX = "regex"


class Direction(StrEnum):
    """Whose words an entry looks at: the public's, our own, or both."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BOTH = "both"


class PatternError(ValueError):
    """A pattern that cannot be used, said in plain words, with the place of the mistake."""

    def __init__(self, sentence: str, position: int = 0) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.position = position


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What to look for, what it means and what it leads to."""

    id: str
    version_id: str
    version_label: str
    pattern: str
    kind: Kind
    category: Category
    severity: int
    action: Action
    direction: Direction = Direction.INBOUND
    exceptions: tuple[str, ...] = ()
    scope: Scope = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Needle:
    """The folded characters to search for, and which of its edges must be the edge of a word."""

    text: str
    left_edge: bool
    right_edge: bool
    is_domain: bool = False
    is_regex: bool = False


def needle_for(pattern: str, kind: Kind) -> Needle:
    """How a pattern is searched for; refuses one that would never hit, or hit everywhere."""
    if len(pattern) > LONGEST_PATTERN:
        raise PatternError(f"Longer than {LONGEST_PATTERN} characters.", LONGEST_PATTERN)
    match kind:
        case Kind.WILDCARD:
            return _wildcard(pattern.strip())
        case Kind.DOMAIN:
            return _domain(pattern)
        case Kind.REGEX:
            return _regex(pattern)
        case _:
            text = _folded(pattern)
            return Needle(text, left_edge=_is_wordy(text[0]), right_edge=_is_wordy(text[-1]))


def _wildcard(pattern: str) -> Needle:
    stem = pattern.strip("*")
    if "*" in stem:
        raise PatternError("A star may stand only at the start or at the end.", pattern.index("*", 1))
    starts_open, ends_open = pattern.startswith("*"), pattern.endswith("*")
    if starts_open and ends_open:
        raise PatternError("A star at both ends would also hit innocent words that contain it.", 0)
    if not starts_open and not ends_open:
        raise PatternError("A wildcard needs a star at the start or at the end.", len(pattern))
    text = _folded(stem)
    if len(text) < SHORTEST_STEM:
        raise PatternError(f"At least {SHORTEST_STEM} letters must stand beside the star.", 0)
    return Needle(
        text,
        left_edge=not starts_open and _is_wordy(text[0]),
        right_edge=not ends_open and _is_wordy(text[-1]),
    )


def _domain(pattern: str) -> Needle:
    written = fold(pattern).strip().removeprefix("https://").removeprefix("http://").strip("/.")
    host, _, path = written.removeprefix("www.").partition("/")
    if not _HOST.fullmatch(host) or " " in path:
        raise PatternError("Not the name of a website, such as example.org or bit.ly/abc.", 0)
    # Behind a shortener anybody may stand: one link of it can be listed, with its path.
    return Needle(f"{host}/{path}" if path else host, left_edge=True, right_edge=True, is_domain=True)


def _regex(pattern: str) -> Needle:
    try:
        check(pattern)
    except BadExpression as mistake:
        raise PatternError(mistake.sentence, mistake.position) from None
    return Needle(pattern, left_edge=False, right_edge=False, is_regex=True)


def _folded(pattern: str) -> str:
    text = fold(pattern).strip()
    if not any(_is_wordy(char) for char in text):
        raise PatternError("A pattern needs at least one letter or digit.", 0)
    return text


def _is_wordy(char: str) -> bool:
    return char.isalnum() or char == "_"
