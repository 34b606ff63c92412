"""Screens one text with one rule set: the only door into the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from moderation.screening.boundaries import inside_an_address, inside_phrase, stands_alone
from moderation.screening.compiled import Rule, RuleSet
from moderation.screening.entries import Direction
from moderation.screening.explanation import Excused, Finding, Verdict
from moderation.screening.fold import fold
from moderation.screening.identifiers import (
    is_identifier,
    is_place_by_its_context,
    is_place_word,
)
from moderation.screening.scope import ANYWHERE, Place
from moderation.screening.verdict import CLEAN, action_of, judge
from moderation.screening.views import Disguise, Reading, Unmasked

# A text that repeats one word ten thousand times is explained by its first few places.
PLACES_PER_ENTRY = 5


def screen(
    text: str,
    rules: RuleSet,
    *,
    direction: Direction = Direction.INBOUND,
    place: Place = ANYWHERE,
) -> Verdict:
    """What this text amounts to under these rules, read in every view."""
    folded = fold(text)
    tokens = folded.split(" ")
    hits = rules.find(folded, text)
    decipherer = rules.decipherer
    unknown = decipherer.unknown(tokens)
    disguises = decipherer.decipher(folded, tokens, unknown) if unknown else []
    if not hits and not disguises and not rules.has_expressions:
        return CLEAN
    search = _Search(rules, direction, place)
    plain = Reading(text, folded)
    search.through(plain, hits)
    if rules.has_expressions:
        search.through(plain, rules.find_expressions(folded, most=PLACES_PER_ENTRY))
    for reading in _unmasked(plain, disguises):
        search.through(reading, rules.find(reading.text))
    return judge(search.findings, search.excused)


def _unmasked(plain: Reading, disguises: Sequence[tuple[Disguise, ...]]) -> Iterator[Reading]:
    """The text with its disguises taken off; once more for each word that has another likely reading."""
    meant = _outside_identifiers(plain, disguises)
    for choice in range(max(map(len, meant), default=0)):
        yield Unmasked(plain, [ways[min(choice, len(ways) - 1)] for ways in meant])


def _outside_identifiers(
    plain: Reading, disguises: Sequence[tuple[Disguise, ...]]
) -> list[tuple[Disguise, ...]]:
    kept: list[tuple[Disguise, ...]] = []
    for ways in disguises:
        start, end = plain.span(ways[0].start, ways[0].end)
        if inside_an_address(plain, start, end) or is_identifier(plain.original, start, end):
            continue
        if not is_place_word(plain.original[start:end].rstrip("!+|(")):
            kept.append(ways)
    return kept


class _Search:
    """Collects what the readings of one text show."""

    def __init__(self, rules: RuleSet, direction: Direction, place: Place) -> None:
        self.findings: list[Finding] = []
        self.excused: list[Excused] = []
        self._direction = direction
        self._place = place
        self._found: Counter[str] = Counter()
        # Another reading of the text shows most of what the one before has shown.
        self._told: set[tuple[str, int, int]] = set()

    def through(self, reading: Reading, hits: Iterable[tuple[Rule, int, int]]) -> None:
        """Weigh every hit of one reading."""
        for rule, start, end in hits:
            entry = rule.entry
            if self._found[entry.id] >= PLACES_PER_ENTRY:
                continue
            if entry.direction not in (self._direction, Direction.BOTH) or not entry.scope.covers(
                self._place
            ):
                continue
            if not reading.concerns(start, end):
                continue
            if not rule.needle.is_regex and not stands_alone(reading, rule.needle, start, end):
                continue
            considered = tuple(_exceptions(rule, reading, start, end))
            if considered and considered[-1][1]:
                self._excuse(entry.id, reading.span(start, end), considered[-1][0])
                continue
            span = reading.span(start, end)
            if (entry.id, *span) in self._told:
                continue
            self._told.add((entry.id, *span))
            self._found[entry.id] += 1
            names = tuple(name for name, _ in considered)
            self.findings.append(_finding(rule, reading, start, end, names))

    def _excuse(self, entry_id: str, span: tuple[int, int], because: str) -> None:
        if len(self.excused) < PLACES_PER_ENTRY:
            self.excused.append(Excused(entry_id=entry_id, start=span[0], end=span[1], because=because))


def _exceptions(rule: Rule, reading: Reading, start: int, end: int) -> Iterator[tuple[str, bool]]:
    """Each exception that was considered and whether it holds; stops at the first that does."""
    first, stop = reading.span(start, end)
    in_words = not rule.needle.is_domain and not rule.needle.is_regex
    if in_words and inside_an_address(reading, first, stop):
        yield "inside a web or e-mail address", True
        return
    for folded, written in rule.exceptions:
        holds = inside_phrase(reading.text, folded, start, end)
        yield written, holds
        if holds:
            return
    for place in rule.places:
        # With its capitals only: the village is innocent, the insult in small letters is not.
        if inside_phrase(reading.original, place, first, stop):
            yield f"the place {place}", True
            return
    if in_words and is_place_by_its_context(reading.original, first, stop):
        yield f"the place {reading.original[first:stop]}", True


def _finding(rule: Rule, reading: Reading, start: int, end: int, considered: tuple[str, ...]) -> Finding:
    first, stop = reading.span(start, end)
    view, steps = reading.seen_through(start, end)
    entry = rule.entry
    return Finding(
        entry_id=entry.id,
        version_id=entry.version_id,
        version_label=entry.version_label,
        pattern=entry.pattern,
        category=entry.category,
        severity=entry.severity,
        view=view,
        start=first,
        end=stop,
        steps=steps,
        asked=entry.action,
        action=action_of(entry, view),
        exceptions_considered=considered,
    )
