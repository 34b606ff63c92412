"""Takes a delivery for one worker: by a conditional update, so that exactly one of many gets it."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from accounts.actions.leases import take_lease
from accounts.models import Lease
from publishing.models import Delivery

PREPARING = timedelta(seconds=20)
"""How long a worker may take until the first byte leaves."""

NOT_STOPPED = """
NOT EXISTS (SELECT 1 FROM accounts_force f WHERE f.id = publishing_delivery.force_id AND f.locked_at IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM publishing_personstop s JOIN publishing_post p
                ON coalesce(p.responsible_id, p.author_id) = s.person_id
                WHERE p.id = publishing_delivery.post_id AND s.lifted_at IS NULL)
"""
"""Asked when a delivery is claimed, and again before its first byte leaves."""
_CLAIM = f"""
UPDATE publishing_delivery SET
    state = 'leased', fence = fence + 1, leased_until = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND state = 'scheduled' AND due_at <= clock_timestamp() AND not_after > clock_timestamp()
    AND held_at IS NULL AND {NOT_STOPPED}
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery in hand: the row with post, author and channel, the lease, and when it ends here."""

    delivery: Delivery
    lease: Lease
    ends: float
    """By this process's own monotonic clock, which nobody can set."""

    @property
    def seconds_left(self) -> float:
        """How long the claim still holds."""
        return self.ends - time.monotonic()


def claim(delivery_id: UUID) -> Claim | None:
    """The delivery for this caller alone; None when it is not due, taken, or its channel is busy."""
    began = time.monotonic()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(_CLAIM, [PREPARING.total_seconds(), delivery_id])
                if cursor.rowcount != 1:
                    return None
            delivery = Delivery.objects.select_related(
                "post", "post__author", "post__responsible", "channel", "channel__unit"
            ).get(pk=delivery_id)
            lease = take_lease(
                channel_id=delivery.channel_id,
                purpose="publish",
                subject_id=delivery.pk,
                lasts=PREPARING,
                holder=f"{socket.gethostname()}:{os.getpid()}",
            )
    except IntegrityError:
        # Another delivery of this channel is in flight; whoever ends that one wakes the next.
        return None
    return Claim(delivery, lease, began + PREPARING.total_seconds())
