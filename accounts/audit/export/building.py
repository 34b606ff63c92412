"""Fills the zip of an export: the whole book to a checkpoint, or some of its entries with their proofs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from accounts.audit.export.archive import ExportFile
from accounts.audit.export.proofs import CHUNK, Proofs
from accounts.audit.export.readme import readme_of
from accounts.audit.export.rows import (
    entries_between,
    in_chunks,
    leaves_between,
    places_of,
    selected_row,
    some_entries,
    whole_row,
)
from accounts.audit.hqdash_verify import CHECKPOINTS, gap_of
from accounts.audit.notes import Checkpoint, Verifier

MOST_CHECKPOINTS = 500
_LAST = "SELECT note FROM accounts_auditcheckpoint WHERE force_id = %s ORDER BY size DESC LIMIT 1"
_NOTES = """
SELECT note FROM (
    SELECT note, size, row_number() OVER (ORDER BY size) AS number, count(*) OVER () AS many
    FROM accounts_auditcheckpoint WHERE force_id = %s AND size <= %s
) AS numbered WHERE size = %s OR number %% (many / %s + 1) = 0 ORDER BY size
"""
_TOLD = """
SELECT l.seq, e.action, e.at, e.details FROM accounts_auditentry AS e
JOIN accounts_auditleaf AS l ON l.force_id = e.force_id AND l.entry_id = e.id
WHERE e.force_id = %s AND e.action IN ('clock.jumped', 'book.restore_accepted') AND l.seq < %s ORDER BY l.seq
"""

Tell = Callable[[int, int], None]


class NothingSigned(Exception):
    """There is no checkpoint yet that an export could lead to."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported, for whom and why. Without entries: the whole book."""

    force_id: UUID
    slug: str
    name: str
    by: str
    at: str
    reason: str
    filters: dict[str, str]
    without: Sequence[str]
    entry_ids: Sequence[int] | None


@dataclass(frozen=True, slots=True)
class Built:
    """What came out, up to the signature."""

    manifest_sha256: str
    entries: int
    size: int


def build(cursor: Any, order: Order, path: Path, *, verifier: Verifier, tell: Tell) -> Built:
    """Write everything but the signature. What has its place in the book never changes, so this may take its time.

    Raises:
        NothingSigned: the book has no checkpoint yet.
    """
    cursor.execute(_LAST, [str(order.force_id)])
    row = cursor.fetchone()
    if row is None:
        raise NothingSigned
    checkpoint = Checkpoint.from_text(row[0].partition("\n\n")[0] + "\n")
    file = ExportFile(path)
    try:
        if order.entry_ids is None:
            count = _whole(cursor, file, order, checkpoint.size, tell)
        else:
            count = _selection(cursor, file, order, checkpoint.size, tell)
        manifest = _manifest(cursor, order, checkpoint, count)
        readme = readme_of(manifest, verifier)
        sha256 = file.finish(manifest, key=verifier.as_text(), readme=readme)
    except BaseException:
        file.give_up()
        raise
    return Built(sha256, count, checkpoint.size)


def _whole(cursor: Any, file: ExportFile, order: Order, size: int, tell: Tell) -> int:
    for number, start in enumerate(range(0, size, CHUNK)):
        placed = entries_between(cursor, order.force_id, start, min(start + CHUNK, size))
        file.add(f"entries/{number:06}.rows", b"".join(map(whole_row, placed)), rows=len(placed))
        file.add(f"leaves/{number:06}.bin", b"".join(one[1] for one in placed))
        tell(start + len(placed), size)
    cursor.execute(_NOTES, [str(order.force_id), size, size, MOST_CHECKPOINTS])
    file.add(CHECKPOINTS, "".join(note for (note,) in cursor.fetchall()).encode())
    return size


def _selection(cursor: Any, file: ExportFile, order: Order, size: int, tell: Tell) -> int:
    places = places_of(cursor, order.force_id, order.entry_ids or (), size)
    by_chunk: dict[int, list[int]] = {}
    for place in places:
        by_chunk.setdefault(place // CHUNK, []).append(place)
    proofs = Proofs()
    for number, start in enumerate(range(0, size, CHUNK)):
        leaves = leaves_between(cursor, order.force_id, start, min(start + CHUNK, size))
        proofs.take(leaves, by_chunk.get(number, ()))
        tell(start // 2, size)
    written = 0
    for number, some in enumerate(in_chunks(places)):
        rows = [
            selected_row(one, proofs.proof(one[0]), order.without)
            for one in some_entries(cursor, order.force_id, some)
        ]
        file.add(f"entries/{number:06}.rows", b"".join(rows), rows=len(rows))
        written += len(rows)
        tell(size // 2 + size * written // (2 * len(places)), size)
    file.add("places.bin", b"".join(place.to_bytes(8, "big") for place in places))
    cursor.execute(_NOTES, [str(order.force_id), size, size, 1])
    file.add(CHECKPOINTS, "".join(note for (note,) in cursor.fetchall()).encode())
    return written


def _manifest(cursor: Any, order: Order, checkpoint: Checkpoint, count: int) -> dict[str, Any]:
    cursor.execute(_TOLD, [str(order.force_id), checkpoint.size])
    told = cursor.fetchall()
    kind = "whole" if order.entry_ids is None else "redacted" if order.without else "selection"
    return {
        "kind": kind,
        "force": {"slug": order.slug, "name": order.name},
        "exported_by": order.by,
        "exported_at": order.at,
        "reason": order.reason,
        "filters": order.filters,
        "without": sorted(order.without),
        "entries": count,
        "chunk": CHUNK,
        "checkpoint": {
            "size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "at": checkpoint.at.isoformat(),
        },
        "told": [place for place, *_rest in told],
        "gaps": [
            gap
            for _place, action, at, details in told
            for gap in gap_of({"action": action, "at": at.isoformat(), "details": details})
        ],
    }
