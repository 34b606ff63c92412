"""Keeps one row in the due-queue for every channel that can be read."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from hqdash.networks.capabilities import ReadsComments, ReadsMentions
from hqdash.networks.network import all_networks
from monitoring.models import Poll

# A channel that is new starts at a moment of its own, so that 99 of them do not all fall due together.
_ADD_MISSING = """
INSERT INTO monitoring_poll (id, force_id, channel_id, due_at, interval_seconds, comments_cursor,
                             mentions_cursor, fence, failures, last_found)
SELECT gen_random_uuid(), channel.force_id, channel.id, clock_timestamp() + random() * interval '4 seconds',
       6, '', '', 0, 0, 0
FROM accounts_channel AS channel
WHERE channel.network = ANY(%s)
  AND NOT EXISTS (SELECT 1 FROM monitoring_poll AS poll WHERE poll.channel_id = channel.id)
ON CONFLICT (channel_id) DO NOTHING
"""


def readable_networks() -> list[str]:
    """The networks on which something can be read."""
    return [one.slug for one in all_networks() if one.can(ReadsComments) or one.can(ReadsMentions)]


def add_missing_polls() -> int:
    """A row for each channel in scope (one force, or all of them) that has none yet; how many were added."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD_MISSING, [readable_networks()])
        return int(cursor.rowcount)


def read_soon(*, channel_id: UUID) -> None:
    """Read this channel at the next opportunity, whatever went wrong before.

    A read that is under way with the old sign-in loses its fence, so that it cannot put the next one off.
    """
    Poll.objects.filter(channel_id=channel_id).update(
        due_at=Now(), failures=0, leased_until=None, fence=F("fence") + 1
    )
