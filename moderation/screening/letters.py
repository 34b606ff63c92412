"""Reads one letter for another: which signs stand for which letters, and how far two words differ by them."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What a sign in a folded text may stand for; the first one is meant when nothing else decides.
STANDS_FOR: dict[str, str] = {
    "0": "o",
    "1": "il",
    "!": "il",
    "|": "il",
    "2": "z",
    "3": "e",
    "€": "e",
    "4": "a",
    "@": "a",
    "5": "s",
    "$": "s",
    "6": "g",
    "7": "t",
    "+": "t",
    "8": "b",
    "9": "g",
    "(": "c",
    # Letters that pass for others.
    "i": "l",
    "l": "i",
    "v": "u",
    "z": "s",
}
SIGNS = "@$!|+(€"
"""The signs that stand for letters and are not letters or digits themselves."""

# All that may stand for one another become one letter, so that one look-up finds every spelling.
_CLASSES = str.maketrans(
    {sign: {"l": "i", "v": "u", "z": "s"}.get(meant[0], meant[0]) for sign, meant in STANDS_FOR.items()}
    | {"i": "i", "l": "i", "v": "u", "z": "s", "2": "s"}
)
_BY_SIGHT = str.maketrans({sign: STANDS_FOR[sign][0] for sign in STANDS_FOR if not sign.isalpha()})
_REPEATED = re.compile(r"(.)\1+")


def skeleton(word: str) -> str:
    """The word with every letter replaced by the one that stands for all that look like it."""
    return word.translate(_CLASSES)


def squeezed(bones: str) -> str:
    """A skeleton with each run of one letter cut to a single one."""
    return _REPEATED.sub(r"\1", bones)


def by_sight(word: str) -> str:
    """The word with its digits and signs read as the letters they look like most."""
    return word.translate(_BY_SIGHT)


def may_stand_for(sign: str, letter: str) -> bool:
    """True when a reader would take the sign for the letter."""
    return sign == letter or letter in STANDS_FOR.get(sign, "")


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a written word differs from the one it is read as."""

    swapped_signs: tuple[tuple[str, str], ...]
    extra: int
    longest_run: int
    missing: int
    used: int


def likeness(written: str, word: str, *, open_end: bool = False) -> Likeness | None:
    """How `written` can be read as `word`, or nothing; repeated letters count as extra, not as other ones.

    With `open_end` the written word may go on, and `used` says how much of it was needed.
    """
    at = extra = missing = 0
    run = longest = 1
    signs: list[tuple[str, str]] = []
    for place, letter in enumerate(word):
        # More of the letter before, until the wanted one comes.
        while (
            at < len(written)
            and place
            and not may_stand_for(written[at], letter)
            and may_stand_for(written[at], word[place - 1])
        ):
            extra, run, at = extra + 1, run + 1, at + 1
            longest = max(longest, run)
        if at < len(written) and may_stand_for(written[at], letter):
            if written[at] != letter and (written[at], letter) not in signs:
                signs.append((written[at], letter))
            same = place > 0 and word[place - 1] == letter
            run = run + 1 if same else 1
            longest = max(longest, run)
            at += 1
        elif place and letter == word[place - 1]:
            missing += 1
        else:
            return None
    if word:
        while at < len(written) and may_stand_for(written[at], word[-1]):
            extra, run, at = extra + 1, run + 1, at + 1
            longest = max(longest, run)
    if at < len(written) and not open_end:
        return None
    return Likeness(tuple(signs), extra, longest if extra else 0, missing, at)
