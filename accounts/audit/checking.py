"""Verifies the book of a force as it lies in this installation: its database, its key, its kept checkpoints."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from accounts.audit.anchors import Anchors
from accounts.audit.notes import Verifier, origin_of
from accounts.audit.verify import Report, verify_book
from accounts.models import Force
from accounts.vault.key_files import book_key
from hqdash.base.tenancy import acting_for


def anchors(*, every: float = 10.0) -> Anchors:
    """The folder in which this installation keeps its checkpoints outside the database."""
    return Anchors(checkpoint_folder(), every=every)


def checkpoint_folder() -> Path:
    """Where the checkpoints are kept, unless the administrator has named another place."""
    return Path(os.environ.get("HQDASH_CHECKPOINTS") or Path(settings.HOME) / "checkpoints")


def verify_force(
    force: Force, *, verifier: Verifier | None = None, outside: Sequence[str] | None = None
) -> Report:
    """Check the book of a force; with a key and checkpoints that an auditor brings along, or with ours.

    Raises:
        KeyFileMissing: neither the folder of checkpoints nor the book's key can be reached from here.
    """
    kept = anchors()
    key = verifier or book_verifier(force.slug)
    # Read before the database is: the sequencer goes on meanwhile, and what is kept outside must not be
    # newer than the book that it is compared with.
    notes = kept.notes(force.slug) if outside is None else outside
    with one_moment(), acting_for(force.pk), connection.cursor() as cursor:
        return verify_book(cursor, force_id=force.pk, slug=force.slug, verifier=key, outside=notes)


def book_verifier(slug: str) -> Verifier:
    """The public key of a force's book.

    Raises:
        KeyFileMissing: neither the folder of checkpoints nor the book's key can be reached from here.
    """
    return anchors().verifier(slug) or Verifier(origin_of(slug), book_key().public_key())


@contextmanager
def one_moment() -> Iterator[None]:
    """Everything read inside the block is the database of one moment, however much is written meanwhile."""
    begins = not connection.in_atomic_block
    with transaction.atomic():
        if begins:
            # By the driver's own cursor: this has to be the first statement, before any signed context.
            with connection.connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
