"""How long a text is, as each network counts it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import Protocol, cast

import grapheme

LONGEST_COUNTED = 25_000


class CountsText(Protocol):
    """Whatever has a limit and a way to count towards it: a network's card."""

    @property
    def text_limit(self) -> int: ...

    @property
    def count_text(self) -> Callable[[str], int]: ...


@dataclass(frozen=True, slots=True)
class Count:
    """How much of the room a text takes."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        """Room left; negative when the text is too long."""
        return self.limit - self.used

    @property
    def fits(self) -> bool:
        return self.left >= 0


def fits(network: CountsText, text: str) -> Count:
    """Count a text as this network does."""
    return Count(used=network.count_text(text), limit=network.text_limit)


@lru_cache(maxsize=256)
def weighted(text: str) -> int:
    """X: most Latin letters weigh 1, others 2, an emoji 2, a link 23 whatever its length."""
    if len(text) > LONGEST_COUNTED:
        # The parser is slow on novels, and nothing this long can fit anyway.
        return len(text)
    return cast(int, _parser().parse_tweet(text).weightedLength)


@lru_cache(maxsize=1)
def _parser() -> ModuleType:
    """The parser, loaded when the first text is counted: its patterns take half a second to build."""
    with warnings.catch_warnings():
        # It imports pkg_resources, which announces its own end on every import.
        warnings.simplefilter("ignore")
        return import_module("twitter_text")


def graphemes(text: str) -> int:
    """What a reader would call characters."""
    return cast(int, grapheme.length(text))


def characters(text: str) -> int:
    """Code points."""
    return len(text)
