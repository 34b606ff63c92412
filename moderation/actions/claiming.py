"""Gives an act to one worker, however many ask, and finds what a lost worker has left behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from hqdash.base.tenancy import current_force_id
from moderation.models import Attempt, NetworkAct
from moderation.rules import FIRST_PAUSE

LEASE = timedelta(seconds=60)
CALL_TAKES_AT_MOST = timedelta(seconds=25)
"""Time-outs of the call with a margin; what is left of the lease is checked just before the call."""

_CLAIM = """
UPDATE moderation_networkact SET state = 'leased', fence = fence + 1, leased_until = clock_timestamp() + %(lease)s
WHERE id = (
    SELECT act.id FROM moderation_networkact AS act
    WHERE act.id = %(act)s AND act.force_id = %(force)s
      AND NOT EXISTS (SELECT 1 FROM accounts_force f WHERE f.id = act.force_id AND f.locked_at IS NOT NULL)
      AND ((act.state IN ('due', 'unknown') AND act.due_at <= clock_timestamp())
           OR (act.state = 'leased' AND act.leased_until < clock_timestamp()))
      AND NOT EXISTS (
          SELECT 1 FROM moderation_networkact AS earlier
          WHERE earlier.mention_id = act.mention_id AND earlier.place < act.place
            AND earlier.state IN ('due', 'leased', 'acting', 'unknown'))
    FOR UPDATE SKIP LOCKED)
RETURNING fence
"""
_BEGIN = """
UPDATE moderation_networkact SET state = 'acting', attempts = attempts + 1
WHERE id = %(act)s AND fence = %(fence)s AND state = 'leased' AND leased_until > clock_timestamp() + %(margin)s
RETURNING attempts
"""
_LOST = """
UPDATE moderation_networkact SET state = 'unknown', due_at = clock_timestamp() + %(pause)s,
       sentence = 'The worker was lost in the middle; it is done again.'
WHERE force_id = %(force)s AND state = 'acting' AND leased_until < clock_timestamp()
RETURNING id
"""
_DUE = """
SELECT id FROM moderation_networkact
WHERE force_id = %(force)s
  AND NOT EXISTS (SELECT 1 FROM accounts_force f WHERE f.id = %(force)s AND f.locked_at IS NOT NULL)
  AND ((state IN ('due', 'unknown') AND due_at <= clock_timestamp())
       OR (state = 'leased' AND leased_until < clock_timestamp()))
ORDER BY due_at, place LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """One act that this worker may carry out; a higher fence makes the claim void."""

    act: NetworkAct
    fence: int


def claim_act(act_id: UUID) -> Claim | None:
    """The act, for exactly one caller, when its time has come and nothing earlier is under way."""
    words: dict[str, Any] = {"act": act_id, "force": current_force_id(), "lease": LEASE}
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, words)
        row = cursor.fetchone()
    if row is None:
        return None
    act = NetworkAct.objects.select_related("mention", "channel__unit", "decision__case").get(pk=act_id)
    return Claim(act, row[0])


@transaction.atomic
def begin_attempt(claim: Claim) -> bool:
    """Commit the attempt before a byte leaves; False when the claim is void or too old for a call."""
    words: dict[str, Any] = {"act": claim.act.pk, "fence": claim.fence, "margin": CALL_TAKES_AT_MOST}
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, words)
        row = cursor.fetchone()
    if row is None:
        return False
    claim.act.attempts = row[0]
    Attempt.objects.create(act=claim.act, number=row[0], fence=claim.fence)
    return True


@transaction.atomic
def recover_lost_acts() -> list[UUID]:
    """Acts whose worker died during the call: nobody knows what happened, so they are done again."""
    words: dict[str, Any] = {"force": current_force_id(), "pause": FIRST_PAUSE}
    with connection.cursor() as cursor:
        cursor.execute(_LOST, words)
        lost = [row[0] for row in cursor.fetchall()]
        if lost:
            cursor.execute(
                "UPDATE moderation_attempt SET finished_at = clock_timestamp(), outcome = 'unknown', "
                "detail = 'The worker was lost.' WHERE act_id = ANY(%s) AND finished_at IS NULL",
                [lost],
            )
    return lost


def due_acts(limit: int = 100) -> list[UUID]:
    """Acts whose time has come, longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"force": current_force_id(), "limit": limit})
        return [row[0] for row in cursor.fetchall()]
