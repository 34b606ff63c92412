"""Screens one text with one rule set: the only door into the engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from moderation.screening.boundaries import inside_an_address, inside_phrase, stands_alone
from moderation.screening.compiled import Rule, RuleSet
from moderation.screening.entries import Direction
from moderation.screening.explanation import Excused, Finding, Verdict
from moderation.screening.verdict import action_of, judge
from moderation.screening.views import VIEWS, Reading, View

# A text that repeats one word ten thousand times is explained by its first few places.
PLACES_PER_ENTRY = 5


def screen(
    text: str,
    rules: RuleSet,
    *,
    direction: Direction = Direction.INBOUND,
    views: Sequence[View] = VIEWS,
) -> Verdict:
    """What this text amounts to under these rules, read in every view."""
    findings: list[Finding] = []
    excused: list[Excused] = []
    found: Counter[str] = Counter()
    for view in views:
        for reading in view.readings(text):
            for rule, start, end in rules.find(reading.text):
                entry = rule.entry
                if entry.direction not in (direction, Direction.BOTH):
                    continue
                if found[entry.id] >= PLACES_PER_ENTRY or not stands_alone(reading, rule.needle, start, end):
                    continue
                considered = tuple(_exceptions(rule, reading, start, end))
                if considered and considered[-1][1]:
                    if len(excused) < PLACES_PER_ENTRY:
                        first, stop = reading.span(start, end)
                        because = considered[-1][0]
                        excused.append(Excused(entry_id=entry.id, start=first, end=stop, because=because))
                    continue
                found[entry.id] += 1
                findings.append(_finding(rule, reading, start, end, tuple(name for name, _ in considered)))
    return judge(findings, excused)


def _exceptions(rule: Rule, reading: Reading, start: int, end: int) -> Iterator[tuple[str, bool]]:
    """Each exception that was considered and whether it holds; stops at the first that does."""
    first, stop = reading.span(start, end)
    if not rule.needle.is_domain and inside_an_address(reading, first, stop):
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
