"""Remembers how the last verification of a book came out, for the badge above the audit log."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.core.cache import cache

from accounts.audit.checking import verify_force
from accounts.audit.notes import BadNote, Checkpoint
from accounts.models import AuditCheckpoint, AuditHalt, Force
from hqdash.base import clock

# Verifying may take one part in fifty of the time, however long the book has become.
PATIENCE = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about a book: how far it is signed, and how far it was verified."""

    signed_to: datetime | None = None
    signed_entries: int = 0
    verified_to: datetime | None = None
    verified_entries: int = 0
    checked_at: datetime | None = None
    took: float = 0.0
    breaks: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_broken(self) -> bool:
        return bool(self.breaks)


def standing_of(force_id: UUID) -> Standing:
    """How the book of a force stands, without going through it again."""
    standing: Standing = cache.get(_key(force_id)) or Standing()
    stop = AuditHalt.objects.filter(accepted_at=None).values_list("sentence", flat=True).first()
    if stop:
        standing = replace(standing, breaks=(stop, *(one for one in standing.breaks if one != stop)))
    last = AuditCheckpoint.objects.order_by("-size").values_list("size", "note").first()
    if last is None:
        return standing
    try:
        # The text above the signature; whether the signature fits is for the verification to say.
        signed_to = Checkpoint.from_text(last[1].partition("\n\n")[0] + "\n").at
    except BadNote:
        return replace(standing, breaks=("The last checkpoint is not readable.", *standing.breaks))
    return replace(standing, signed_to=signed_to, signed_entries=last[0])


def verify_and_remember(force: Force) -> Standing:
    """Go through the whole book of a force and remember what came out."""
    began = time.monotonic()
    report = verify_force(force)
    standing = Standing(
        verified_to=report.verified_to,
        verified_entries=report.entries,
        checked_at=clock.now(),
        took=time.monotonic() - began,
        breaks=tuple(problem.sentence for problem in report.problems),
        remarks=tuple(report.remarks[-5:]),
    )
    # Only a remembrance: when the cache is emptied, the next verification fills it again.
    cache.set(_key(force.pk), standing, timeout=None)
    return standing


def is_due(force_id: UUID) -> bool:
    """Whether the book may be gone through again by itself."""
    standing: Standing | None = cache.get(_key(force_id))
    if standing is None or standing.checked_at is None:
        return True
    return (clock.now() - standing.checked_at).total_seconds() > max(30.0, PATIENCE * standing.took)


def _key(force_id: UUID) -> str:
    return f"book:{force_id}"
