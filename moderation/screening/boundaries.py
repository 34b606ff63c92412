"""Where a word begins and ends, and which whole words are innocent: Scunthorpe stays Scunthorpe."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from pathlib import Path

from moderation.screening.entries import Needle
from moderation.screening.views import Reading

PLACES = Path(__file__).parent / "data" / "places.txt"

_TOKEN = re.compile(r"\S+")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@]{2,63}")


def is_wordy(char: str) -> bool:
    """True for what belongs to a word."""
    return char.isalnum() or char == "_"


def stands_alone(reading: Reading, needle: Needle, start: int, end: int) -> bool:
    """True when the found characters are whole words, judged by the original neighbours."""
    if needle.is_domain:
        return _is_whole_host(reading.text, start, end)
    left_ok = not needle.left_edge or start == 0 or _is_edge(reading, start - 1, start)
    right_ok = not needle.right_edge or end == len(reading.text) or _is_edge(reading, end, end - 1)
    return left_ok and right_ok


def _is_edge(reading: Reading, outside: int, inside: int) -> bool:
    """True when a word ends between these two folded characters."""
    places = reading.places
    # One original character on both sides: the hit begins or ends inside a ligature.
    return places[outside] != places[inside] and not is_wordy(reading.original[places[outside]])


def _is_whole_host(text: str, start: int, end: int) -> bool:
    """True for the host itself or a part below it; `bad.org.uk` is not `bad.org`."""
    if start > 0 and (is_wordy(text[start - 1]) or text[start - 1] == "-"):
        return False
    after = text[end : end + 2]
    if not after:
        return True
    if is_wordy(after[0]) or after[0] == "-":
        return False
    return not (after[0] == "." and len(after) == 2 and is_wordy(after[1]))


def addresses(original: str) -> tuple[tuple[int, int], ...]:
    """Where web and e-mail addresses stand, inside which words mean nothing."""
    if "@" not in original and "://" not in original and "www." not in original.casefold():
        return ()
    spans: list[tuple[int, int]] = []
    for token in _TOKEN.finditer(original):
        word = token[0].lower()
        begins = max(word.find("://"), 0) or word.find("www.")
        if begins >= 0:
            # Back over the scheme: an insult glued before it still counts.
            while begins > 0 and word[begins - 1].isascii() and word[begins - 1].isalpha():
                begins -= 1
            spans.append((token.start() + begins, token.end()))
        elif len(word) < 320 and _EMAIL.fullmatch(word.strip("<>()[],;:.!?\"'")):
            spans.append(token.span())
    return tuple(spans)


def inside_an_address(reading: Reading, start: int, end: int) -> bool:
    """True for an original span that lies within a web or e-mail address."""
    if reading.addresses is None:
        reading.addresses = addresses(reading.original)
    at = bisect_right(reading.addresses, (start, len(reading.original) + 1)) - 1
    return at >= 0 and end <= reading.addresses[at][1]


def inside_phrase(text: str, phrase: str, start: int, end: int) -> bool:
    """True when the hit lies within an occurrence of the phrase, as whole words."""
    begin = max(0, end - len(phrase))
    while (found := text.find(phrase, begin, start + len(phrase))) >= 0:
        stop = found + len(phrase)
        if found > start:
            return False
        before = found > 0 and is_wordy(text[found - 1])
        behind = stop < len(text) and is_wordy(text[stop])
        if stop >= end and not before and not behind:
            return True
        begin = found + 1
    return False


@cache
def place_names() -> tuple[str, ...]:
    """British places whose names contain, as a whole word, one that is elsewhere abuse."""
    lines = PLACES.read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
