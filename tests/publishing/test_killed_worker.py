"""A worker killed with -9 in the middle of a send doubles nothing and loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from accounts.models import AuditEntry
from publishing.delivery.send import deliver_one
from publishing.delivery.settle import look_for
from publishing.delivery.sweep import sweep_outbox
from publishing.models import Attempt, Delivery, Post, State
from tests.cast import Cast
from tests.publishing.conftest import Connect, Connected, delivery_of, write
from tests.publishing.delivering_process import start
from tests.publishing.test_delivering import lose_worker, make_due

SILENCE = 30.0
"""Longer than a test waits, so that the worker is always killed while it waits for the answer."""


@contextmanager
def worker_on(*deliveries: Delivery) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that sends these, and that is dead afterwards whatever happens."""
    worker = start(deliveries[0].force_id, [each.pk for each in deliveries])
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


def until(happened: Callable[[], bool], worker: subprocess.Popen[bytes]) -> None:
    """Wait for it while the worker lives."""
    deadline = time.monotonic() + 60
    while not happened():
        assert worker.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kill(worker: subprocess.Popen[bytes]) -> None:
    os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL


def nobody_touches(delivery: Delivery) -> None:
    """While the dead worker's lease runs, neither the sweeper nor another worker takes the delivery."""
    before = delivery.state
    sweep_outbox()
    deliver_one(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == before


def sent_once(post: Post, account: Connected) -> None:
    """One post stands at the network, and the receipt names it."""
    receipt = delivery_of(post)
    assert receipt.state == State.SENT
    assert [each["external_id"] for each in account.posts] == [receipt.external_id]
    sent = AuditEntry.objects.filter(action="delivery.sent", object_id=str(receipt.pk))
    assert [entry.username for entry in sent] == ["pc.4512"]


def test_killed_after_the_network_had_stored_the_post(connect: Connect, committed_cast: Cast) -> None:
    accounts = [connect(slug) for slug in ("x", "facebook", "wordpress")]
    posts = [write(committed_cast.pc, f"Missing: {each.channel.network}", each) for each in accounts]
    for account in accounts:
        account.practice.fault("lost_answer", operation="publish", times=1, value=SILENCE)

    with worker_on(*(delivery_of(post) for post in posts)) as worker:
        until(lambda: all(account.posts for account in accounts), worker)
        kill(worker)

    for post, account in zip(posts, accounts, strict=True):
        assert delivery_of(post).state == State.SENDING
        nobody_touches(delivery_of(post))
        lose_worker(delivery_of(post))
        sweep_outbox()
        assert delivery_of(post).state == State.UNKNOWN
        deliver_one(delivery_of(post).pk)
        make_due(delivery_of(post))
        look_for(delivery_of(post).pk)
        sent_once(post, account)
    assert set(Attempt.objects.values_list("number", "outcome")) == {(1, Attempt.Outcome.FOUND)}


def test_killed_before_the_network_had_anything(connect: Connect, committed_cast: Cast) -> None:
    looking, calling = connect("x"), connect("facebook")
    looking.practice.fault("latency", operation="read", times=1, value=SILENCE)
    calling.practice.fault("hang", operation="publish", times=1, value=SILENCE)
    leased = write(committed_cast.pc, "Witness appeal", looking)
    begun = write(committed_cast.pc, "Witness appeal", calling)

    with worker_on(delivery_of(leased), delivery_of(begun)) as worker:
        until(lambda: [delivery_of(leased).state, delivery_of(begun).state] == ["leased", "sending"], worker)
        kill(worker)
    # The worker may have died before its calls arrived; what waits for them there must not meet the next ones.
    looking.practice.no_faults()
    calling.practice.no_faults()

    # Nothing was begun: it simply goes back into the queue.
    nobody_touches(delivery_of(leased))
    lose_worker(delivery_of(leased))
    sweep_outbox()
    assert delivery_of(leased).state == State.SCHEDULED
    deliver_one(delivery_of(leased).pk)
    sent_once(leased, looking)

    # A call was begun: nobody knows until the network has been read twice, and only then it goes again.
    nobody_touches(delivery_of(begun))
    lose_worker(delivery_of(begun))
    sweep_outbox()
    for _look in range(2):
        assert delivery_of(begun).state == State.UNKNOWN
        assert calling.posts == []
        make_due(delivery_of(begun))
        look_for(delivery_of(begun).pk)
    deliver_one(delivery_of(begun).pk)
    sent_once(begun, calling)


def test_a_worker_that_slept_through_its_lease_changes_nothing_when_it_wakes(
    connect: Connect, committed_cast: Cast
) -> None:
    account = connect("x")
    account.practice.fault("lost_answer", operation="publish", times=1, value=2)
    post = write(committed_cast.pc, "Lost dog", account)

    with worker_on(delivery_of(post)) as worker:
        until(lambda: bool(account.posts), worker)
        os.kill(worker.pid, signal.SIGSTOP)
        lose_worker(delivery_of(post))
        sweep_outbox()
        make_due(delivery_of(post))
        look_for(delivery_of(post).pk)
        sent_once(post, account)

        os.kill(worker.pid, signal.SIGCONT)
        assert worker.wait(timeout=30) == 0

    sent_once(post, account)
