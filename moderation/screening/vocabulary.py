"""The words of one rule set, indexed so that a disguised one is found in a handful of look-ups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from moderation.screening.entries import Needle
from moderation.screening.letters import Likeness, likeness, may_stand_for, skeleton, squeezed

SHORTEST = 3
LONGEST = 40
SHORTEST_MISSPELT = 4
# A list with thousands of words alike in length and first half is searched letter by letter instead.
FULLEST_DRAWER = 64
LONGEST_EDGE = 6
ALPHABET = "abcdefghijklmnopqrstuvwxyz"

_WORD = re.compile(r"[^\W_]+")

Index = dict[str, "str | list[str]"]


class Vocabulary:
    """Every word that the terms of a rule set consist of, and how to find it in disguise."""

    __slots__ = (
        "_ends",
        "_halves",
        "_heads",
        "_shapes",
        "_spelt",
        "_squashed",
        "_starts",
        "_tails",
        "_words",
    )

    def __init__(self, needles: Iterable[Needle]) -> None:
        self._words: set[str] = set()
        self._squashed: dict[str, str] = {}
        self._spelt: Index = {}
        self._shapes: Index = {}
        self._halves: Index = {}
        self._starts: dict[int, Index] = {}
        self._ends: dict[int, Index] = {}
        self._heads: set[str] = set()
        self._tails: set[str] = set()
        for needle in needles:
            if not needle.is_domain:
                self._add(needle)

    def __contains__(self, word: str) -> bool:
        return word in self._words

    def __bool__(self) -> bool:
        return bool(self._words or self._starts or self._ends)

    def reads(self, word: str) -> str:
        """How the word stands in its term: `killyou` is the phrase `kill you`."""
        return self._squashed.get(word, word)

    def may_spell(self, written: str) -> bool:
        """False when this is certainly no spelling of a word, nor of one that begins with a stem."""
        bones = squeezed(skeleton(written))
        return bones in self._spelt or any(bones[:size] in stems for size, stems in self._starts.items())

    def spelt_like(self, written: str) -> Iterator[tuple[str, Likeness]]:
        """Words that this may be, letter for letter, with signs, repeated letters or one of a pair missing."""
        for word in _drawer(self._spelt, squeezed(skeleton(written))):
            if found := likeness(written, word):
                yield word, found

    def begun_like(self, written: str) -> Iterator[tuple[str, Likeness, bool]]:
        """Stems of words with a star that this begins with, or (True) ends with."""
        if self._starts:
            bones = squeezed(skeleton(written))
            for size, stems in self._starts.items():
                for stem in _drawer(stems, bones[:size]):
                    if found := likeness(written, stem, open_end=True):
                        yield stem, found, False
        if self._ends:
            backwards = written[::-1]
            bones = squeezed(skeleton(backwards))
            for size, stems in self._ends.items():
                for stem in _drawer(stems, bones[:size]):
                    if found := likeness(backwards, stem, open_end=True):
                        yield stem[::-1], found, True

    def shaped_like(self, written: str, masks: frozenset[str]) -> Iterator[str]:
        """Words that fit when each mask stands for one letter."""
        last = "" if written[-1] in masks else skeleton(written[-1])
        shape = f"{len(written)}{skeleton(written[0])}{last}"
        for word in _drawer(self._shapes, shape)[: 8 * FULLEST_DRAWER]:
            if all(
                sign in masks or may_stand_for(sign, letter)
                for sign, letter in zip(written, word, strict=True)
            ):
                yield word

    def misspelt_as(self, written: str) -> Iterator[tuple[str, bool]]:
        """Words that this is with two neighbours swapped (True) or one letter left out (False)."""
        size = len(written)
        if size >= SHORTEST_MISSPELT:
            swaps = [
                f"{written[:at]}{written[at + 1]}{written[at]}{written[at + 2 :]}" for at in range(size - 1)
            ]
            for swapped in sorted(self._words.intersection(swaps)):
                if swapped != written:
                    yield swapped, True
        if size + 1 >= SHORTEST_MISSPELT:
            middle = (size + 1) // 2
            yield from self._with_one_more(written, f"{size + 1}<{written[:middle]}", middle, size + 1)
            yield from self._with_one_more(written, f"{size + 1}>{written[middle - 1 :]}", 0, middle)

    def may_be_part(self, piece: str) -> bool:
        """True when a word begins or ends with this piece, as far as its first or last letters tell."""
        return piece[:LONGEST_EDGE] in self._heads or piece[-LONGEST_EDGE:] in self._tails

    def _with_one_more(self, written: str, half: str, first: int, stop: int) -> Iterator[tuple[str, bool]]:
        drawer = _drawer(self._halves, half)
        if len(drawer) > FULLEST_DRAWER:
            drawer = [
                longer
                for at in range(first, stop)
                for letter in ALPHABET
                if (longer := f"{written[:at]}{letter}{written[at:]}") in self._words
            ]
        for word in drawer:
            if _is_one_short(written, word):
                yield word, False

    def _add(self, needle: Needle) -> None:
        words = _WORD.findall(needle.text)
        if len(words) == 1 and not (needle.left_edge and needle.right_edge):
            self._add_stem(words[0], needle)
            return
        for word in words:
            self._add_word(word)
        squashed = "".join(words)
        if len(words) > 1 and len(squashed) <= LONGEST and squashed not in self._squashed:
            self._squashed[squashed] = needle.text
            _put(self._spelt, squeezed(skeleton(squashed)), squashed)

    def _add_word(self, word: str) -> None:
        size = len(word)
        if not SHORTEST <= size <= LONGEST or word in self._words:
            return
        self._words.add(word)
        bones = skeleton(word)
        _put(self._spelt, squeezed(bones), word)
        _put(self._shapes, f"{size}{bones[0]}{bones[-1]}", word)
        _put(self._shapes, f"{size}{bones[0]}", word)
        if size >= SHORTEST_MISSPELT:
            _put(self._halves, f"{size}<{word[: size // 2]}", word)
            _put(self._halves, f"{size}>{word[size // 2 :]}", word)
            for length in range(2, min(LONGEST_EDGE, size - 1) + 1):
                self._heads.add(word[:length])
                self._tails.add(word[-length:])

    def _add_stem(self, word: str, needle: Needle) -> None:
        if len(word) > LONGEST:
            return
        if not needle.right_edge:
            key = squeezed(skeleton(word))
            _put(self._starts.setdefault(len(key), {}), key, word)
        if not needle.left_edge:
            key = squeezed(skeleton(word[::-1]))
            _put(self._ends.setdefault(len(key), {}), key, word[::-1])
        self._add_word(word)


def _is_one_short(written: str, word: str) -> bool:
    """True when one letter put into `written` makes `word`."""
    at = 0
    while at < len(written) and written[at] == word[at]:
        at += 1
    return written[at:] == word[at + 1 :]


def _put(index: Index, key: str, word: str) -> None:
    """Add a word; a list is made only for the second one of a key."""
    there = index.get(key)
    if there is None:
        index[key] = word
    elif isinstance(there, str):
        index[key] = [there, word]
    else:
        there.append(word)


def _drawer(index: Index, key: str) -> list[str]:
    there = index.get(key)
    if there is None:
        return []
    return [there] if isinstance(there, str) else there
