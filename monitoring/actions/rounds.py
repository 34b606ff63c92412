"""Works through everything that is due, several channels at once, without one network starving another."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cache

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from accounts.vault import caller
from hqdash.base.tenancy import across_forces
from monitoring.actions.claiming import Claim, claim_due
from monitoring.actions.polling import Polled, poll

log = logging.getLogger(__name__)

WIDTH = 8
"""Channels that one process reads at the same time."""
ROUND_SECONDS = 30.0
STUCK_SECONDS = 1.0


class Readers:
    """The threads of this process that read channels.

    A channel whose network hangs keeps one of them busy beyond the round; the next one goes on with the rest.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.told: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(max_workers=width, thread_name_prefix="poll")
        self._under_way: dict[Future[Polled], str] = {}
        self._one_round = threading.Lock()

    def work_through(self) -> None:
        """Start a read for everything that is due; does nothing while another call is at it."""
        if not self._one_round.acquire(blocking=False):
            return
        try:
            self._work(until=time.monotonic() + ROUND_SECONDS)
        finally:
            self._one_round.release()

    def finish(self) -> None:
        """Wait for what is under way, and give the connections to database and vault back."""
        with self._one_round:
            self._collect(wait(self._under_way).done)
            together = threading.Barrier(self.width)
            closing = [self._pool.submit(_close_connections, together) for _ in range(self.width)]
            wait(closing)

    def _work(self, *, until: float) -> None:
        while time.monotonic() < until:
            self._collect({future for future in self._under_way if future.done()})
            # Claimed only when a thread is free: what is leased is worked on, what waits is free for others.
            free = self.width - len(self._under_way)
            full = self._full_networks()
            claims = _claim(free, full) if free else []
            for claim in claims:
                self._under_way[self._pool.submit(_poll_in_thread, claim)] = claim.channel.network
            if free > len(claims) and not full:
                return
            if not wait(self._under_way, timeout=STUCK_SECONDS, return_when=FIRST_COMPLETED).done:
                return

    def _full_networks(self) -> list[str]:
        """Networks that hold three quarters of the threads; the rest is kept for the others."""
        most = max(1, self.width * 3 // 4)
        return [network for network, count in Counter(self._under_way.values()).items() if count >= most]

    def _collect(self, done: set[Future[Polled]]) -> None:
        for future in done:
            del self._under_way[future]
            problem = future.exception()
            if problem is not None:
                # The lease runs out by itself, and somebody reads the channel again.
                log.error("a poll could not be settled", exc_info=problem)
                self.told["broken"] += 1
                continue
            polled = future.result()
            self.told["read" if polled.ok else "failed"] += 1
            self.told["found"] += polled.found


@cache
def readers() -> Readers:
    """The readers of this process, made on first use: threads do not survive the fork that makes a worker."""
    return Readers(int(getattr(settings, "POLL_WIDTH", WIDTH)))


def _claim(free: int, full: list[str]) -> list[Claim]:
    with across_forces(reason="one due-queue serves the channels of every force"):
        return claim_due(free, full_networks=full)


def _poll_in_thread(claim: Claim) -> Polled:
    try:
        return poll(claim)
    except (InterfaceError, OperationalError):
        connection.close()
        raise


def _close_connections(together: threading.Barrier) -> None:
    connection.close()
    caller.hang_up()
    together.wait(timeout=30)
