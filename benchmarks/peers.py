"""Other word filters, given the same terms, for comparison in the same run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any

Check = Callable[[str], object]

PEERS = ("glin-profanity", "better-profanity", "discourse-style regex", "re alternation")


def peer(name: str, terms: Sequence[str]) -> Check | None:
    """The peer with these terms, ready to be asked; nothing when it is not installed."""
    try:
        return {
            "glin-profanity": _glin,
            "better-profanity": _better,
            "discourse-style regex": _discourse,
            "re alternation": _alternation,
        }[name](terms)
    except ImportError:
        return None


def _glin(terms: Sequence[str]) -> Check:
    made: Any = import_module("glin_profanity").Filter(
        {"custom_words": list(terms), "detect_leetspeak": True}
    )
    # Its own English list would be added to a short list of ours, which would not be fair.
    made._word_list = [term.lower() for term in terms]
    made.words = set(made._word_list)
    made._scanner = made._create_scanner()
    check: Check = made.check_profanity
    return check


def _better(terms: Sequence[str]) -> Check:
    made: Any = import_module("better_profanity.better_profanity").Profanity(list(terms))
    check: Check = made.contains_profanity
    return check


def _discourse(terms: Sequence[str]) -> Check:
    listed = "|".join(re.escape(term) for term in terms)
    pattern = re.compile(rf"(?:\W|^)({listed})(?=\W|$)", re.IGNORECASE)
    return lambda text: list(_spans(pattern, text))


def _alternation(terms: Sequence[str]) -> Check:
    pattern = re.compile(rf"\b(?:{'|'.join(re.escape(term.lower()) for term in terms)})\b")
    return lambda text: list(_spans(pattern, text.lower()))


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in pattern.finditer(text))
