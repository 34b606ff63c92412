"""Takes and ends the leases without which the vault opens nothing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection

from accounts.models import Lease
from hqdash.base.tenancy import current_force_id

_TAKE = """
INSERT INTO accounts_lease (
    id, force_id, channel_id, connecting_id, purpose, subject_id, fence, holder, expires_at
)
VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, 1, %s, clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (purpose, subject_id) DO UPDATE SET
    fence = accounts_lease.fence + 1, holder = excluded.holder, channel_id = excluded.channel_id,
    connecting_id = excluded.connecting_id,
    taken_at = clock_timestamp(), expires_at = excluded.expires_at
RETURNING id, fence, taken_at, expires_at
"""


def take_lease(
    *,
    purpose: str,
    subject_id: UUID,
    lasts: timedelta,
    channel_id: UUID | None = None,
    connecting_id: UUID | None = None,
    holder: str = "",
) -> Lease:
    """The lease for one piece of work. Whoever held it before holds nothing any more: its fence is lower.

    It is for a channel, or for a connection that is being made. Times are the database's own.
    """
    force_id = current_force_id()
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            [
                force_id,
                channel_id,
                connecting_id,
                purpose,
                subject_id,
                holder,
                lasts.total_seconds(),
            ],
        )
        lease_id, fence, taken_at, expires_at = cursor.fetchone()
    return Lease(
        id=lease_id,
        force_id=force_id,
        channel_id=channel_id,
        connecting_id=connecting_id,
        purpose=purpose,
        subject_id=subject_id,
        fence=fence,
        holder=holder,
        taken_at=taken_at,
        expires_at=expires_at,
    )


def end_lease(lease: Lease) -> None:
    """Give a lease back before its time; one that somebody else has taken over stays theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_lease SET expires_at = clock_timestamp() WHERE id = %s AND fence = %s",
            [lease.pk, lease.fence],
        )
