"""Renews a sign-in before it ends: one network call whoever asks, and never in place of a newer sign-in.

A worker claims the renewal and commits; no transaction is open while the network is asked; what comes back
is stored only if the sign-in is still the one that was renewed. Only the network's own word takes an account
off the air: a failure to reach it never does.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.actions.channels import change_channel_state
from accounts.actions.leases import end_lease, take_lease
from accounts.actions.sign_in_lines import client_id_of
from accounts.audit.book import record
from accounts.audited import CREDENTIAL_RENEWED
from accounts.models import Channel
from accounts.vault import drawer
from accounts.vault.sign_ins import is_still
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.networks.errors import NetworkError, OutcomeUnknown, SignInExpired, TryLater
from hqdash.networks.network import get_network
from hqdash.networks.signing_in import Grant

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
LONGEST_PAUSE = 900.0
SOON = 15.0
"""Seconds to the first further try; a renewal of unknown outcome is cleared up by the next one."""

# Whoever has the row claims it; the other waits for the lock and then finds the claim.
_CLAIM = """
WITH due AS (
    SELECT id, renewing_since FROM accounts_channelsignin
    WHERE channel_id = %s AND renew_at <= clock_timestamp()
        AND (renewing_until IS NULL OR renewing_until < clock_timestamp())
    FOR UPDATE
)
UPDATE accounts_channelsignin AS s
SET renewing_since = clock_timestamp(), renewing_until = clock_timestamp() + %s * interval '1 second'
FROM due WHERE s.id = due.id
RETURNING s.version, due.renewing_since, s.failures
"""
_AGAIN = """
UPDATE accounts_channelsignin
SET failures = failures + 1, failure = %s, failed_at = clock_timestamp(),
    renewing_since = NULL, renewing_until = NULL, renew_at = clock_timestamp() + %s * interval '1 second'
WHERE channel_id = %s AND version = %s
"""
_OVER = """
UPDATE accounts_channelsignin
SET failures = failures + 1, failure = %s, failed_at = clock_timestamp(),
    renewing_since = NULL, renewing_until = NULL, renew_at = NULL
WHERE channel_id = %s AND version = %s
"""
_DUE = """
SELECT s.force_id, s.channel_id
FROM accounts_channelsignin AS s
JOIN accounts_channel AS c ON c.id = s.channel_id AND c.state <> 'suspended'
JOIN accounts_force AS f ON f.id = s.force_id AND f.locked_at IS NULL
WHERE s.renew_at <= clock_timestamp() AND (s.renewing_until IS NULL OR s.renewing_until < clock_timestamp())
ORDER BY s.renew_at LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a renewal came to; ``done`` is None when somebody else is at it or nothing was due."""

    done: bool | None
    sentence: str


def due_renewals(*, most: int) -> list[tuple[UUID, UUID]]:
    """Force and channel of the sign-ins that have to be renewed, the most urgent first; asked across forces."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [most])
        return [(force_id, channel_id) for force_id, channel_id in cursor.fetchall()]


def ask_for_renewal(channel: Channel) -> None:
    """Let the sign-in be renewed now, before its time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_channelsignin SET renew_at = clock_timestamp() WHERE channel_id = %s",
            [channel.pk],
        )


def renew(*, channel_id: UUID, now: datetime) -> Renewed:
    """Renew a sign-in that is due, unless somebody else already is."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [channel_id, LEASE.total_seconds()])
        claimed = cursor.fetchone()
    if claimed is None:
        return Renewed(None, _("It is being renewed already, or need not be."))
    version, cut_off, failures = claimed
    channel = Channel.objects.select_related("unit").get(pk=channel_id)
    try:
        grant = _asked(channel)
    except SignInExpired as over:
        return _over(channel, version, over, cut_off=cut_off, now=now)
    except (NetworkError, drawer.VaultError) as problem:
        return _again(channel, version, problem, failures=failures)
    return _stored(channel, version, grant, now=now)


