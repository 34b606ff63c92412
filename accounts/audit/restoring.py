"""Lets a stopped book go on after a restore, in two steps: first what is lost is shown, then it is accepted."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from uuid import UUID

import psycopg2
from django.conf import settings

from accounts.audit.continuity import accept, open_stop


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it, in words."""

    sentence: str
    is_accepted: bool = False


def accept_restore(force_id: UUID, *, reason: str, code: str, database_url: str = "") -> Outcome:
    """Show what would be lost and the code for that; with the code and a reason, let the book go on.

    With the sequencer's login: the web may not do this, and nobody signed in to it can.
    """
    connection = psycopg2.connect(database_url or settings.DATABASE_URL_OPENER, connect_timeout=3)
    try:
        with connection, connection.cursor() as cursor:
            stop = open_stop(cursor, force_id)
            if stop is None:
                return Outcome("The audit log is not stopped; there is nothing to accept.", is_accepted=True)
            if not code:
                return Outcome(
                    f"{stop.sentence}\n"
                    f"If the database was restored on purpose, {stop.lost:,} signed entries (places {stop.size:,} to "
                    f"{max(stop.size, stop.kept_size - 1):,}) are lost for good. This will stand in the log for ever, "
                    "with your name and reason.\n"
                    f"To accept that, run this again with --reason and --confirm {stop.code}"
                )
            if code != stop.code:
                return Outcome(f"The code does not fit what would be lost; for that it is {stop.code}.")
            if not reason.strip():
                return Outcome("Say with --reason why the database was restored.")
            accept(
                cursor, force_id, stop, by=f"{getpass.getuser()} at the command line", reason=reason.strip()
            )
            return Outcome(
                f"Accepted. The log goes on behind place {stop.size - 1:,}; the loss of {stop.lost:,} entries is "
                "written into it.",
                is_accepted=True,
            )
    finally:
        connection.close()
