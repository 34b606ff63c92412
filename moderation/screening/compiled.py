"""Keeps the rule sets that are in force, each compiled once and swapped as a whole."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

from moderation.screening.boundaries import place_names
from moderation.screening.deciphering import Decipherer
from moderation.screening.entries import Entry, Needle, needle_for
from moderation.screening.fold import fold, signs_read_as_letters
from moderation.screening.matching import Automaton
from moderation.screening.patterns import Expressions
from moderation.screening.vocabulary import Vocabulary

KEEP = 64

_WORD = re.compile(r"\w+")
_WORDY = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


@dataclass(frozen=True, slots=True)
class Rule:
    """An entry, what to search for, and where it is innocent."""

    entry: Entry
    needle: Needle
    exceptions: tuple[tuple[str, str], ...]
    places: tuple[str, ...]


class _Places:
    """The place names that a pattern occurs in; almost no pattern does, and that is seen at once."""

    def __init__(self) -> None:
        self._names = [(fold(name), name) for name in place_names()]
        self._words = {word for folded, _ in self._names for word in _WORD.findall(folded)}

    def around(self, needle: Needle) -> tuple[str, ...]:
        """Names in which this pattern would be found."""
        whole_words = needle.left_edge and needle.right_edge
        if whole_words and not self._words.issuperset(_WORD.findall(needle.text)):
            return ()
        return tuple(name for folded, name in self._names if needle.text in folded)


class RuleSet:
    """One set of published versions, ready to screen with."""

    __slots__ = ("_automaton", "_edges", "_expressions", "_regexes", "_rules", "decipherer")

    def __init__(self, entries: Iterable[Entry]) -> None:
        rules: dict[str, list[Rule]] = {}
        regexes: list[Rule] = []
        places = _Places()
        for entry in entries:
            needle = needle_for(entry.pattern, entry.kind)
            rule = Rule(
                entry,
                needle,
                tuple((fold(written).strip(), written) for written in entry.exceptions),
                () if needle.is_regex else places.around(needle),
            )
            if needle.is_regex:
                regexes.append(rule)
            else:
                rules.setdefault(needle.text, []).append(rule)
        self._automaton = Automaton(list(rules))
        self._rules: Sequence[Sequence[Rule]] = list(rules.values())
        self._edges = [
            (all(rule.needle.left_edge for rule in same), all(rule.needle.right_edge for rule in same))
            for same in self._rules
        ]
        self._regexes = regexes
        self._expressions = Expressions([rule.needle.text for rule in regexes])
        self.decipherer = Decipherer(Vocabulary(rule.needle for same in self._rules for rule in same))

    def find(self, text: str, original: str = "") -> list[tuple[Rule, int, int]]:
        """Every rule whose characters occur in a folded text, with the folded span.

        With the original, what is part of a longer word is left out at once.
        """
        found = self._automaton.find(text)
        if not found:
            return []
        # A letter of the folded text may have been a sign; then only the original tells where words end.
        edges_tell = bool(original) and (original.isascii() or signs_read_as_letters().isdisjoint(original))
        hits: list[tuple[Rule, int, int]] = []
        for needle, start, end in found:
            if edges_tell:
                left, right = self._edges[needle]
                if left and start and text[start - 1] in _WORDY:
                    continue
                if right and text[end : end + 1] in _WORDY and end < len(text):
                    continue
            hits += ((rule, start, end) for rule in self._rules[needle])
        return hits

    @property
    def has_expressions(self) -> bool:
        """True when some entries are regular expressions, which look at every text."""
        return bool(self._regexes)

    def find_expressions(self, text: str, *, most: int) -> Iterator[tuple[Rule, int, int]]:
        """The first places of every expression that hits a folded text."""
        if self._expressions:
            for number, start, end in self._expressions.find(text, most=most):
                yield self._regexes[number], start, end


class RuleSets:
    """The rule sets used last, by the identity of their versions.

    A set is built aside and put in place whole: nobody ever screens with half of a list. Published
    versions never change, so a set that is there is right for ever.
    """

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._sets: OrderedDict[frozenset[str], RuleSet] = OrderedDict()
        self._lock = Lock()

    def get(self, versions: frozenset[str], load: Callable[[], Iterable[Entry]]) -> RuleSet:
        """The compiled set of these versions; `load` is called only when it is not here yet."""
        with self._lock:
            if ready := self._sets.get(versions):
                self._sets.move_to_end(versions)
                return ready
        built = RuleSet(load())
        with self._lock:
            self._sets[versions] = built
            while len(self._sets) > self._keep:
                self._sets.popitem(last=False)
        return built
