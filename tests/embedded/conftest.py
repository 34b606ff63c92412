"""Starts the command itself, as a person would, in a home of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hqdash.embedded.home import PROJECT

PATIENCE = 30.0
NAMED_BY_THE_TEST_RUN = ("DATABASE_URL", "REDIS_URL", "HQDASH_", "SECRET_KEY", "CELERY_", "DJANGO_")


def clean_environment(**extra: str) -> dict[str, str]:
    """The environment without the servers that this test run stands on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NAMED_BY_THE_TEST_RUN)}
    return kept | {"PYTHONPATH": str(PROJECT)} | extra


@dataclass
class SetUp:
    """One home and what was started from it."""

    home: Path
    python: str = sys.executable
    project: Path = PROJECT
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *words: str, **extra: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [self.python, "-m", "hqdash.embedded", *words],
            env=clean_environment(HQDASH_HOME=str(self.home), **extra),
            cwd=self.project,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def servers(self, **extra: str) -> subprocess.Popen[str]:
        """Start the servers and come back when they are ready."""
        # A supervisor that was killed has left its addresses behind.
        (self.home / "environment.json").unlink(missing_ok=True)
        process = self.start("servers", **extra)
        eventually(lambda: (self.home / "environment.json").exists() or process.poll() is not None)
        assert process.poll() is None, process.communicate()[0]
        return process

    def run(self, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Run a command that ends by itself."""
        process = self.start(*words, **extra)
        said, _ = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, said)

    def environment(self) -> dict[str, str]:
        return json.loads((self.home / "environment.json").read_text())

    def pids(self, word: str) -> list[int]:
        """The living processes of this home whose command line contains the word."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    command = (entry / "cmdline").read_bytes().decode(errors="replace")
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                except OSError:
                    continue
                if word in command and str(self.home) in command and state != "Z":
                    found.append(int(entry.name))
        return found

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)


def eventually(true: Callable[[], object], *, within: float = PATIENCE) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "It never came about."
        time.sleep(0.05)


@pytest.fixture
def set_up() -> Iterator[SetUp]:
    # Not pytest's own folder: its path is too long for a socket, which is a test of its own. In memory where
    # that can be had: the servers write to the disk as they should, and a busy disk makes them slow.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hqt-", dir=memory) as folder:
        Path(folder).chmod(0o711)
        one = SetUp(home=Path(folder) / "home")
        yield one
        one.end()
