"""Leases channels whose time has come to this worker; no other worker gets them meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Channel

LEASE = timedelta(seconds=60)
"""Longer than any read may take; a worker that dies delays its channels by this much and loses nothing."""

_CLAIM = """
UPDATE monitoring_poll AS poll
SET leased_until = clock_timestamp() + %s * interval '1 second', fence = poll.fence + 1
FROM (
    SELECT waiting.id
    FROM monitoring_poll AS waiting
    JOIN accounts_channel AS owner ON owner.id = waiting.channel_id
    WHERE waiting.due_at <= clock_timestamp()
      AND (waiting.leased_until IS NULL OR waiting.leased_until <= clock_timestamp())
      AND NOT EXISTS (
          SELECT 1 FROM accounts_force f WHERE f.id = waiting.force_id AND f.locked_at IS NOT NULL)
      AND owner.state <> 'suspended' AND NOT (owner.network = ANY(%s))
    ORDER BY waiting.due_at
    LIMIT %s
    FOR UPDATE OF waiting SKIP LOCKED
) AS due
JOIN monitoring_poll AS mine ON mine.id = due.id
JOIN accounts_channel AS channel ON channel.id = mine.channel_id
WHERE poll.id = due.id
RETURNING poll.id, poll.force_id, poll.fence, poll.interval_seconds, poll.failures, poll.comments_cursor,
          poll.mentions_cursor, channel.id, channel.unit_id, channel.network, channel.handle, channel.name,
          channel.external_id, channel.base_url, channel.state, channel.last_ok_at
"""
_CHANNEL_FIELDS = (
    "id",
    "unit_id",
    "network",
    "handle",
    "name",
    "external_id",
    "base_url",
    "state",
    "last_ok_at",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One channel that this worker is to read now, and how far it has been read."""

    poll_id: UUID
    force_id: UUID
    fence: int
    """Grows with every claim: whoever holds a smaller one has been overtaken."""
    interval: int
    failures: int
    comments_cursor: str
    mentions_cursor: str
    channel: Channel

    @property
    def last_ok_at(self) -> datetime | None:
        """When the network was last reached through this channel, as far as it was written down."""
        return self.channel.last_ok_at


def claim_due(limit: int, *, full_networks: Sequence[str] = ()) -> list[Claim]:
    """Up to ``limit`` channels that are due, longest overdue first, by the database's clock.

    Channels of ``full_networks`` are left for later: a network that hangs must not hold up the others.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [LEASE.total_seconds(), list(full_networks), limit])
        return [_claim(row) for row in cursor.fetchall()]


def _claim(row: tuple[Any, ...]) -> Claim:
    poll_id, force_id, fence, interval, failures, comments_cursor, mentions_cursor, *channel = row
    return Claim(
        poll_id=poll_id,
        force_id=force_id,
        fence=fence,
        interval=interval,
        failures=failures,
        comments_cursor=comments_cursor,
        mentions_cursor=mentions_cursor,
        channel=Channel(force_id=force_id, **dict(zip(_CHANNEL_FIELDS, channel, strict=True))),
    )
