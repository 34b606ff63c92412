"""One poll of one channel: read it, store what is new, and say when to come back, all or nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from accounts.actions.channels import change_channel_state, note_contact
from accounts.models import Channel
from accounts.vault import drawer
from hqdash.base import clock, live
from hqdash.base.actor import Actor
from hqdash.base.events import announce
from hqdash.base.tenancy import acting_for
from hqdash.networks.errors import NetworkError, SignInExpired, TryLater
from monitoring.actions.claiming import Claim
from monitoring.actions.reading import Reading, read
from monitoring.actions.storing import store_items
from monitoring.events import MentionStored
from monitoring.rules import (
    BUSY_SECONDS,
    QUIET_SECONDS,
    SIGN_IN_RETRY,
    Pace,
    asked_wait,
    back_off,
    spread,
    storable,
)

CONTACT_NOTED_EVERY = timedelta(seconds=60)

# The fence decides who may say how far the channel has been read. Times are the database's.
_SETTLE = """
UPDATE monitoring_poll
SET comments_cursor = %s, mentions_cursor = %s, interval_seconds = %s, failures = %s, last_found = %s,
    last_read_at = CASE WHEN %s THEN clock_timestamp() ELSE last_read_at END,
    due_at = clock_timestamp() + %s * interval '1 second', leased_until = NULL
WHERE id = %s AND fence = %s
"""


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought: how many new mentions, and whether the network answered."""

    found: int
    ok: bool


def poll(claim: Claim) -> Polled:
    """Read a claimed channel and keep what came; safe to run twice and to be killed at any point."""
    with acting_for(claim.force_id):
        reading = read(claim)
        return settle(actor=Actor.clock(claim.force_id), claim=claim, reading=reading, now=clock.now())


def pace() -> Pace:
    """How often this installation reads."""
    return Pace(
        busy=float(getattr(settings, "POLL_BUSY_SECONDS", BUSY_SECONDS)),
        quiet=float(getattr(settings, "POLL_QUIET_SECONDS", QUIET_SECONDS)),
    )


def settle(*, actor: Actor, claim: Claim, reading: Reading, now: datetime) -> Polled:
    """Store the items, move the cursors if the claim still holds, and set the next read."""
    ok = reading.failure is None
    if not reading.items:
        # The usual case by far is worth its own short way: one statement, no transaction around it.
        _move_on(claim, reading, found=0, now=now)
        if not ok or _health_is_news(claim, now):
            _note_health(actor, claim, reading, now=now)
        return Polled(0, ok)
    with transaction.atomic():
        new = store_items(claim.channel, reading.items)
        _move_on(claim, reading, found=len(new), now=now)
        if new:
            announce(MentionStored(claim.force_id, new))
            live.tell(claim.force_id, "mention", channel=claim.channel.pk)
        if not ok or _health_is_news(claim, now):
            _note_health(actor, claim, reading, now=now)
    return Polled(len(new), ok)


def _move_on(claim: Claim, reading: Reading, *, found: int, now: datetime) -> None:
    failures = 0 if reading.failure is None else claim.failures + 1
    interval = pace().after(found=found, interval=claim.interval)
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLE,
            [
                storable(reading.comments_cursor),
                storable(reading.mentions_cursor),
                round(interval),
                failures,
                found,
                reading.failure is None,
                _wait(reading, interval, failures, now),
                claim.poll_id,
                claim.fence,
            ],
        )


def _wait(reading: Reading, interval: float, failures: int, now: datetime) -> float:
    """Seconds until the next read."""
    match reading.failure:
        case None:
            return 0.0 if reading.more else spread(interval, reading.headroom, now=now)
        case TryLater(wait=wait):
            longer = back_off(interval, failures, chance=random.random)
            return asked_wait(wait, otherwise=longer, chance=random.random)
        case SignInExpired():
            return SIGN_IN_RETRY.total_seconds()
        case _:
            return back_off(interval, failures, chance=random.random)


def _health_is_news(claim: Claim, now: datetime) -> bool:
    """Health is written when it changed or grew old: not with each of ten thousand quiet polls."""
    seen = claim.last_ok_at
    return (
        claim.channel.state == Channel.State.SIGN_IN_NEEDED
        or claim.failures > 0
        or seen is None
        or now - seen > CONTACT_NOTED_EVERY
    )


def _note_health(actor: Actor, claim: Claim, reading: Reading, *, now: datetime) -> None:
    channel, failure = claim.channel, reading.failure
    if failure is None:
        note_contact(channel_id=channel.pk, ok=True, now=now)
        if channel.state == Channel.State.SIGN_IN_NEEDED:
            change_channel_state(
                actor=actor,
                channel=channel,
                state=Channel.State.CONNECTED,
                reason="It answers again.",
                now=now,
            )
        return
    note_contact(channel_id=channel.pk, ok=False, now=now, failure=_reason(failure))
    if isinstance(failure, SignInExpired) and channel.state == Channel.State.CONNECTED:
        change_channel_state(
            actor=actor, channel=channel, state=Channel.State.SIGN_IN_NEEDED, reason=_reason(failure), now=now
        )


def _reason(failure: Exception) -> str:
    """Our sentence, and what the network itself said (its connector has taken every secret out)."""
    match failure:
        case NetworkError():
            said = failure.detail.strip()
            return storable(f"{failure.sentence} ({said})" if said else failure.sentence)[:1000]
        case drawer.VaultError():
            return failure.sentence
        case _:
            return f"An unforeseen failure on our side: {type(failure).__name__}."
