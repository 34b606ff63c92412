"""A seeded token is looked for wherever a thief would look; it is nowhere."""

from __future__ import annotations

import io
import json
import logging
import pickle
import sys
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg2
import pytest
import redis
from django.conf import settings
from django.db import connection
from django.views.debug import ExceptionReporter

from accounts.actions.leases import take_lease
from accounts.models import Channel, Lease
from accounts.vault import drawer
from hqdash.networks.secret import Secret
from tests.cast import Cast
from tests.vault import answering_vault, opener_url

TOKEN = "practice-5up3r-s3cr3t-token-9f41"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged during the test, at the most talkative level."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield heard
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
def used(committed_cast: Cast, log: io.StringIO) -> Iterator[Cast]:
    """A token that was stored, replaced, opened, refused and rotated."""
    with answering_vault():
        for _ in range(2):
            drawer.put(committed_cast.admin.actor, committed_cast.x, {"access_token": TOKEN})
        with drawer.open(committed_cast.x, lease=lease_for(committed_cast.x), purpose="publish"):
            pass
        with (
            pytest.raises(drawer.VaultRefused),
            drawer.open(committed_cast.facebook, lease=lease_for(committed_cast.x), purpose="publish"),
        ):
            pass
        drawer.rotate(committed_cast.force.pk)
        yield committed_cast


def lease_for(channel: Channel) -> Lease:
    return take_lease(
        channel_id=channel.pk, purpose="publish", subject_id=uuid4(), lasts=timedelta(seconds=30)
    )


def test_no_table_holds_the_token_in_any_form(used: Cast) -> None:
    # What pg_dump would write: every table as text, with bytes in hex.
    needles = (TOKEN.encode(), TOKEN.encode().hex().encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        tables = [row[0] for row in cursor.fetchall()]
    assert "accounts_credential" in tables
    seen = 0
    for table in tables:
        with connection.cursor() as cursor:
            dump = io.BytesIO()
            # As the owner, in the force's own context: row-level security hides nothing here.
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" AS t')
            for (row,) in cursor.fetchall():
                dump.write(row.encode())
                seen += 1
        for needle in needles:
            assert needle not in dump.getvalue(), table
    assert seen > 50


def test_no_copy_of_the_vaults_tables_by_the_opener_holds_it(used: Cast) -> None:
    with psycopg2.connect(opener_url()) as direct, direct.cursor() as cursor:
        for table in ("credential", "forcekey", "auditentry", "lease", "channel"):
            dump = io.BytesIO()
            cursor.copy_expert(f"COPY (SELECT * FROM accounts_{table}) TO STDOUT", dump)
            assert dump.getvalue(), table
            assert TOKEN.encode() not in dump.getvalue(), table
            assert TOKEN.encode().hex().encode() not in dump.getvalue(), table
    direct.close()


def test_the_broker_holds_nothing_of_it(used: Cast) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        for key in broker.scan_iter("*"):
            content = broker.dump(key) or b""
            assert TOKEN.encode() not in key + content


def test_nothing_of_it_was_logged(used: Cast, log: io.StringIO) -> None:
    logging.getLogger("probe").debug("the log is listened to")

    assert "the log is listened to" in log.getvalue()
    assert TOKEN not in log.getvalue()


def test_no_file_of_the_installation_holds_it(used: Cast) -> None:
    for path in Path(settings.HOME).rglob("*"):
        if path.is_file():
            assert TOKEN.encode() not in path.read_bytes(), path


def test_a_traceback_of_failed_work_does_not_show_it(used: Cast) -> None:
    text, report = "", ""
    try:
        with drawer.open(used.x, lease=lease_for(used.x), purpose="publish") as credential:
            held = credential["access_token"]
            raise ValueError(f"The network did not answer to {held!r}")
    except ValueError:
        kind, error, trace = sys.exc_info()
        text = "".join(traceback.TracebackException(kind, error, trace, capture_locals=True).format())  # type: ignore[arg-type]
        report = ExceptionReporter(None, kind, error, trace).get_traceback_text()

    assert "<Secret>" in text
    assert TOKEN not in text
    assert TOKEN not in report


@pytest.mark.parametrize(
    "attempt",
    [
        str,
        lambda secret: f"{secret}",
        lambda secret: "%s" % secret,  # noqa: UP031
        pickle.dumps,
        lambda secret: json.dumps({"token": secret}),
        lambda secret: secret == TOKEN,
        lambda secret: {secret: 1},
    ],
)
def test_a_secret_refuses_to_be_written_down(attempt: object) -> None:
    with pytest.raises(TypeError) as refusal:
        attempt(Secret(TOKEN))  # type: ignore[operator]

    assert TOKEN not in str(refusal.value)


def test_the_opener_says_nothing_of_it_when_it_fails(
    used: Cast, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError(f"cannot send {TOKEN}")

    monkeypatch.setattr("accounts.vault.opening._write_opened", fail)

    with (
        pytest.raises(drawer.VaultClosed) as closed,
        drawer.open(used.x, lease=lease_for(used.x), purpose="publish"),
    ):
        pass
    assert TOKEN not in str(closed.value) + log.getvalue()
