"""Reads the entries of an export out of the database, in the exact bytes that are handed out."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from accounts.audit.entry import LINE, disclosed
from accounts.audit.export.proofs import CHUNK
from accounts.audit.hqdash_verify import canonical

Placed = tuple[int, bytes, int, bytes | None, bytes]
"""Place, leaf, format, hash over the parts, line."""

_ENTRIES = f"""
SELECT l.seq, l.leaf_hash, l.format, l.parts, {LINE}, l.entry_id FROM accounts_auditleaf AS l
LEFT JOIN accounts_auditentry AS e ON e.force_id = l.force_id AND e.id = l.entry_id
WHERE l.force_id = %s AND l.seq >= %s AND l.seq < %s ORDER BY l.seq
"""
_SOME = f"""
SELECT l.seq, l.leaf_hash, l.format, l.parts, {LINE}, l.entry_id FROM accounts_auditleaf AS l
JOIN accounts_auditentry AS e ON e.force_id = l.force_id AND e.id = l.entry_id
WHERE l.force_id = %s AND l.seq = ANY(%s) ORDER BY l.seq
"""
_LEAVES = (
    "SELECT leaf_hash FROM accounts_auditleaf WHERE force_id = %s AND seq >= %s AND seq < %s ORDER BY seq"
)
_PLACES = "SELECT seq FROM accounts_auditleaf WHERE force_id = %s AND entry_id = ANY(%s) AND seq < %s"


def entries_between(cursor: Any, force_id: UUID, start: int, end: int) -> list[Placed]:
    """The entries from one place to another; what was torn out leaves a row that fits no leaf, as it should."""
    cursor.execute(_ENTRIES, [str(force_id), start, end])
    found = {row[0]: _placed(row) for row in cursor.fetchall()}
    return [found.get(seq) or (seq, bytes(32), 1, None, b'{"missing":true}') for seq in range(start, end)]


def some_entries(cursor: Any, force_id: UUID, places: Sequence[int]) -> list[Placed]:
    """The entries at these places."""
    cursor.execute(_SOME, [str(force_id), list(places)])
    return [_placed(row) for row in cursor.fetchall()]


def leaves_between(cursor: Any, force_id: UUID, start: int, end: int) -> list[bytes]:
    """The leaves from one place to another."""
    cursor.execute(_LEAVES, [str(force_id), start, end])
    return [bytes(leaf) for (leaf,) in cursor.fetchall()]


def places_of(cursor: Any, force_id: UUID, entry_ids: Sequence[int], size: int) -> list[int]:
    """Where these entries stand, in order; without those that no checkpoint covers yet."""
    places: list[int] = []
    for at in range(0, len(entry_ids), CHUNK):
        cursor.execute(_PLACES, [str(force_id), list(entry_ids[at : at + CHUNK]), size])
        places += [place for (place,) in cursor.fetchall()]
    return sorted(places)


def whole_row(placed: Placed) -> bytes:
    """The row of an entry in an export of everything."""
    _place, _leaf, form, parts, line = placed
    return b"%b\t%b\n" % (line, b"-" if form == 1 or parts is None else parts.hex().encode())


def selected_row(placed: Placed, proof: Sequence[bytes], without: Collection[str]) -> bytes:
    """The row of an entry in a selection: it carries its own way to the root."""
    place, _leaf, form, _parts, line = placed
    path = base64.b64encode(b"".join(proof))
    if without:
        copy = canonical(disclosed(line, form, without=frozenset(without)))
        return b"%b\t%d\t%b\n" % (copy.encode(), place, path)
    return b"%b\t%d\t%b\n" % (whole_row(placed)[:-1], place, path)


def in_chunks(places: Sequence[int]) -> Iterator[list[int]]:
    """The places file by file."""
    for at in range(0, len(places), CHUNK):
        yield list(places[at : at + CHUNK])


def _placed(row: Sequence[Any]) -> Placed:
    seq, leaf, form, parts, line, entry_id = row
    there = line.encode() if line is not None else b'{"id":%d,"missing":true}' % entry_id
    return seq, bytes(leaf), form, bytes(parts) if parts is not None else None, there
