"""The signed roots that a book must have at certain sizes: from its own database, and from outside of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.audit.notes import BadNote, Checkpoint, Verifier
from accounts.audit.report import Report

_CHECKPOINTS = """
SELECT size, root, note, horizon FROM accounts_auditcheckpoint WHERE force_id = %s ORDER BY size
"""
# A book that is written all day has a checkpoint for every second of it. All of them are compared with the
# tree; of so many signatures, each as dear as a hundred hashes, an even sample and the latest are checked.
SIGNATURES_CHECKED = 10_000
LATEST = 500


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed root that the tree must have at a size, and where it is kept."""

    checkpoint: Checkpoint
    outside: bool

    @property
    def when(self) -> str:
        """The moment of its signature."""
        return self.checkpoint.at.strftime("%d %b %Y %H:%M:%S %Z").strip()


def signed_checkpoints(
    cursor: Any, force_id: UUID, verifier: Verifier, outside: Sequence[str], report: Report
) -> tuple[dict[int, list[Signed]], int]:
    """The signed checkpoints by size, and the transaction below which every entry has its place."""
    by_size: dict[int, list[Signed]] = {}
    horizon = 0
    cursor.execute(_CHECKPOINTS, [str(force_id)])
    rows = cursor.fetchall()
    for number, (size, root, note, below) in enumerate(rows):
        horizon = below
        checkpoint = _opened(note, verifier, trusting=_is_passed_by(number, len(rows)))
        if checkpoint is None:
            report.add(f"The checkpoint over {size} entries was altered: its signature does not fit.")
        elif (checkpoint.size, checkpoint.root) != (size, bytes(root)):
            report.add(f"The checkpoint over {size} entries was altered: it was signed with other values.")
        else:
            by_size.setdefault(size, []).append(Signed(checkpoint, outside=False))
    for number, note in enumerate(outside):
        checkpoint = _opened(note, verifier, trusting=_is_passed_by(number, len(outside)))
        if checkpoint is None:
            report.add(
                f"Note {number + 1} of the checkpoints kept outside was not signed with this book's key."
            )
        else:
            by_size.setdefault(checkpoint.size, []).append(Signed(checkpoint, outside=True))
    return by_size, horizon


def _is_passed_by(number: int, of: int) -> bool:
    return number < of - LATEST and number % (of // SIGNATURES_CHECKED + 1) != 0


def _opened(note: str, verifier: Verifier, *, trusting: bool) -> Checkpoint | None:
    try:
        text = note.partition("\n\n")[0] + "\n" if trusting else verifier.opened(note)
        checkpoint = Checkpoint.from_text(text)
    except BadNote:
        return None
    # The name is part of what is signed: the checkpoint of one force does not pass for another's.
    return checkpoint if checkpoint.origin == verifier.name else None
