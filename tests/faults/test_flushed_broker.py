"""Everything that the broker held is lost in the middle of a broadcast; no post is, and none goes out twice."""

from __future__ import annotations

import time

import redis

from publishing.delivery.sweep import sweep_outbox
from publishing.models import Attempt, Delivery, State
from tests.cast import Cast
from tests.faults.conftest import StartWorker, until
from tests.publishing.conftest import Connect, write


def test_a_flushed_broker_loses_no_post(
    connect: Connect, committed_cast: Cast, worker: StartWorker, broker: redis.Redis
) -> None:
    accounts = [connect(slug) for slug in ("x", "facebook", "wordpress", "x", "facebook", "wordpress")]
    for account in accounts:
        account.practice.fault("latency", operation="publish", times=1, value=0.6)

    with worker(queues="outbound,housekeeping", threads=1):
        post = write(committed_cast.pc, "Evacuate Foleshill Road now", *accounts)
        deliveries = Delivery.objects.filter(post=post)
        until(lambda: deliveries.filter(state=State.SENDING).exists())
        assert broker.llen("outbound") > 1
        broker.flushdb()

        # Nobody is woken any more: the worker ends what it holds, and then nothing happens.
        until(lambda: not deliveries.filter(state__in=[State.LEASED, State.SENDING]).exists())
        time.sleep(0.5)
        left = deliveries.filter(state=State.SCHEDULED).count()
        assert left >= 3

        def all_are_sent() -> bool:
            sweep_outbox()
            return not deliveries.exclude(state=State.SENT).exists()

        until(all_are_sent)

    assert [len(account.posts) for account in accounts] == [1] * len(accounts)
    assert set(deliveries.values_list("external_id", flat=True)) == {
        str(account.posts[0]["external_id"]) for account in accounts
    }
    assert set(Attempt.objects.values_list("number", "outcome")) == {(1, Attempt.Outcome.SENT)}
