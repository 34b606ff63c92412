"""Reads a text the way an eye does: accents, disguised letters and invisible characters fall away."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "fold_table.txt"

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
    folded = text.translate(fold_table())
    while "  " in folded:
        folded = folded.replace("  ", " ")
    return folded


def origins(text: str) -> Sequence[int]:
    """For each folded character, the index of the original character that it stands for.

    Costs a loop over the characters, so it is asked for only when something was found.
    """
    table = fold_table()
    if text.isascii() and len(fold(text)) == len(text):
        return range(len(text))
    places: list[int] = []
    after_space = False
    for place, char in enumerate(text):
        for letter in table.get(ord(char), char):
            if letter == " " and after_space:
                continue
            after_space = letter == " "
            places.append(place)
    return places


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
