"""What people do with the audit log: reading and verifying it are acts of their own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audit.reading import Wanted, entries_by_id, find, leaves_of, one_entry
from accounts.audit.reading_log import note_read
from accounts.audit.standing import Standing, verify_and_remember
from accounts.audited import BOOK_EXPORTED, BOOK_READ, BOOK_VERIFIED
from accounts.models import AuditEntry, Force
from accounts.permissions import VIEW_AUDIT
from accounts.vault.key_files import KeyFileMissing
from hqdash.base.actor import Actor
from hqdash.base.errors import Missing, Unprocessable

MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class Shown:
    """Some lines, each with its place and whether it is what was signed; and where older ones begin."""

    entries: list[AuditEntry]
    leaves: dict[int, tuple[int, bool]]
    next: int | None


def read_page(
    *, actor: Actor, force: Force, wanted: Wanted, before: int | None = None, size: int = 50
) -> Shown:
    """The newest lines that fit the filters; that somebody looked for them is a line itself.

    Raises:
        NotAllowed: the actor may not read the audit log.
        Unprocessable: a filter is not what it should be.
    """
    require(actor, VIEW_AUDIT)
    ids = find(actor, wanted, zone=force.zone, before=before, most=size + 1)
    entries = entries_by_id(ids[:size])
    leaves = leaves_of(entries)
    if before is None:
        note_read(actor, BOOK_READ, filters=wanted.given())
    return Shown(entries, leaves, ids[size - 1] if len(ids) > size else None)


def read_entry(*, actor: Actor, entry_id: int) -> AuditEntry:
    """One line, for somebody who may read it; reading it is recorded.

    Raises:
        Missing: there is no such line, or it is not for this actor.
    """
    require(actor, VIEW_AUDIT)
    entry = one_entry(actor, entry_id) if 0 <= entry_id < 2**63 else None
    if entry is None:
        raise Missing(_("There is no such entry in the audit log."))
    note_read(actor, BOOK_READ, entry=entry_id)
    return entry


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
def export_table(*, actor: Actor, force: Force, wanted: Wanted) -> Shown:
    """The lines that somebody takes away as a table, newest first."""
    require(actor, VIEW_AUDIT)
    entries = entries_by_id(find(actor, wanted, zone=force.zone, most=MOST_EXPORTED))
    leaves = leaves_of(entries)
    record(actor, BOOK_EXPORTED, force, lines=len(entries), filters=wanted.given(), kind="table")
    return Shown(entries, leaves, None)
