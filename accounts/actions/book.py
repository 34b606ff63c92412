"""What people do with the audit log: reading, verifying and exporting it are acts of their own."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audit.reading import Wanted, entries_for, leaves_of
from accounts.audit.standing import Standing, verify_and_remember
from accounts.audited import BOOK_EXPORTED, BOOK_READ, BOOK_VERIFIED
from accounts.models import AuditEntry, Force
from accounts.permissions import VIEW_AUDIT
from accounts.vault.key_files import KeyFileMissing
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable

MOST_EXPORTED = 50_000


def note_reading(*, actor: Actor, wanted: Wanted) -> None:
    """Let the book know that it was read, and what was looked for."""
    record(actor, BOOK_READ, filters=wanted.given())


def verify_now(*, actor: Actor, force: Force) -> Standing:
    """Go through the whole book because somebody asked.

    Raises:
        Unprocessable: the key to check it with cannot be reached from here.
    """
    require(actor, VIEW_AUDIT)
    try:
        standing = verify_and_remember(force)
    except KeyFileMissing as missing:
        raise Unprocessable(str(missing)) from None
    record(
        actor,
        BOOK_VERIFIED,
        force,
        entries=standing.verified_entries,
        outcome="broken" if standing.is_broken else "intact",
    )
    return standing


@transaction.atomic
def export_lines(
    *, actor: Actor, force: Force, wanted: Wanted
) -> Iterator[tuple[AuditEntry, int | None, bool]]:
    """The lines that somebody takes away, newest first, each with its place and whether it is intact."""
    require(actor, VIEW_AUDIT)
    entries = list(entries_for(actor, wanted, zone=force.zone).order_by("-id")[:MOST_EXPORTED])
    leaves = leaves_of(entries)
    record(actor, BOOK_EXPORTED, force, lines=len(entries), filters=wanted.given())
    return ((entry, *leaves.get(entry.pk, (None, True))) for entry in entries)