def _asked(channel: Channel) -> Grant:
    card = get_network(channel.network)
    way = card.sign_in
    if way is None or not way.can_renew:
        raise drawer.VaultRefused("no_renewal", _("Sign-ins of this network are renewed by a person only."))
    lease = take_lease(channel_id=channel.pk, purpose="renew", subject_id=channel.pk, lasts=LEASE)
    try:
        with drawer.open(channel, lease=lease, purpose="renew") as kept:
            line = way.line(channel.account, kept, card.http_settings(), client_id=client_id_of(card, way))
            return line.renew()
    finally:
        end_lease(lease)


def _stored(channel: Channel, version: int, grant: Grant, *, now: datetime) -> Renewed:
    """A network that returns no new refresh token leaves the old one good: only given fields are replaced."""
    system = Actor.clock(channel.force_id)
    with transaction.atomic():
        fresh = {name: secret.reveal() for name, secret in grant.fields.items()}
        if not drawer.swap(system, channel, fresh, version=version, works_for=grant.works_for):
            # Somebody connected the account anew while the network answered: theirs is the newer sign-in.
            return Renewed(False, _("It was connected anew meanwhile; that sign-in stays."))
        record(system, CREDENTIAL_RENEWED, channel)
        if channel.state == Channel.State.SIGN_IN_NEEDED:
            change_channel_state(
                actor=system,
                channel=channel,
                state=Channel.State.CONNECTED,
                reason=_("Its sign-in was renewed."),
                now=now,
            )
        live.tell(channel.force_id, "channel", id=channel.pk)
    return Renewed(True, _("The network gave a new sign-in; it is in the vault."))


def _over(
    channel: Channel, version: int, over: SignInExpired, *, cut_off: datetime | None, now: datetime
) -> Renewed:
    """The network says no for good: the account needs a person, unless one has connected it meanwhile."""
    reason = over.detail or over.sentence
    if cut_off is not None:
        reason += " " + _(
            "(A renewal at %(at)s was cut off after the network may have answered it, so this one came second.)"
        ) % {"at": cut_off.strftime("%H:%M")}
    system = Actor.clock(channel.force_id)
    with transaction.atomic():
        if not is_still(channel, version):
            return Renewed(False, _("It was connected anew meanwhile; that sign-in stays."))
        with connection.cursor() as cursor:
            cursor.execute(_OVER, [reason[:1000], channel.pk, version])
        if channel.state != Channel.State.SUSPENDED:
            change_channel_state(
                actor=system, channel=channel, state=Channel.State.SIGN_IN_NEEDED, reason=reason, now=now
            )
    return Renewed(False, _("The network refused: %(said)s Reconnect the account.") % {"said": reason})


def _again(
    channel: Channel, version: int, problem: NetworkError | drawer.VaultError, *, failures: int
) -> Renewed:
    """Nothing is known to be wrong with the account: it goes on as it is, and the renewal is tried again."""
    detail = getattr(problem, "detail", "")
    sentence = f"{problem.sentence} {detail}".strip()[:1000]
    if isinstance(problem, OutcomeUnknown):
        sentence = _("The network's answer was lost; the next try shows what it did. (%(said)s)") % {
            "said": detail[:300]
        }
    pause = pause_after(failures)
    if isinstance(problem, TryLater) and problem.wait is not None:
        pause = max(pause, problem.wait.total_seconds())
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [sentence, pause, channel.pk, version])
    live.tell(channel.force_id, "channel", id=channel.pk)
    log.warning("the sign-in of %s was not renewed and is tried again: %s", channel, type(problem).__name__)
    return Renewed(False, sentence)


def pause_after(failures: int) -> float:
    """Seconds until the next try: doubling, at most a quarter of an hour, never all accounts at once."""
    spread = random.uniform(0.75, 1.0)  # noqa: S311  # nobody gains by guessing it
    return min(LONGEST_PAUSE, SOON * 2.0 ** min(failures, 10)) * spread
