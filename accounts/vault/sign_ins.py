"""Keeps which sign-in of a channel is the present one, when it ends and when it is renewed, by the database's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from accounts.models import Channel
from hqdash.base.actor import Actor

RENEWED_WITH = ("refresh_token",)
"""Fields by which a sign-in can be renewed without a person."""
LONGEST_HEAD_START = timedelta(minutes=30)

# A new sign-in ends what was known of the one before it: failures, warnings, a renewal under way.
_BEGIN = """
INSERT INTO accounts_channelsignin (
    id, force_id, channel_id, version, put_by_name, ends_at, failures, failure, left_to_do
)
VALUES (gen_random_uuid(), %(force)s, %(channel)s, 1, %(who)s, %(ends_at)s, 0, '', '')
ON CONFLICT (channel_id) DO UPDATE SET
    version = accounts_channelsignin.version + 1,
    put_at = clock_timestamp(),
    put_by_name = excluded.put_by_name,
    ends_at = CASE WHEN %(renewed)s THEN accounts_channelsignin.ends_at ELSE excluded.ends_at END,
    renewing_since = NULL, renewing_until = NULL, failures = 0, failure = '', failed_at = NULL,
    warned_days = CASE WHEN %(renewed)s THEN accounts_channelsignin.warned_days END,
    left_to_do = CASE WHEN %(renewed)s THEN accounts_channelsignin.left_to_do ELSE '' END
RETURNING version
"""
# Without a way to renew it, its end is the day on which a person has to sign in again.
_PLAN = """
UPDATE accounts_channelsignin AS s SET
    access_ends_at = clock_timestamp() + %(lasts)s::float8 * interval '1 second',
    renew_at = CASE WHEN NOT can.renew THEN NULL WHEN %(until)s::float8 IS NULL THEN s.renew_at
        ELSE clock_timestamp() + %(until)s::float8 * interval '1 second' END,
    ends_at = CASE WHEN can.renew THEN s.ends_at
        ELSE least(s.ends_at, clock_timestamp() + %(lasts)s::float8 * interval '1 second') END
FROM (
    SELECT EXISTS (
        SELECT 1 FROM accounts_credential WHERE channel_id = %(channel)s AND field = ANY(%(fields)s)
    ) AS renew
) AS can
WHERE s.channel_id = %(channel)s
"""
_STILL = "SELECT version FROM accounts_channelsignin WHERE channel_id = %s FOR UPDATE"


def begin_version(actor: Actor, channel: Channel, *, ends_at: datetime | None, renewed: bool = False) -> int:
    """The version of the sign-in that is being put in; its row is locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            _BEGIN,
            {
                "force": channel.force_id,
                "channel": channel.pk,
                "who": actor.username,
                "ends_at": ends_at,
                "renewed": renewed,
            },
        )
        return int(cursor.fetchone()[0])


def plan_renewal(channel: Channel, *, works_for: timedelta | None) -> None:
    """Note until when the sign-in works, and when a worker renews it."""
    lasts = works_for.total_seconds() if works_for is not None else None
    with connection.cursor() as cursor:
        cursor.execute(
            _PLAN,
            {
                "channel": channel.pk,
                "fields": list(RENEWED_WITH),
                "lasts": lasts,
                "until": renewed_after(works_for).total_seconds() if works_for is not None else None,
            },
        )


def renewed_after(works_for: timedelta) -> timedelta:
    """How long to wait before renewing: early enough that a network may be away for a while."""
    return max(works_for - min(works_for / 4, LONGEST_HEAD_START), timedelta(0))


def is_still(channel: Channel, version: int) -> bool:
    """True while the sign-in has this version; it cannot change before the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_STILL, [channel.pk])
        row = cursor.fetchone()
        return row is not None and int(row[0]) == version


def version_of(channel_id: UUID) -> int:
    """The version of the present sign-in; 0 when there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM accounts_channelsignin WHERE channel_id = %s", [channel_id])
        row = cursor.fetchone()
        return int(row[0]) if row else 0
