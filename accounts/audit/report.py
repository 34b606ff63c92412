"""What a verification has found: what does not fit, and what the book itself tells of its clock and its gaps."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.audit.hqdash_verify import explains, gap_of, told_in_words

MOST_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit, and the first entry that it concerns."""

    sentence: str
    place: int | None = None
    entry_id: int | None = None


@dataclass(slots=True)
class Report:
    """What a verification has found."""

    force: str
    entries: int = 0
    waiting: int = 0
    verified_to: datetime | None = None
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Whether everything fits."""
        return not self.problems

    def add(self, sentence: str, *, place: int | None = None, entry_id: int | None = None) -> None:
        """Note a problem; a book that was rewritten as a whole does not need a million sentences."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(sentence, place, entry_id))


@dataclass(frozen=True, slots=True)
class Told:
    """What explains a step of the clock or a checkpoint of entries that are not there any more."""

    explains: Callable[[str], bool]
    gaps: Sequence[dict[str, Any]]


def told_by(rows: Sequence[tuple[int, str]], report: Report) -> Told:
    """Read the placed entries that speak of clock and gaps, and let the report repeat what they say."""
    entries = [(place, json.loads(line)) for place, line in rows]
    report.remarks += [sentence for place, entry in entries for sentence in told_in_words(place, entry)]
    return Told(
        explains=lambda after: any(explains(entry, after) for _place, entry in entries),
        gaps=[gap for _place, entry in entries for gap in gap_of(entry)],
    )
