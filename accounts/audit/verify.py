"""Goes through the whole book of a force and says in plain words what does not fit.

Four things are compared: each entry with its leaf, the leaves with the signed checkpoints, the checkpoints
with those that were kept outside the database, and the entries with the order in which they claim to have
been written. Whoever changes one of them has to change all of them, and cannot sign.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.audit.entry import COLUMNS, Line, leaf_of
from accounts.audit.notes import BadNote, Checkpoint, Verifier
from accounts.audit.tree import Frontier

BATCH = 10_000
# Entries are placed in the order in which their transactions end; none stays open as long as this.
LONGEST_TRANSACTION = timedelta(hours=1)
MOST_PROBLEMS = 50

_CHECKPOINTS = """
SELECT size, root, note, horizon FROM accounts_auditcheckpoint WHERE force_id = %s ORDER BY size
"""
_PLACED = f"""
SELECT l.seq, l.entry_id, l.leaf_hash, {", ".join(f"e.{column}" for column in COLUMNS)}
FROM accounts_auditleaf AS l
LEFT JOIN accounts_auditentry AS e ON e.force_id = l.force_id AND e.id = l.entry_id
WHERE l.force_id = %s AND l.seq >= %s ORDER BY l.seq LIMIT {BATCH}
"""
_UNPLACED = """
SELECT e.id, e.at, e.username, e.action, e.txid < %s FROM accounts_auditentry AS e
WHERE e.force_id = %s
  AND NOT EXISTS (SELECT 1 FROM accounts_auditleaf AS l WHERE l.force_id = e.force_id AND l.entry_id = e.id)
ORDER BY e.id
"""


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

    @property
    def is_intact(self) -> bool:
        """Whether everything fits."""
        return not self.problems

    def add(self, sentence: str, *, place: int | None = None, entry_id: int | None = None) -> None:
        """Note a problem; a book that was rewritten as a whole does not need a million sentences."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(sentence, place, entry_id))


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed root that the tree must have at a size, and where it is kept."""

    checkpoint: Checkpoint
    outside: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf with the entry that it stands for, if that is still there."""

    seq: int
    entry_id: int
    leaf: bytes
    line: Line | None

    @property
    def fits(self) -> bool:
        """Whether the entry is the one that was hashed."""
        return self.line is not None and leaf_of(self.line) == self.leaf


def verify_book(
    cursor: Any, *, force_id: UUID, slug: str, verifier: Verifier, outside: Sequence[str] = ()
) -> Report:
    """Check every entry of a force against its leaf, and the tree against every signature."""
    report = Report(slug)
    signed, horizon = _signed(cursor, force_id, verifier, outside, report)
    _check_tree(cursor, force_id, signed, report)
    _check_unplaced(cursor, force_id, horizon, report)
    if not report.is_intact:
        report.problems.sort(key=lambda problem: report.entries if problem.place is None else problem.place)
    return report


def _signed(
    cursor: Any, force_id: UUID, verifier: Verifier, outside: Sequence[str], report: Report
) -> tuple[dict[int, list[Signed]], int]:
    """The signed checkpoints by size, and the transaction below which every entry has its place."""
    by_size: dict[int, list[Signed]] = {}
    horizon = 0
    cursor.execute(_CHECKPOINTS, [str(force_id)])
    for size, root, note, below in cursor.fetchall():
        horizon = below
        checkpoint = _opened(note, verifier)
        if checkpoint is None:
            report.add(f"The checkpoint over {size} entries was altered: its signature does not fit.")
        elif (checkpoint.size, checkpoint.root) != (size, bytes(root)):
            report.add(f"The checkpoint over {size} entries was altered: it was signed with other values.")
        else:
            by_size.setdefault(size, []).append(Signed(checkpoint, outside=False))
    for number, note in enumerate(outside, start=1):
        checkpoint = _opened(note, verifier)
        if checkpoint is None:
            report.add(f"Note {number} of the checkpoints kept outside was not signed with this book's key.")
        else:
            by_size.setdefault(checkpoint.size, []).append(Signed(checkpoint, outside=True))
    return by_size, horizon


def _opened(note: str, verifier: Verifier) -> Checkpoint | None:
    try:
        checkpoint = Checkpoint.from_text(verifier.opened(note))
    except BadNote:
        return None
    # The name is part of what is signed: the checkpoint of one force does not pass for another's.
    return checkpoint if checkpoint.origin == verifier.name else None


