"""Goes through the whole book of a force as it lies in the database, and says in plain words what does not fit.

Four things are compared: each entry with its leaf, the leaves with the signed checkpoints, the checkpoints
with those that were kept outside the database, and the entries with the order in which they claim to have
been written. Whoever changes one of them has to change all of them, and cannot sign.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from accounts.audit.entry import LINE, leaf_of
from accounts.audit.hqdash_verify import AT, is_lost, steps_back
from accounts.audit.notes import Verifier
from accounts.audit.placed import Placed, name_misfits
from accounts.audit.report import Problem, Report, told_by
from accounts.audit.signed import Signed, signed_checkpoints
from accounts.audit.tree import Frontier

__all__ = ["Problem", "Report", "verify_book"]

BATCH = 10_000

_PLACED = f"""
SELECT l.seq, l.entry_id, l.leaf_hash, l.format, l.parts, {LINE}
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
_TOLD = f"""
SELECT l.seq, {LINE} FROM accounts_auditentry AS e
JOIN accounts_auditleaf AS l ON l.force_id = e.force_id AND l.entry_id = e.id
WHERE e.force_id = %s AND e.action IN ('clock.jumped', 'book.restore_accepted') ORDER BY l.seq
"""


def verify_book(
    cursor: Any, *, force_id: UUID, slug: str, verifier: Verifier, outside: Sequence[str] = ()
) -> Report:
    """Check every entry of a force against its leaf, and the tree against every signature."""
    report = Report(slug)
    cursor.execute(_TOLD, [str(force_id)])
    told = told_by(cursor.fetchall(), report)
    signed, horizon = signed_checkpoints(cursor, force_id, verifier, outside, report)
    signed = {
        size: kept
        for size, those in signed.items()
        if (kept := [one for one in those if not _lost(one, told.gaps)])
    }
    _Walk(cursor, force_id, signed, report, told.explains).go()
    _check_unplaced(cursor, force_id, horizon, report)
    if not report.is_intact:
        report.problems.sort(key=lambda problem: report.entries if problem.place is None else problem.place)
    return report


def _lost(one: Signed, gaps: Sequence[dict[str, Any]]) -> bool:
    return one.outside and is_lost(one.checkpoint, gaps)  # type: ignore[arg-type]  # it asks for size and time only


class _Walk:
    """From the first place to the last."""

    def __init__(
        self, cursor: Any, force_id: UUID, signed: dict[int, list[Signed]], report: Report, explains: Any
    ) -> None:
        self._cursor, self._force_id, self._signed, self._report = cursor, force_id, signed, report
        self._sizes, self._borders = sorted(signed), set(signed)
        self._explains = explains
        self._frontier, self._roots_fit, self._proven = Frontier(), True, 0
        self._misfits: list[Placed] = []
        self._last: Placed | None = None

    def go(self) -> None:
        """Walk, and note what does not fit."""
        for batch in self._batches():
            gap = next((at for at, one in enumerate(batch) if one.seq != self._frontier.size + at), None)
            self._take(batch if gap is None else batch[:gap])
            if gap is not None:
                self._report.add(
                    f"Place {self._frontier.size} of the book is missing: what stood there was removed.",
                    place=self._frontier.size,
                )
                name_misfits(self._misfits, self._report)
                return
        name_misfits(self._misfits, self._report)
        if self._roots_fit and self._proven < self._report.entries:
            self._report.add(
                f"{self._report.entries - self._proven} entries at the end of the book are not covered by a signed "
                "checkpoint: they were added by something else than the sequencer.",
                place=self._proven,
            )
        self._check_end()

    def _batches(self) -> Iterator[list[Placed]]:
        start = 0
        while True:
            self._cursor.execute(_PLACED, [str(self._force_id), start])
            rows = self._cursor.fetchall()
            yield [
                Placed(
                    seq, entry_id, bytes(leaf), form,
                    bytes(parts) if parts is not None else None,
                    line.encode() if line is not None else None,
                )
                for seq, entry_id, leaf, form, parts, line in rows
            ]  # fmt: skip
            if len(rows) < BATCH:
                return
            start = rows[-1][0] + 1

    def _take(self, batch: list[Placed]) -> None:
        self._misfits += [
            one for one in batch if one.line is None or leaf_of(one.line, one.form, one.parts) != one.leaf
        ]
        self._check_order(batch)
        begin = self._frontier.size
        for size in self._sizes_within(begin, begin + len(batch)):
            self._append(batch[self._frontier.size - begin : size - begin])
            self._compare(size)
        self._append(batch[self._frontier.size - begin :])
        self._last = batch[-1] if batch else self._last
        self._report.entries = self._frontier.size

    def _sizes_within(self, begin: int, end: int) -> list[int]:
        return self._sizes[bisect_right(self._sizes, begin) : bisect_right(self._sizes, end)]

    def _append(self, placed: Sequence[Placed]) -> None:
        self._frontier = self._frontier.appended(one.leaf for one in placed)

    def _compare(self, size: int) -> None:
        for one in self._signed.pop(size):
            if self._roots_fit and one.checkpoint.root != self._frontier.root():
                self._roots_fit = False
                self._report.add(_rewritten(self._proven, size, one), place=self._proven)
            if self._roots_fit:
                self._report.verified_to = one.checkpoint.at
                self._proven = size

    def _check_order(self, batch: list[Placed]) -> None:
        row = [self._last, *batch] if self._last is not None else batch
        for before, one in pairwise(row):
            # Numbers go up within one step of the sequencer; a slow transaction may bring a lower one later.
            if one.entry_id < before.entry_id and one.seq not in self._borders:
                self._report.add(
                    f"Entries {one.entry_id} and {before.entry_id} stand in the wrong order "
                    f"(places {before.seq} and {one.seq}).",
                    place=before.seq,
                    entry_id=one.entry_id,
                )
        there = [one for one in row if one.line is not None]
        for at, before_text, after_text in steps_back([one.line[AT] for one in there if one.line]):
            if not self._explains(after_text):
                self._report.add(
                    f"{there[at].named} says it was written then, but stands behind an entry of "
                    f"{before_text[:19].replace('T', ' ')} UTC: it was dated back or inserted later.",
                    place=there[at].seq,
                    entry_id=there[at].entry_id,
                )

    def _check_end(self) -> None:
        """Every signed size that the walk did not come by lies beyond the end of the book."""
        end = self._report.entries
        beyond = [one for size in sorted(self._signed) for one in self._signed[size] if size > end]
        if beyond:
            last = beyond[-1]
            where = "A checkpoint kept outside the database" if last.outside else "A signed checkpoint"
            self._report.add(
                f"{where} of {last.when} covers {last.checkpoint.size} entries, but the book ends "
                f"after {end}: entries were removed from its end, or the database was rolled back.",
                place=end,
            )


def _check_unplaced(cursor: Any, force_id: UUID, horizon: int, report: Report) -> None:
    cursor.execute(_UNPLACED, [horizon, str(force_id)])
    for entry_id, at, username, action, was_passed in cursor.fetchall():
        if was_passed:
            report.add(
                f"Entry {entry_id} ({action} by {username}, {at:%d %b %Y %H:%M:%S %Z}) was inserted behind the "
                "sequencer's back: it has no place in the book, although its time is long past.",
                entry_id=entry_id,
            )
        else:
            report.waiting += 1


def _rewritten(proven: int, size: int, signed: Signed) -> str:
    where = "kept outside the database" if signed.outside else "signed"
    return (
        f"Between places {proven} and {size - 1} the book was rewritten: entries and leaves fit each other, "
        f"but not the checkpoint {where} at {signed.when}."
    )
