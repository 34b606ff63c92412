"""Notices that the clock of the database jumped, so that the book itself says so.

Entries keep the time that the database had, and their order is that of their places. A clock that was set back
would make honest entries look dated back; with the jump written down, the verifier states it instead.
"""

from __future__ import annotations

import json
import secrets
import time
from datetime import datetime, timedelta
from typing import Any

JUMP = timedelta(seconds=5)
SLOW = 2.0
_RECORD = """
INSERT INTO accounts_auditentry (force_id, action, username, kind, session, address, object_type, object_id,
    object_label, unit_name, channel_name, reason, details, salt)
VALUES (%s, 'clock.jumped', 'system', 'clock', '', '', '', '', '', '', '', '', %s, %s)
"""


class ClockWatch:
    """Compares the database's clock with one that nobody can set."""

    def __init__(self) -> None:
        self._last: tuple[datetime, float] | None = None

    def look(self, cursor: Any) -> None:
        """Write a jump since the last look into the book of every force."""
        before = _steady()
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
        after = _steady()
        if after - before > SLOW:
            # The answer took so long that nothing can be said; the next look compares with the last good one.
            return
        moment = (before + after) / 2
        if self._last is not None:
            expected = self._last[0] + timedelta(seconds=moment - self._last[1])
            if abs(now - expected) > JUMP:
                self._record(cursor, expected, now)
        self._last = (now, moment)

    def _record(self, cursor: Any, expected: datetime, now: datetime) -> None:
        details = {
            "before": expected.isoformat(timespec="seconds"),
            "after": now.isoformat(timespec="seconds"),
            "seconds": round((now - expected).total_seconds()),
        }
        cursor.execute("SELECT id FROM accounts_force")
        for (force_id,) in cursor.fetchall():
            cursor.execute(_RECORD, [str(force_id), json.dumps(details), secrets.token_bytes(32)])


def _steady() -> float:
    # Goes on while the machine sleeps, where the system has such a clock: sleep is no jump.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
