"""Finds every needle in a text in one pass; the only file that knows which library does it."""

from __future__ import annotations

from collections.abc import Sequence

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind


class Automaton:
    """All needles of a rule set, ready to be searched for at once."""

    __slots__ = ("_automaton",)

    def __init__(self, needles: Sequence[str]) -> None:
        # The NFA is built quickest and stays smallest; on whole lists it is not slower to search.
        self._automaton = (
            AhoCorasick(
                needles,
                matchkind=MatchKind.Standard,
                store_patterns=False,
                implementation=Implementation.ContiguousNFA,
            )
            if needles
            else None
        )

    def find(self, text: str) -> Sequence[tuple[int, int, int]]:
        """Every occurrence as (needle, start, end), overlapping ones too."""
        if self._automaton is None:
            return ()
        # Overlapping, because a longer needle that fails its word edges must not hide a shorter one.
        return self._automaton.find_matches_as_indexes(text, overlapping=True)
