"""Reads words whose letters stand one by one: f u c k, f.u.c.k, f_u_c_k."""

from __future__ import annotations

import re

from moderation.screening.english import is_english
from moderation.screening.letters import SIGNS
from moderation.screening.views import Disguise, ViewName
from moderation.screening.vocabulary import Vocabulary

LONGEST_TOKEN = 64
SMALL_WORDS = frozenset("aiu")

# Three single letters and more, with one to three other characters between them.
SINGLES = re.compile(
    rf"(?<![a-z0-9{re.escape(SIGNS)}])[a-z0-9@$!+](?:[^a-z0-9@$]{{1,3}}[a-z0-9@$!+](?![a-z0-9@$])){{2,}}"
)


def run_of_letters(run: str, start: int, words: Vocabulary) -> list[tuple[Disguise, ...]]:
    """The words that single letters in a row spell, each where it stands."""
    places = [place for place, char in enumerate(run) if char.isalnum() or char in "@$!+"]
    return [
        (
            Disguise(
                start + places[first],
                start + places[stop - 1] + 1,
                reads,
                ViewName.SPACED,
                ("gaps between letters closed",),
            ),
        )
        for first, stop, reads in _read("".join(run[place] for place in places), words)
    ]


def _read(letters: str, words: Vocabulary) -> list[tuple[int, int, str]]:
    size = len(letters)
    if size > LONGEST_TOKEN:
        return []
    if whole := exactly(letters, words):
        return [(0, size, whole)]
    if is_english(letters):
        return []
    # "you are a f a g", "i h a t e you": the small words beside it are single letters too.
    first, last = int(letters[0] in SMALL_WORDS), size - (letters[-1] in SMALL_WORDS)
    for start, stop in ((first, size), (0, last), (first, last)):
        if stop - start < size and (word := exactly(letters[start:stop], words)):
            return [(start, stop, word)]
    return _two_words(letters, words)


def _two_words(letters: str, words: Vocabulary) -> list[tuple[int, int, str]]:
    cuts = [(at, letters[:at], letters[at:]) for at in range(2, len(letters) - 1)]
    if any(_is_innocent(left, words) and _is_innocent(right, words) for _, left, right in cuts):
        return []
    for at, left, right in cuts:
        first, second = exactly(left, words), exactly(right, words)
        if (first and (second or is_english(right))) or (second and is_english(left)):
            ways = ((0, at, first), (at, len(letters), second))
            return [(start, stop, word) for start, stop, word in ways if word]
    return []


def _is_innocent(letters: str, words: Vocabulary) -> bool:
    return is_english(letters) and letters not in words


def exactly(letters: str, words: Vocabulary) -> str | None:
    """The word that this spells, signs read as letters; nothing guessed."""
    if letters in words:
        return letters
    for word, how in words.spelt_like(letters):
        if not how.extra and not how.missing:
            return words.reads(word)
    return None
