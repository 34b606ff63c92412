"""Puts the entries of the book into one tree per force, and signs how far it has come.

The entries themselves are written by whoever acts, each in its own transaction and without waiting for
another. One sequencer follows behind: within a second it gives every finished entry its place.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg2
import psycopg2.extensions
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.audit.anchors import Anchors
from accounts.audit.clock_watch import ClockWatch
from accounts.audit.continuity import BookForked, all_kept, check_goes_on, newest_kept
from accounts.audit.entry import FORMAT, LINE, leaf_2, parts_hash
from accounts.audit.export_signing import sign_exports
from accounts.audit.notes import BadNote, Checkpoint, Signer, origin_of
from accounts.audit.tree import Frontier
from accounts.audit.witnesses import Witnesses

log = logging.getLogger(__name__)

# The session that holds this advisory lock is the sequencer: "hqsq".
_LEADER = 0x68717371
BATCH = 5_000

_FORCES = """
SELECT f.id, f.slug, coalesce(c.size, 0), coalesce(c.frontier, ''), coalesce(c.horizon, 0), c.note
FROM accounts_force AS f
LEFT JOIN LATERAL (
    SELECT size, frontier, horizon, note FROM accounts_auditcheckpoint AS k
    WHERE k.force_id = f.id ORDER BY size DESC LIMIT 1
) AS c ON true
ORDER BY f.slug
"""
# Below xmin every transaction has ended: what it wrote is visible, or never will be.
_HORIZON = """
SELECT txid_snapshot_xmin(now), txid_snapshot_xmax(now) FROM (SELECT txid_current_snapshot() AS now) AS snapshot
"""
_PENDING = f"""
SELECT e.txid, e.id, {LINE} FROM accounts_auditentry AS e
WHERE e.force_id = %s AND e.txid >= %s AND (e.txid < %s OR e.txid >= %s)
  AND NOT EXISTS (SELECT 1 FROM accounts_auditleaf AS l WHERE l.force_id = e.force_id AND l.entry_id = e.id)
