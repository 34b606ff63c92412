"""Django's sessions in the database, of which each ends when its person's time is up (SESSION_ENGINE)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db

ENDS = "hqdash_ends"
"""When the session ends unless something is done in it before, in seconds of the epoch."""


class SessionStore(db.SessionStore):
    """A session whose row runs out at its own moment, while the cookie goes with the browser's window.

    So an idle session is gone for everybody who asks the table, a live stream included, though no request
    of its person ever comes to find out.
    """

    def get_expiry_date(self, **more: Any) -> datetime:
        """The moment that the limits of the force give; Django's own for a session of nobody."""
        ends = self.get(ENDS)
        return datetime.fromtimestamp(ends, UTC) if ends else super().get_expiry_date(**more)
