"""Reads one channel at its network: no transaction is open meanwhile, and nothing is written."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from accounts.actions.leases import take_lease
from accounts.vault import drawer
from hqdash.networks.capabilities import ReadsComments, ReadsMentions
from hqdash.networks.connector import Connector
from hqdash.networks.errors import NetworkError
from hqdash.networks.network import get_network
from hqdash.networks.types import Batch, Item
from monitoring.actions.claiming import LEASE, Claim
from monitoring.rules import Headroom

log = logging.getLogger(__name__)

MOST_PAGES = 5
READING_SECONDS = 25.0
"""No new page is asked for after that; with the last call's own limit it ends well within the lease."""
MENTIONS_EVERY = 4
"""Where comments have a call of their own, those come first: they can be hidden."""
VAULT_LEASE = timedelta(seconds=50)


@dataclass(slots=True)
class Reading:
    """What was read, how far it got, and what stopped it."""

    comments_cursor: str
    mentions_cursor: str
    items: list[Item] = field(default_factory=list)
    more_comments: bool = False
    more_mentions: bool = False
    headroom: Headroom | None = None
    failure: Exception | None = None

    @property
    def more(self) -> bool:
        """True when the network holds more that could be read at once."""
        return self.more_comments or self.more_mentions


def read(claim: Claim) -> Reading:
    """Everything new on the channel; a failure does not lose what came before it."""
    reading = Reading(claim.comments_cursor, claim.mentions_cursor)
    try:
        _read_into(reading, claim)
    except (NetworkError, drawer.VaultError) as failure:
        reading.failure = failure
    except Exception as failure:
        log.exception("reading %s failed in an unforeseen way", claim.channel)
        reading.failure = failure
    return reading


def _read_into(reading: Reading, claim: Claim) -> None:
    channel = claim.channel
    network = get_network(channel.network)
    # Shorter than for publishing: a read can simply be made again.
    http = replace(network.http_settings(), connect_timeout=3.0, read_timeout=8.0, total_timeout=12.0)
    lease = take_lease(channel_id=channel.pk, purpose="read", subject_id=claim.poll_id, lasts=VAULT_LEASE)
    until = time.monotonic() + min(READING_SECONDS, LEASE.total_seconds() / 2)
    with drawer.open(channel, lease=lease, purpose="read") as credentials:
        connector = network.connect(channel.account, credentials, http)
        try:
            if network.can(ReadsComments):
                for batch in _pages(connector.comments, claim.comments_cursor, until):
                    reading.items.extend(batch.items)
                    reading.comments_cursor, reading.more_comments = batch.cursor, batch.more
            if network.can(ReadsMentions) and _mentions_are_due(claim, alone=not network.can(ReadsComments)):
                for batch in _pages(connector.mentions, claim.mentions_cursor, until):
                    reading.items.extend(batch.items)
                    reading.mentions_cursor, reading.more_mentions = batch.cursor, batch.more
        finally:
            reading.headroom = _headroom(connector)


def _mentions_are_due(claim: Claim, *, alone: bool) -> bool:
    return alone or not claim.mentions_cursor or claim.fence % MENTIONS_EVERY == 0


def _pages(call: Callable[[str], Batch], cursor: str, until: float) -> Iterator[Batch]:
    for _page in range(MOST_PAGES):
        batch = call(cursor)
        yield batch
        if not batch.more or time.monotonic() > until:
            return
        cursor = batch.cursor


def _headroom(connector: Connector) -> Headroom | None:
    state = connector.rate_state()
    return None if state is None else Headroom(remaining=state.remaining, reset_at=state.reset_at)
