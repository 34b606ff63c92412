"""Knows numbers and marks of British life, which only look like disguised words: A55, W1T 5EX, FU11 KED."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from moderation.screening.fold import fold

# No identifier is longer.
AROUND = 80

PLACE_WORDS = Path(__file__).parent / "data" / "place_words.txt"

# The 124 postcode areas. "SH1T 4SS" has the shape of a postcode; there is no area SH.
_LISTED = (
    "AB|AL|B|BA|BB|BD|BF|BH|BL|BN|BR|BS|BT|BX|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|"
    "E|EC|EH|EN|EX|FK|FY|G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|"
    "LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|"
    "SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
_AREAS = frozenset(_LISTED.split("|"))

_POSTCODE = re.compile(r"\b([A-Za-z]{1,2})\d[A-Za-z\d]?(\s?)\d[A-Za-z]{2}\b")
_ROAD = re.compile(r"\b[ABMJ]\d{1,4}(?:\([Mm]\))?\b(?![@$+*|(]|!\w)", re.IGNORECASE)
# The current style, the prefix style and the suffix style; capitals, as plates are written.
_PLATE = re.compile(r"\b(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]\d{1,3} [A-Z]{3}|[A-Z]{3} \d{1,3}[A-Z])\b")
_CLOSED_PLATE = re.compile(r"\b(?:[A-Z]\d{1,3}[A-Z]{3}|[A-Z]{3}\d{1,3}[A-Z]|[A-Z]{2}\d{2}[A-Z]{3})\b")
_OF_A_PLATE = re.compile(r"\b(?:reg|registration|plates?|vrm|number plate|vehicle|index)\b", re.IGNORECASE)
# Reference and log numbers: letters and digits in groups, one of them a number.
_REFERENCE = re.compile(r"(?<![\w/-])(?=[\w/-]*(?<!\w)\d{2,}(?!\w))\w{1,16}(?:[/-]\w{1,16}){1,6}(?![\w/-])")
_HANDLE = re.compile(r"(?<![\w@])@\w{2,64}")
_DIGIT = re.compile(r"\d")
_BEFORE_A_PLACE = re.compile(r"\b(?:at|in|near|to|from|through|around|outside|towards|of) $", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"(?<![\w.@-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}/\S*", re.IGNORECASE)
_CODE = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{4,}==?(?!\S)")


def is_identifier(text: str, start: int, end: int) -> bool:
    """True when these characters belong to a number or a mark, which is never deciphered."""
    # Only around the place: a long text is not searched again for each of its words.
    begins = max(0, start - AROUND)
    window = text[begins : end + AROUND]
    start, end = start - begins, end - begins
    patterns = [_ROAD, _PLATE, _REFERENCE] if _DIGIT.search(window) else []
    if patterns and _OF_A_PLATE.search(window):
        patterns.append(_CLOSED_PLATE)
    if "/" in window:
        patterns.append(_BARE_ADDRESS)
    if "=" in window:
        patterns.append(_CODE)
    if "@" in window and any(name.start() < start and end <= name.end() for name in _HANDLE.finditer(window)):
        # With its sign it may be a word: @ss is no name.
        return True
    marks = [found for pattern in patterns for found in pattern.finditer(window)]
    marks += (found for found in _POSTCODE.finditer(window) if _is_postcode(found))
    return any(found.start() < end and start < found.end() for found in marks)


def _is_postcode(found: re.Match[str]) -> bool:
    """True for the shape in an area that exists; without its gap only in capitals, for "b17ch" is none."""
    return found[1].upper() in _AREAS and (found[2] != "" or found[0].isupper())


def is_place_word(written: str) -> bool:
    """True for a word of a British place name with its capital: Twatt is a place in Orkney."""
    return _has_its_capital(written) and fold(written) in _place_words()


def is_place_by_its_context(text: str, start: int, end: int) -> bool:
    """True for a place whose name is an ordinary word, after a word that places stand behind: in Beaver."""
    written = text[start:end]
    return (
        _has_its_capital(written)
        and _BEFORE_A_PLACE.search(text[max(0, start - 16) : start]) is not None
        and fold(written) in _places_of_one_word()
    )


def _has_its_capital(written: str) -> bool:
    return written[:1].isupper() and written[1:] == written[1:].lower()


@cache
def _place_words() -> frozenset[str]:
    return frozenset(line for line in _lines() if line[0] not in "#=")


@cache
def _places_of_one_word() -> frozenset[str]:
    return frozenset(line[1:] for line in _lines() if line[0] == "=")


def _lines() -> list[str]:
    return PLACE_WORDS.read_text(encoding="utf-8").split("\n")[:-1]
