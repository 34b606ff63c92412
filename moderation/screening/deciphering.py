"""Finds the disguised words of a whole text, and remembers which tokens have none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate, islice

from moderation.screening.disguises import disguises_in
from moderation.screening.english import english, is_english
from moderation.screening.letters import SIGNS
from moderation.screening.spelled_out import LONGEST_TOKEN, SINGLES, SMALL_WORDS, exactly, run_of_letters
from moderation.screening.views import Disguise, ViewName
from moderation.screening.vocabulary import SHORTEST_MISSPELT, Vocabulary

REMEMBERED = 65_536
# So many unknown tokens of one text are looked at in every way; the rest of them in the quick ways only.
THOROUGHLY = 500
AT_ALL = 6_000
# What one text can hold of disguised words, of the same one, and of pieces that are tried together.
MOST_DISGUISES = 1_000
REPEATED = 20
MOST_PIECES = 500
LONGEST_PIECE = 12
FEWEST_LETTERS = 3

_PUNCTUATION = ".,;:?!\"'()[]{}<>*_~-#"

Ways = tuple[tuple[Disguise, ...], ...]


class Decipherer:
    """Knows the vocabulary of one rule set, and what it has already made of a token."""

    __slots__ = ("_clean", "_english", "_lone", "_seen", "_words")

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._english = english()
        # Tokens that need no second look, whatever stands beside them.
        self._clean: set[str] = set()
        # Single letters, which mean something in a row only.
        self._lone: set[str] = set()
        # What the others hold; empty for those that only mean something together with others.
        self._seen: dict[str, Ways] = {}

    def unknown(self, tokens: Sequence[str]) -> set[str]:
        """The tokens that are neither ordinary English nor known to hold and to belong to nothing."""
        return set(tokens).difference(self._english, self._clean)

    def decipher(self, folded: str, tokens: Sequence[str], unknown: set[str]) -> list[tuple[Disguise, ...]]:
        """Every disguised stretch of the text with its likely words, in order, none over another."""
        if not self._words:
            return []
        holding, pieces, letters = self._looked_at(tokens, unknown)
        spelled_out = letters > 1 and self._stand_in_a_row(tokens)
        if not holding and not pieces and not spelled_out:
            return []
        starts = list(accumulate((len(token) + 1 for token in tokens), initial=0))
        found: list[tuple[Disguise, ...]] = []
        for number, disguises in holding:
            found += (tuple(one.moved(starts[number]) for one in ways) for ways in disguises)
        wide = self._split(tokens, starts, pieces)
        if spelled_out:
            wide += self._runs(folded)
        return _without_overlap(wide, found[:MOST_DISGUISES])

    def _stand_in_a_row(self, tokens: Sequence[str]) -> bool:
        """True for three tokens side by side of one character, or of two that are no word."""
        row = 0
        for token in tokens:
            row = row + 1 if len(token) == 1 or (len(token) == 2 and token not in self._english) else 0
            if row == FEWEST_LETTERS:
                return True
        return False

    def _looked_at(
        self, tokens: Sequence[str], unknown: set[str]
    ) -> tuple[list[tuple[int, Ways]], list[int], int]:
        """The tokens that hold something, those that may be pieces of a word, and how many single letters."""
        in_order: Iterable[str] = unknown
        if len(unknown) > THOROUGHLY:
            in_order = [token for token in dict.fromkeys(tokens) if token in unknown][:AT_ALL]
        held: dict[str, Ways] = {}
        letters = False
        for number, token in enumerate(in_order):
            disguises = self._seen.get(token)
            if disguises is None and token not in self._lone:
                disguises = self._look(token, thoroughly=number < THOROUGHLY)
            if disguises is not None:
                held[token] = disguises
            letters = letters or token in self._lone
        return self._placed(tokens, held) if held or letters else ([], [], 0)

    def _placed(
        self, tokens: Sequence[str], held: dict[str, Ways]
    ) -> tuple[list[tuple[int, Ways]], list[int], int]:
        holding: list[tuple[int, Ways]] = []
        pieces: list[int] = []
        again: dict[str, int] = {}
        letters = 0
        for number, token in enumerate(tokens):
            disguises = held.get(token)
            if disguises:
                again[token] = again.get(token, 0) + 1
                if again[token] <= REPEATED and len(holding) < MOST_DISGUISES:
                    holding.append((number, disguises))
            elif disguises is None:
                letters += token in self._lone
            elif len(pieces) < MOST_PIECES:
                pieces.append(number)
        return holding, pieces, letters

    def _look(self, token: str, *, thoroughly: bool) -> Ways | None:
        """What the token holds, empty for what may be a piece of a word; nothing for all others."""
        core = token.strip(_PUNCTUATION)
        single = len(core) == 1 and len(token) < 3 and core not in SMALL_WORDS
        if single and (core.isalnum() or core in SIGNS):
            self._lone.add(token)
            return None
        if not thoroughly and not self._words.may_spell(core):
            return None
        disguises = disguises_in(token, self._words, thoroughly=thoroughly)
        if disguises or self._may_be_a_piece(core):
            if len(self._seen) >= REMEMBERED:
                self._seen.clear()
            self._seen[token] = disguises
            return disguises
        if thoroughly:
            if len(self._clean) >= REMEMBERED:
                self._clean.clear()
            self._clean.add(token)
        return None

    def _may_be_a_piece(self, core: str) -> bool:
        return (
            1 < len(core) <= LONGEST_PIECE
            and core.isalnum()
            and core not in self._words
            and not is_english(core)
            and self._words.may_be_part(core)
        )

    def _runs(self, folded: str) -> list[tuple[Disguise, ...]]:
        spelt = (
            disguise
            for run in SINGLES.finditer(folded)
            for disguise in run_of_letters(run[0], run.start(), self._words)
        )
        return list(islice(spelt, MOST_DISGUISES))

    def _split(
        self, tokens: Sequence[str], starts: Sequence[int], pieces: Sequence[int]
    ) -> list[tuple[Disguise, ...]]:
        """Words cut in two or three by spaces: fu ck, mother fuc ker."""
        found: list[tuple[Disguise, ...]] = []
        for number in pieces:
            for first, stop in ((number - 1, number + 1), (number, number + 2), (number - 1, number + 2)):
                if first < 0 or stop > len(tokens):
                    continue
                if one := self._joined(tokens[first:stop], starts[first]):
                    found.append((one,))
                    break
        return found

    def _joined(self, tokens: Sequence[str], start: int) -> Disguise | None:
        head, tail = tokens[0].lstrip(_PUNCTUATION), tokens[-1].rstrip(_PUNCTUATION)
        cores = [head, *tokens[1:-1], tail]
        joined = "".join(cores)
        if not SHORTEST_MISSPELT <= len(joined) <= LONGEST_TOKEN or not joined.isalnum():
            return None
        if any(len(core) == 1 for core in cores) and any(
            is_english(core) and len(core) > 1 for core in cores
        ):
            return None
        reads: str | None = joined
        if not joined.isalpha():
            reads = exactly(joined, self._words)
        if reads is None or reads not in self._words:
            return None
        begins = start + len(tokens[0]) - len(head)
        ends = start + sum(map(len, tokens)) + len(tokens) - 1 - (len(tokens[-1]) - len(tail))
        return Disguise(begins, ends, reads, ViewName.SPLIT, ("gap inside the word closed",))


def _without_overlap(
    wide: Sequence[tuple[Disguise, ...]], found: Sequence[tuple[Disguise, ...]]
) -> list[tuple[Disguise, ...]]:
    """All of them in order; of two in one place the wider, which explains more of the text."""
    if not wide:
        return list(found)
    kept: list[tuple[Disguise, ...]] = []
    ordered = sorted((*wide, *found), key=lambda ways: (ways[0].start, ways[0].start - ways[0].end))
    for ways in ordered:
        if not kept or ways[0].start >= kept[-1][0].end:
            kept.append(ways)
        elif (
            ways[0].end > kept[-1][0].end
            and len(kept[-1])
            and ways[0].end - ways[0].start > (kept[-1][0].end - kept[-1][0].start)
        ):
            kept[-1] = ways
    return kept
