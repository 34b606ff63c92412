"""Knows the ordinary words of English, which are never read as a disguise of something else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

WORDS = Path(__file__).parent / "data" / "english.txt"

# The list knows some five hundred abbreviations of two letters; these are words that people write.
_SHORT = (
    "ad ah am an as at be by do eh er go ha he hi ho if in is it ma me my no of oh ok on or ow ox pa so to tv"
    " uk um un up us vs we ye yo"
)
SHORT_WORDS = frozenset(_SHORT.split())


@cache
def english() -> frozenset[str]:
    """Every ordinary word of three letters and more, and the short ones, in folded form."""
    listed = (word for word in WORDS.read_text(encoding="utf-8").split("\n") if len(word) > 2)
    return frozenset(listed) | SHORT_WORDS


def is_english(word: str) -> bool:
    """True for an ordinary word, also with the owner's s."""
    words = english()
    return word in words or (word.endswith("'s") and word[:-2] in words)