def _check_tree(cursor: Any, force_id: UUID, signed: dict[int, list[Signed]], report: Report) -> None:
    frontier, roots_fit = Frontier(), True
    misfits: list[Placed] = []
    previous: Placed | None = None
    latest: datetime | None = None
    proven = 0
    for placed in _placed(cursor, force_id):
        if placed.seq != frontier.size:
            report.add(
                f"Place {frontier.size} of the book is missing: what stood there was removed.",
                place=frontier.size,
            )
            _name_misfits(misfits, report)
            return
        if not placed.fits:
            misfits.append(placed)
        if previous is not None and placed.entry_id < previous.entry_id and previous.seq >= proven:
            report.add(
                f"Entries {placed.entry_id} and {previous.entry_id} stand in the wrong order "
                f"(places {previous.seq} and {placed.seq}).",
                place=previous.seq,
                entry_id=placed.entry_id,
            )
        if placed.line is not None:
            if latest is not None and placed.line.at < latest - LONGEST_TRANSACTION:
                report.add(
                    f"{_named(placed)} says it was written at {_when(placed.line.at)}, but stands behind "
                    f"entries of {_when(latest)}: it was dated back or inserted later.",
                    place=placed.seq,
                    entry_id=placed.entry_id,
                )
            latest = max(latest, placed.line.at) if latest else placed.line.at
        previous = placed
        frontier = frontier.appended([placed.leaf])
        report.entries = frontier.size
        for one in signed.pop(frontier.size, []):
            if roots_fit and one.checkpoint.root != frontier.root():
                roots_fit = False
                report.add(_rewritten(proven, frontier.size, one), place=proven)
            if roots_fit:
                report.verified_to = one.checkpoint.at
                proven = frontier.size
    _name_misfits(misfits, report)
    if roots_fit and proven < report.entries:
        report.add(
            f"{report.entries - proven} entries at the end of the book are not covered by a signed checkpoint: "
            "they were added by something else than the sequencer.",
            place=proven,
        )
    _check_end(signed, report)


def _placed(cursor: Any, force_id: UUID) -> Iterator[Placed]:
    start = 0
    while True:
        cursor.execute(_PLACED, [str(force_id), start])
        rows = cursor.fetchall()
        for seq, entry_id, leaf, *columns in rows:
            line = Line.from_row(columns) if columns[0] is not None else None
            yield Placed(seq, entry_id, bytes(leaf), line)
        if len(rows) < BATCH:
            return
        start = rows[-1][0] + 1


def _name_misfits(misfits: list[Placed], report: Report) -> None:
    """Say of every entry that is not what was hashed whether it was removed, swapped or altered."""
    named: set[int] = set()
    for one in misfits:
        if one.line is None:
            report.add(
                f"Entry {one.entry_id} (place {one.seq}) is missing: it was deleted.",
                place=one.seq,
                entry_id=one.entry_id,
            )
        elif one.seq not in named:
            other = next((other for other in misfits[:MOST_PROBLEMS] if _swapped(one, other)), None)
            if other is not None:
                named.add(other.seq)
                sentence = f"Entries {one.entry_id} and {other.entry_id} have been swapped."
            else:
                sentence = f"{_named(one)} was altered after it was written."
            report.add(sentence, place=one.seq, entry_id=one.entry_id)


def _swapped(one: Placed, other: Placed) -> bool:
    if one.seq >= other.seq or one.line is None or other.line is None:
        return False
    return (
        leaf_of(replace(one.line, id=other.entry_id)) == other.leaf
        and leaf_of(replace(other.line, id=one.entry_id)) == one.leaf
    )


def _check_end(signed: dict[int, list[Signed]], report: Report) -> None:
    """Every signed size that the walk did not come by lies beyond the end of the book."""
    beyond = [one for size in sorted(signed) for one in signed[size] if size > report.entries]
    if beyond:
        last = beyond[-1]
        where = "A checkpoint kept outside the database" if last.outside else "A signed checkpoint"
        report.add(
            f"{where} of {_when(last.checkpoint.at)} covers {last.checkpoint.size} entries, but the book ends "
            f"after {report.entries}: entries were removed from its end, or the database was rolled back.",
            place=report.entries,
        )


def _check_unplaced(cursor: Any, force_id: UUID, horizon: int, report: Report) -> None:
    cursor.execute(_UNPLACED, [horizon, str(force_id)])
    for entry_id, at, username, action, was_passed in cursor.fetchall():
        if was_passed:
            report.add(
                f"Entry {entry_id} ({action} by {username}, {_when(at)}) was inserted behind the sequencer's "
                "back: it has no place in the book, although its time is long past.",
                entry_id=entry_id,
            )
        else:
            report.waiting += 1


def _rewritten(proven: int, size: int, signed: Signed) -> str:
    where = "kept outside the database" if signed.outside else "signed"
    return (
        f"Between places {proven} and {size - 1} the book was rewritten: entries and leaves fit each other, "
        f"but not the checkpoint {where} at {_when(signed.checkpoint.at)}."
    )


def _named(placed: Placed) -> str:
    line = placed.line
    if line is None:
        return f"Entry {placed.entry_id}"
    return f"Entry {placed.entry_id} (place {placed.seq}: {line.action} by {line.username}, {_when(line.at)})"


def _when(moment: datetime) -> str:
    return moment.strftime("%d %b %Y %H:%M:%S %Z").strip()
