"""After posts, refusals and polls: database, broker, their files on disk and the log are searched for every token."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from hqdash.base.tenancy import across_forces
from monitoring.models import Poll
from monitoring.tasks import poll_due
from publishing.models import Attempt, Delivery, State
from tests.cast import Cast
from tests.faults.conftest import StartWorker, until
from tests.publishing.conftest import Connect, write

BEGINNING = "practice-token-"
"""What every token of the practice networks begins with."""


def forms_of(token: str) -> list[bytes]:
    """How it may look when it is written down: plain, in hex, or somewhere within base64, as in a header."""
    plain = token.encode()
    # The three ways in which it can lie on the six-bit grid; what touches the edges is left out.
    grids = [base64.b64encode(b"\0" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, plain.hex().encode(), *grids]


def files() -> Iterator[tuple[str, bytes]]:
    """What lies on disk: the test's own home, and that of the embedded servers with tables, journals and logs."""
    socket_folder = Path(str(connection.settings_dict["HOST"]))
    homes = [Path(settings.HOME), *socket_folder.parents[1:2]]
    for home in homes:
        if home == homes[0] or (home / "servers").is_dir():
            for path in home.rglob("*"):
                # A running server takes some of its files away meanwhile.
                with suppress(FileNotFoundError):
                    if path.is_file():
                        yield str(path), path.read_bytes()


def tables() -> Iterator[tuple[str, bytes]]:
    """Every row of every table, as a dump writes it."""
    with across_forces(reason="a dump has the rows of all forces"), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
            yield table, "\n".join(row for (row,) in cursor.fetchall()).encode()


def keys(broker: redis.Redis) -> Iterator[tuple[str, bytes]]:
    for key in broker.scan_iter("*"):
        yield str(key), key + (broker.dump(key) or b"")


def test_no_token_is_left_behind_by_posting_and_polling(
    connect: Connect, committed_cast: Cast, worker: StartWorker, broker: redis.Redis
) -> None:
    accounts = [connect(slug) for slug in ("x", "facebook", "wordpress", "x", "facebook", "wordpress")]
    for account, fault in zip(accounts, ("server_error", "token_expired", "html_error"), strict=False):
        account.practice.fault(fault, operation="publish", times=1)

    with worker(queues="outbound,housekeeping,inbound", threads=4) as log:
        post = write(committed_cast.pc, "Road closed", *accounts)
        deliveries = Delivery.objects.filter(post=post)
        until(lambda: Attempt.objects.exclude(outcome="").count() == len(accounts))
        poll_due.apply_async(queue="inbound")
        until(lambda: Poll.objects.filter(channel__in=[a.channel.pk for a in accounts]).count() >= 4)
        Poll.objects.update(due_at="2026-01-01T00:00Z")
        poll_due.apply_async(queue="inbound")
        until(lambda: Poll.objects.exclude(last_read_at=None).count() >= 4)

        assert deliveries.filter(state=State.SENT).count() == 3
        assert Attempt.objects.exclude(detail="").count() == 3
        # With what waits in the broker at this moment.
        found = [*tables(), *keys(broker), ("the worker's log", log.read_bytes())]

    found += files()
    assert b"publishing.tasks.deliver" in dict(found)["the worker's log"]
    assert len(dict(found)["accounts_auditentry"]) > 1000
    # The search itself is tried: a handle, which is no secret, lies in the book and in the files beneath it.
    handle = accounts[0].channel.handle.encode()
    assert len([where for where, content in found if handle in content]) > 2
    assert all(account.practice.token.startswith(BEGINNING) for account in accounts)
    for form in forms_of(BEGINNING):
        assert not [where for where, content in found if form in content]