ORDER BY e.txid, e.id LIMIT %s
"""
_LEAVES = """
INSERT INTO accounts_auditleaf (force_id, seq, entry_id, leaf_hash, format, parts)
SELECT %s, %s + place - 1, entry, hash, %s, parts
FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) WITH ORDINALITY AS new(entry, hash, parts, place)
"""
# For searching; what the vault opens by itself is found by account, and would only fill the index.
_WORDS = """
INSERT INTO accounts_auditwords (force, entry_id, words)
SELECT e.force_id, e.id, accounts_book_words(e) FROM accounts_auditentry AS e
WHERE e.id = ANY(%s) AND e.action <> 'vault.opened'
"""
_CHECKPOINT = """
INSERT INTO accounts_auditcheckpoint (force_id, size, root, frontier, horizon, note, at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


class BookBroken(Exception):
    """The last checkpoint is not what was signed: nothing is built on it until a person has looked."""


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the tree of one force ends."""

    force_id: UUID
    slug: str
    frontier: Frontier
    horizon: int


class Sequencer:
    """Follows the book. Any number may run; the one that holds the lock works, the others wait for it."""

    def __init__(
        self,
        *,
        database_url: str,
        key: Ed25519PrivateKey,
        anchors: Anchors,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._url = database_url
        self._key = key
        self._anchors = anchors
        self._connection: psycopg2.extensions.connection | None = None
        self._broken: set[str] = set()
        self._clock = ClockWatch()
        self._witnesses = witnesses or Witnesses()
        # The newest signature outside, read again only when its file was written to by somebody else.
        self._kept: dict[str, Checkpoint | None] = {}
        self._waits = False

    def run(self, stop: threading.Event, *, every: float = 0.5) -> None:
        """Follow until told to stop; a database that is away is waited for."""
        while not stop.is_set():
            began = time.monotonic()
            try:
                while self.run_once() >= BATCH and not stop.is_set():
                    pass
                self._waits = False
            except psycopg2.Error as error:
                # Once, not twice a second: a database that is restarted or not migrated yet is no news.
                if not self._waits:
                    log.warning("The audit log waits for its database: %s", type(error).__name__)
                self._waits = True
                self.close()
            stop.wait(max(0.0, every - (time.monotonic() - began)))

    def run_once(self) -> int:
        """Give every finished entry its place and sign the result; how many got one."""
        connection = self._leading()
        if connection is None:
            return 0
        with connection, connection.cursor() as cursor:
            self._clock.look(cursor)
            cursor.execute(_FORCES)
            rows = cursor.fetchall()
        placed = sum(self._follow(connection, row) for row in rows)
        with connection, connection.cursor() as cursor:
            sign_exports(cursor, lambda name: Signer(name, self._key))
        self._witnesses.tell(self._anchors.newest())
        return placed

    def close(self) -> None:
        """Let go of the lock."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _leading(self) -> psycopg2.extensions.connection | None:
        """The connection that holds the lock; None while another sequencer does."""
        if self._connection is None or self._connection.closed:
            connection = psycopg2.connect(self._url, connect_timeout=3, application_name="hqdash-sequencer")
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LEADER])
                ((is_leader,),) = cursor.fetchall()
            if not is_leader:
                connection.close()
                return None
            # It may be another database behind the same address: compare everything again.
            self._kept.clear()
            self._connection = connection
        return self._connection

    def _follow(self, connection: psycopg2.extensions.connection, row: Sequence[Any]) -> int:
        slug = row[1]
        try:
            tip = self._tip(row)
            self._check_goes_on(connection, tip)
        except (BookBroken, BookForked, BadNote, ValueError) as error:
            if slug not in self._broken:
                log.error("The audit log of %s is not continued: %s", slug, error)
                self._broken.add(slug)
            return 0
        self._broken.discard(slug)
        with connection, connection.cursor() as cursor:
            added, checkpoint_note = self._append(cursor, tip)
        # Only after the commit: outside must never stand more than the database has.
        note = checkpoint_note or row[5]
        self._anchors.keep(slug, note, verifier=self._signer(slug).verifier)
        if checkpoint_note:
            # What was signed last counts, also where it is not in the file yet.
            self._kept[slug] = Checkpoint.from_text(checkpoint_note.partition("\n\n")[0] + "\n")
        return added

    def _check_goes_on(self, connection: psycopg2.extensions.connection, tip: Tip) -> None:
        slug = tip.slug
        if slug not in self._kept:
            self._kept[slug] = newest_kept(self._anchors.notes(slug), self._signer(slug).verifier)
        forked: BookForked | None = None
        with connection, connection.cursor() as cursor:
            try:
                check_goes_on(
                    cursor, tip.force_id, tip.frontier.size, self._kept[slug],
                    earlier=lambda: all_kept(self._anchors.notes(slug), self._signer(slug).verifier),
                )  # fmt: skip
            except BookForked as error:
                # Raised again behind the commit: the stop has to be in the database for people to see it.
                forked = error
        if forked is not None:
            raise forked

    def _tip(self, row: Sequence[Any]) -> Tip:
        force_id, slug, size, frontier, horizon, note = row
        tip = Tip(UUID(str(force_id)), slug, Frontier.from_bytes(size, bytes(frontier)), horizon)
        if note is not None:
            signed = Checkpoint.from_text(self._signer(slug).verifier.opened(note))
            if (signed.size, signed.root) != (size, tip.frontier.root()):
                raise BookBroken("Its last checkpoint differs from what was signed.")
        return tip

    def _append(self, cursor: Any, tip: Tip) -> tuple[int, str]:
        cursor.execute(_HORIZON)
        (finished, started), *_ = cursor.fetchall()
        # A database restored into a new cluster counts its transactions from the beginning.
        restored = started < tip.horizon
        cursor.execute(
            _PENDING, [str(tip.force_id), 0 if restored else tip.horizon, finished, started, BATCH]
        )
        rows = cursor.fetchall()
        if not rows:
            return 0, ""
        lines = sorted((entry_id, line.encode()) for _txid, entry_id, line in rows)
        parts = [parts_hash(line) for _id, line in lines]
        leaves = [leaf_2(line, hashed) for (_id, line), hashed in zip(lines, parts, strict=True)]
        frontier = tip.frontier.appended(leaves)
        # With more waiting than fit into one batch, the horizon stops at the last transaction of the batch.
        reached = tip.horizon if restored else rows[-1][0]
        horizon = finished if len(rows) < BATCH else reached
        now = datetime.now(UTC)
        note = self._signer(tip.slug).signed(
            Checkpoint(origin_of(tip.slug), frontier.size, frontier.root(), now).as_text()
        )
        entry_ids = [entry_id for entry_id, _line in lines]
        cursor.execute(_LEAVES, [str(tip.force_id), tip.frontier.size, FORMAT, entry_ids, leaves, parts])
        cursor.execute(_WORDS, [entry_ids])
        cursor.execute(
            _CHECKPOINT,
            [str(tip.force_id), frontier.size, frontier.root(), frontier.as_bytes(), horizon, note, now],
        )
        return len(lines), note

    def _signer(self, slug: str) -> Signer:
        return Signer(origin_of(slug), self._key)
