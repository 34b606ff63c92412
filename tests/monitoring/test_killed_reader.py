"""A worker killed with -9 in the middle of a poll loses nothing and doubles nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from monitoring.actions.rounds import readers
from monitoring.actions.scheduling import add_missing_polls
from monitoring.models import Mention, Poll
from tests.monitoring.conftest import Connect
from tests.monitoring.reader_process import STEPS

LONG_AGO = "2026-01-01T00:00Z"


def start(step: str) -> subprocess.Popen[str]:
    url = urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.monitoring.reader_process", step],
        cwd=Path(__file__).parents[2],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "hqdash.settings",
            "DATABASE_URL": url,
            "HQDASH_ROLE": "owner",
            "HQDASH_OPENER_SOCKET": str(settings.OPENER_SOCKET),
        },
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("step", STEPS)
def test_killed_at(connect: Connect, step: str) -> None:
    channel, practice = connect("x")
    add_missing_polls()
    Poll.objects.update(due_at=LONG_AGO)
    readers().work_through()
    readers().finish()
    said = {practice.public_says(f"Question {number}") for number in range(5)}
    Poll.objects.update(due_at=LONG_AGO)

    with start(step) as worker:
        assert worker.stdout is not None
        reached = worker.stdout.readline()
        os.kill(worker.pid, signal.SIGKILL)
    assert reached == "here\n", list(Poll.objects.values_list("failures", "fence", "channel__last_failure"))
    said.add(practice.public_says("One more"))

    # Nobody else reads the channel while the dead worker's lease runs; when it has run out, somebody does.
    if step != "settled":
        readers().work_through()
        readers().finish()
        assert Mention.objects.count() == 0
    Poll.objects.update(leased_until=LONG_AGO, due_at=LONG_AGO)
    readers().work_through()
    readers().finish()

    assert sorted(Mention.objects.values_list("external_id", flat=True)) == sorted(said)
    assert Poll.objects.get(channel=channel).leased_until is None
