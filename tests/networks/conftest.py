"""The practice networks as a real process, and what the contract needs to speak with them."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.networks.practice import Practice
from tests.networks.wire import Wire, serving

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture(scope="session")
def sandbox_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The practice networks in a process of their own, on a free port, with an empty state."""
    port, state = free_port(), tmp_path_factory.mktemp("sandbox")
    with (state / "log").open("w") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "hqdash.sandbox",
                "--port",
                str(port),
                "--state",
                str(state),
                "--no-limits",
            ],
            cwd=ROOT,
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            if process.poll() is not None:
                raise RuntimeError((state / "log").read_text())
            try:
                requests.get(f"{address}/_control/health", timeout=1)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(params=["x", "facebook", "wordpress"])
def practice(request: pytest.FixtureRequest, sandbox_address: str) -> Iterator[Practice]:
    """A fresh account on one practice network, and the lever for its faults."""
    practice = Practice.on(sandbox_address, request.param)
    yield practice
    practice.no_faults()


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server that behaves as the test tells it."""
    with serving() as wire:
        yield wire
