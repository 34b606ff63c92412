"""Keeps the rule sets that are in force, each compiled once and swapped as a whole."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

from moderation.screening.boundaries import place_names
from moderation.screening.entries import Entry, Needle, needle_for
from moderation.screening.fold import fold
from moderation.screening.matching import Automaton

KEEP = 64


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
        self._words = {word for folded, _ in self._names for word in folded.replace("-", " ").split()}

    def around(self, needle: Needle) -> tuple[str, ...]:
        """Names in which this pattern would be found."""
        whole_words = needle.left_edge and needle.right_edge
        if whole_words and needle.text.partition(" ")[0] not in self._words:
            return ()
        return tuple(name for folded, name in self._names if needle.text in folded)


class RuleSet:
    """One set of published versions, ready to screen with."""

    __slots__ = ("_automaton", "_rules")

    def __init__(self, entries: Iterable[Entry]) -> None:
        rules: dict[str, list[Rule]] = {}
        places = _Places()
        for entry in entries:
            needle = needle_for(entry.pattern, entry.kind)
            rules.setdefault(needle.text, []).append(
                Rule(
                    entry,
                    needle,
                    tuple((fold(written).strip(), written) for written in entry.exceptions),
                    places.around(needle),
                )
            )
        self._automaton = Automaton(list(rules))
        self._rules: Sequence[Sequence[Rule]] = list(rules.values())

    def find(self, text: str) -> Iterable[tuple[Rule, int, int]]:
        """Every rule whose characters occur in a folded text, with the folded span."""
        for needle, start, end in self._automaton.find(text):
            for rule in self._rules[needle]:
                yield rule, start, end


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
