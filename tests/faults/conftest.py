"""A worker as in production: Celery in a process of its own, on the database, broker and vault of the test run."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import redis
from django.conf import settings

from tests.networks.conftest import sandbox_address  # noqa: F401  # the fixture
from tests.publishing.conftest import connect  # noqa: F401  # the fixture
from tests.publishing.delivering_process import environment

SLOW_MACHINE = 60.0

StartWorker = Callable[..., AbstractContextManager[Path]]


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    """The broker, with nothing in it from before."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.flushdb()
        yield broker


@pytest.fixture
def worker(tmp_path: Path, broker: redis.Redis) -> StartWorker:
    """``with worker(queues="outbound", threads=2) as log``: a worker that hears, and the file that it logs to."""

    @contextmanager
    def running(*, queues: str, threads: int) -> Iterator[Path]:
        log = tmp_path / "worker.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", "hqdash.celery", "worker", "--pool", "threads"),
                    *("--concurrency", str(threads), "-Q", queues, "--loglevel", "DEBUG"),
                    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
                ],
                cwd=Path(__file__).parents[2],
                env={**environment(), "HQDASH_LOG_LEVEL": "DEBUG"},
                stdout=file,
                stderr=file,
            )
        try:
            until(lambda: " ready." in log.read_text(), process=process, log=log)
            yield log
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    return running


def until(
    happened: Callable[[], bool], *, process: subprocess.Popen[bytes] | None = None, log: Path | None = None
) -> None:
    """Wait until it has happened."""
    deadline = time.monotonic() + SLOW_MACHINE
    while not happened():
        ended = process is not None and process.poll() is not None
        assert not ended and time.monotonic() < deadline, (
            log.read_text()[-3000:] if log else "it did not happen"
        )
        time.sleep(0.05)
