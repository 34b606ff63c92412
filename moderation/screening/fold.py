"""Reads a text the way an eye does: accents, disguised letters and invisible characters fall away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "fold_table.txt"

# Everything but printable ASCII.
_ODD = re.compile(r"[^\x20-\x7e]+")
_GAP = re.compile(" {2,}")
_HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
_SURROGATES = range(0xD800, 0xE000)


@cache
def fold_table() -> dict[int, str]:
    """What each character becomes; a character that is not in it stays itself."""
    table: dict[int, str] = {}
    for line in TABLE.read_text(encoding="ascii").splitlines():
        codes, _, becomes = line.partition(";")
        first, _, last = codes.partition("-")
        result = "".join(chr(int(code, 16)) for code in becomes.split())
        for code in range(int(first, 16), int(last or first, 16) + 1):
            table[code] = result
    for code in _HANGUL_SYLLABLES:
        table[code] = unicodedata.normalize("NFD", chr(code))
    # Half a character cannot be stored or matched; it must not stop a screening either.
    for code in _SURROGATES:
        table[code] = "\ufffd"
    return table


def fold(text: str) -> str:
    """The folded text: lower case, one space between words, nothing invisible."""
    # Printable ASCII folds to its small letters, and most texts are little else.
    plain = text.isascii() and text.isprintable()
    folded = (text if plain else _ODD.sub(_folded_run, text)).lower()
    while "  " in folded:
        folded = folded.replace("  ", " ")
    return folded


def origins(text: str) -> Sequence[int]:
    """For each folded character, the index of the original character that it stands for.

    Costs a loop over the odd characters, so it is asked for only when something was found.
    """
    table = fold_table()
    places: list[int] = []
    at = 0
    for run in _ODD.finditer(text):
        start, stop = run.span()
        places += range(at, start)
        for place in range(start, stop):
            size = len(table.get(ord(text[place]), "1"))
            places += (place,) * size
        at = stop
    if not at and "  " not in text:
        return range(len(text))
    places += range(at, len(text))
    return places if len(places) == len(fold(text)) else _without_gaps(text, places)


@cache
def signs_read_as_letters() -> frozenset[str]:
    """Characters that are no letters themselves and fold to some, such as a letter in a circle."""
    return frozenset(
        chr(code)
        for code, becomes in fold_table().items()
        if any(char.isalnum() or char == "_" for char in becomes)
        and not (chr(code).isalnum() or chr(code) == "_")
    )


def _folded_run(run: re.Match[str]) -> str:
    return run[0].translate(fold_table())


def _without_gaps(text: str, places: Sequence[int]) -> Sequence[int]:
    """The same without what stands for the second and later spaces of a gap."""
    kept: list[int] = []
    at = 0
    for gap in _GAP.finditer(_ODD.sub(_folded_run, text)):
        kept += places[at : gap.start() + 1]
        at = gap.end()
    kept += places[at:]
    return kept


def steps_between(original: str, folded: str) -> tuple[str, ...]:
    """In words, what had to be undone to read `original` as `folded`."""
    table = fold_table()
    steps: list[str] = []
    for char in original:
        becomes = table.get(ord(char), char)
        step = _step(char, becomes)
        if step and step not in steps:
            steps.append(step)
    if "  " in original.translate(table):
        steps.append("gaps closed")
    return tuple(steps)


def _step(char: str, becomes: str) -> str:
    if becomes in (char, char.lower()):
        return ""
    if becomes == " ":
        return "" if char in "\n\t\r" else f"{_called(char)} read as a space"
    if not becomes:
        mark = unicodedata.category(char) in ("Mn", "Me")
        return "combining mark removed" if mark else f"{_called(char)} removed"
    return f"{char} > {becomes}"


def _called(char: str) -> str:
    name: str = unicodedata.name(char, f"U+{ord(char):04X}")
    return name.lower()
