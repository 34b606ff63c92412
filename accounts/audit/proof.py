"""Shows that one entry stands at its place, by the first signed checkpoint that covers it.

The checkpoint before it has left the roots of all that stood there then; with the leaves that came since, the
root that was signed can be made again. So a proof costs as much in a book of a million entries as in a short one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.audit.checking import book_verifier
from accounts.audit.entry import LINE, leaf_of
from accounts.audit.hqdash_verify import is_included
from accounts.audit.notes import BadNote, Checkpoint
from accounts.audit.tree import Frontier, hash_pair
from accounts.models import AuditCheckpoint, AuditEntry, AuditLeaf
from accounts.vault.key_files import KeyFileMissing

_LINE = f"SELECT {LINE} FROM accounts_auditentry AS e WHERE e.id = %s"


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an entry stands, what leads from it to a signed root, and whether it does."""

    place: int
    leaf: bytes
    format: int
    size: int
    root: bytes
    hashes: tuple[bytes, ...]
    note: str
    signed_at: datetime | None
    is_altered: bool
    is_proven: bool
    line: str

    @property
    def leaf_hex(self) -> str:
        """The leaf as letters."""
        return self.leaf.hex()

    @property
    def root_hex(self) -> str:
        """The root as letters."""
        return self.root.hex()


def proof_of(entry: AuditEntry, *, slug: str) -> Proof | None:
    """The proof of an entry; None while it waits for its place."""
    leaf = AuditLeaf.objects.filter(entry_id=entry.pk).first()
    if leaf is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_LINE, [entry.pk])
        line: str = cursor.fetchone()[0]
    parts = bytes(leaf.parts) if leaf.parts is not None else None
    is_altered = leaf_of(line.encode(), leaf.format, parts) != bytes(leaf.leaf_hash)
    covering = AuditCheckpoint.objects.filter(size__gt=leaf.seq).order_by("size").first()
    before = AuditCheckpoint.objects.filter(size__lte=leaf.seq).order_by("-size").first()
    if covering is None:
        return Proof(
            leaf.seq, bytes(leaf.leaf_hash), leaf.format, 0, b"", (), "", None, is_altered, False, line
        )
    frontier = Frontier.from_bytes(before.size, bytes(before.frontier)) if before else Frontier()
    since = AuditLeaf.objects.filter(seq__gte=frontier.size, seq__lt=covering.size).order_by("seq")
    leaves = [bytes(one) for one in since.values_list("leaf_hash", flat=True)]
    complete = len(leaves) == covering.size - frontier.size
    hashes = path_to_root(frontier, leaves, leaf.seq) if complete else []
    signed = _signed(covering.note, slug)
    root = signed.root if signed else bytes(covering.root)
    fits = is_included(bytes(leaf.leaf_hash), leaf.seq, covering.size, hashes, root)
    return Proof(
        leaf.seq, bytes(leaf.leaf_hash), leaf.format, covering.size, root, tuple(hashes), covering.note,
        signed.at if signed else None, is_altered,
        signed is not None and signed.size == covering.size and fits and not is_altered, line,
    )  # fmt: skip


def path_to_root(frontier: Frontier, leaves: Sequence[bytes], place: int) -> list[bytes]:
    """The proof of a place behind ``frontier``, given the leaves that were appended to it."""
    peaks: dict[tuple[int, int], bytes] = {}
    start = 0
    for bit, peak in zip(_bits(frontier.size), frontier.peaks, strict=True):
        peaks[start, start + (1 << bit)] = peak
        start += 1 << bit
    return _path(peaks, frontier.size, leaves, 0, frontier.size + len(leaves), place)


def _bits(size: int) -> list[int]:
    return [bit for bit in range(size.bit_length() - 1, -1, -1) if size >> bit & 1]


def _path(
    peaks: Mapping[tuple[int, int], bytes],
    begin: int,
    leaves: Sequence[bytes],
    low: int,
    high: int,
    place: int,
) -> list[bytes]:
    if high - low == 1:
        return []
    middle = low + (1 << (high - low - 1).bit_length() - 1)
    if place < middle:
        return [*_path(peaks, begin, leaves, low, middle, place), _root(peaks, begin, leaves, middle, high)]
    return [*_path(peaks, begin, leaves, middle, high, place), _root(peaks, begin, leaves, low, middle)]


def _root(
    peaks: Mapping[tuple[int, int], bytes], begin: int, leaves: Sequence[bytes], low: int, high: int
) -> bytes:
    if (low, high) in peaks:
        return peaks[low, high]
    if high - low == 1:
        return leaves[low - begin]
    middle = low + (1 << (high - low - 1).bit_length() - 1)
    return hash_pair(_root(peaks, begin, leaves, low, middle), _root(peaks, begin, leaves, middle, high))


def _signed(note: str, slug: str) -> Checkpoint | None:
    try:
        checkpoint = Checkpoint.from_text(book_verifier(slug).opened(note))
    except (BadNote, KeyFileMissing):
        return None
    return checkpoint
