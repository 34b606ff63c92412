"""The vault's round: whatever is due and whatever a lost bell left lying is found here every few seconds."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import connection

from accounts.actions.bells import ring_connecting, ring_errand, ring_renewal
from accounts.actions.ending import ending_soon, tidy_connections, warn
from accounts.actions.renewing import due_renewals
from hqdash.base.tenancy import across_forces, acting_for

log = logging.getLogger(__name__)

MOST_AT_ONCE = 200
_LEFT_LYING = """
SELECT force_id, id FROM accounts_connecting
WHERE state IN ('received', 'exchanged', 'chosen') AND due_at <= clock_timestamp()
    AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
ORDER BY due_at LIMIT %s
"""
_ERRANDS = """
SELECT force_id, id FROM accounts_errand
WHERE state = 'asked' AND attempts < 5 AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
ORDER BY asked_at LIMIT %s
"""
_OPEN_WALKS = """
SELECT DISTINCT force_id FROM accounts_connecting
WHERE state IN ('started', 'choosing', 'failed') AND started_at < %s - interval '1 hour'
"""


def look_after(*, now: datetime) -> None:
    """Ring for what is due, warn of what ends soon, and tidy up."""
    with across_forces(reason="what is due for the vault, of any force"):
        renewals = due_renewals(most=MOST_AT_ONCE)
        connections, errands = _rows(_LEFT_LYING), _rows(_ERRANDS)
        ending = ending_soon(most=MOST_AT_ONCE)
        with connection.cursor() as cursor:
            cursor.execute(_OPEN_WALKS, [now])
            untidy = [row[0] for row in cursor.fetchall()]
    for force_id, channel_id in renewals:
        ring_renewal(force_id, channel_id)
    for force_id, connecting_id in connections:
        ring_connecting(force_id, connecting_id)
    for force_id, errand_id in errands:
        ring_errand(force_id, errand_id)
    for about in ending:
        with acting_for(about.force_id):
            warn(about=about)
    for force_id in untidy:
        with acting_for(force_id):
            tidy_connections(now=now)


def _rows(statement: str) -> list[tuple[UUID, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [MOST_AT_ONCE])
        return [(force_id, row_id) for force_id, row_id in cursor.fetchall()]
