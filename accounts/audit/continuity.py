"""Notices that a database does not go on from where the signatures outside of it ended.

A database that was restored from yesterday looks sound in itself: only what left the house knows that there was
more. The sequencer compares at its start and at every step, and does not sign past a fork until a person has
said, in the book itself, that entries are lost and why.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.audit.notes import BadNote, Checkpoint, Verifier

_ROOT_AT = "SELECT root FROM accounts_auditcheckpoint WHERE force_id = %s AND size = %s"
_ACCEPTED = """
SELECT kept_size, kept_root, size, accepted_at FROM accounts_audithalt
WHERE force_id = %s AND accepted_at IS NOT NULL
"""
_HALT = """
INSERT INTO accounts_audithalt (id, force_id, sentence, kept_size, kept_root, kept_at, size)
VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s)
ON CONFLICT (force_id, kept_root, size) WHERE accepted_at IS NULL DO NOTHING
"""
_OPEN = """
SELECT h.id, h.sentence, h.kept_size, h.kept_root, h.kept_at, h.size FROM accounts_audithalt AS h
WHERE h.force_id = %s AND h.accepted_at IS NULL ORDER BY h.noticed_at DESC
"""
_ACCEPT = """
UPDATE accounts_audithalt SET accepted_at = clock_timestamp(), accepted_by_name = %s, reason = %s
WHERE force_id = %s AND accepted_at IS NULL
"""
_RECORD = """
INSERT INTO accounts_auditentry (force_id, action, username, kind, session, address, object_type, object_id,
    object_label, unit_name, channel_name, reason, details, salt)
VALUES (%s, 'book.restore_accepted', %s, 'person', '', '', 'accounts.audithalt', %s, '', '', '', %s,
    jsonb_build_object('from', %s::bigint, 'to', %s::bigint, 'lost', %s::bigint, 'signed_at', %s::text,
                       'kept_root', %s::text), %s)
"""


class BookForked(Exception):
    """The database is not the one that the signatures outside were made over."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a book is not continued, and what would be lost if it were."""

    id: UUID
    sentence: str
    kept_size: int
    kept_root: bytes
    kept_at: datetime
    size: int

    @property
    def code(self) -> str:
        """What has to be repeated to accept exactly this loss and no other."""
        return self.kept_root.hex()[:8]

    @property
    def lost(self) -> int:
        """How many signed entries are not in this database."""
        return max(0, self.kept_size - self.size)


def newest_kept(notes: Sequence[str], verifier: Verifier) -> Checkpoint | None:
    """The newest checkpoint outside that was really signed; what somebody else put there does not count."""
    for note in reversed(notes):
        try:
            checkpoint = Checkpoint.from_text(verifier.opened(note))
        except BadNote:
            continue
        if checkpoint.origin == verifier.name:
            return checkpoint
    return None


def check_goes_on(
    cursor: Any,
    force_id: UUID,
    size: int,
    kept: Checkpoint | None,
    *,
    earlier: Callable[[], Sequence[Checkpoint]] = tuple,
) -> None:
    """Compare the end of the database with the newest signature outside; ``earlier`` are those before it.

    Raises:
        BookForked: with the sentence that people read; nothing may be signed.
    """
    if kept is None:
        return
    sentence, common = "", size
    when = f"{kept.at:%d %b %Y %H:%M:%S %Z}".strip()
    if kept.size > size:
        sentence = (
            f"The database ends after {size:,} entries, but a checkpoint kept outside covers {kept.size:,}, signed on "
            f"{when}: {kept.size - size:,} entries are missing. The database was restored from an earlier state, or "
            "entries were removed."
        )
    elif not _stands_in(cursor, force_id, kept):
        common = max((one.size for one in earlier() if _stands_in(cursor, force_id, one)), default=0)
        sentence = (
            f"The first {kept.size:,} entries of the database are not those that were signed on {when} and kept "
            f"outside: behind the first {common:,} another history was written in their place."
        )
    if not sentence:
        return
    cursor.execute(_ACCEPTED, [str(force_id)])
    if any(
        bytes(root) == kept.root or (begin < kept.size <= end and kept.at <= at)
        for end, root, begin, at in cursor.fetchall()
    ):
        return
    cursor.execute(_HALT, [str(force_id), sentence, kept.size, kept.root, kept.at, common])
    raise BookForked(sentence)


def _stands_in(cursor: Any, force_id: UUID, checkpoint: Checkpoint) -> bool:
    cursor.execute(_ROOT_AT, [str(force_id), checkpoint.size])
    row = cursor.fetchone()
    return row is not None and bytes(row[0]) == checkpoint.root


def all_kept(notes: Sequence[str], verifier: Verifier) -> list[Checkpoint]:
    """Every checkpoint outside that was really signed."""
    found = []
    for note in notes:
        one = newest_kept([note], verifier)
        found += [one] if one else []
    return found


def open_stop(cursor: Any, force_id: UUID) -> Stop | None:
    """The stop that waits for somebody's word, if there is one."""
    cursor.execute(_OPEN, [str(force_id)])
    row = cursor.fetchone()
    return None if row is None else Stop(UUID(str(row[0])), row[1], row[2], bytes(row[3]), row[4], row[5])


def accept(cursor: Any, force_id: UUID, stop: Stop, *, by: str, reason: str) -> None:
    """Let the book go on; what is lost and why becomes an entry of the new chain."""
    cursor.execute(_ACCEPT, [by, reason, str(force_id)])
    cursor.execute(
        _RECORD,
        [
            str(force_id), by, str(stop.id), reason, stop.size, stop.kept_size, stop.lost,
            stop.kept_at.isoformat(), stop.kept_root.hex(), secrets.token_bytes(32),
        ],
    )  # fmt: skip
