"""The whole demo as a newcomer meets it: started, wounded, ended, started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.embedded.conftest import SetUp, eventually

SLOW_MACHINE = 300.0

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]


def free_port() -> int:
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        return int(plug.getsockname()[1])


def is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def started(set_up: SetUp, port: int) -> tuple[subprocess.Popen[str], str, float]:
    """Start the demo; what it said up to the end of its frame, and the seconds that took."""
    began = time.monotonic()
    process = set_up.start("demo", HQDASH_PORT=str(port), HQDASH_SANDBOX_PORT=str(free_port()))
    assert process.stdout is not None
    said = ""
    while "Ctrl-C ends everything" not in said:
        line = process.stdout.readline()
        assert line, f"The demo ended: {said}"
        said += line
    return process, said, time.monotonic() - began


def of_this_home(set_up: SetUp, process: subprocess.Popen[str]) -> list[int]:
    """Every process below the supervisor, whatever its command line says."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [process.pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_newcomer_starts_it_breaks_it_ends_it_and_finds_everything_again(set_up: SetUp) -> None:
    port = free_port()
    process, said, _first = started(set_up, port)

    # The frame says where, who and how.
    assert f"http://127.0.0.1:{port}/" in said
    assert "Sign in as" in said
    assert "Password of everyone" in said
    assert is_healthy(port)
    doctor = set_up.run("run", "--", "python", "manage.py", "doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert "Everything is in order." in doctor.stdout

    # A process that is killed comes back.
    [web] = [
        pid
        for pid in of_this_home(set_up, process)
        if b"uvicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    os.kill(web, signal.SIGKILL)
    eventually(lambda: not lives(web))
    eventually(lambda: is_healthy(port), within=SLOW_MACHINE)

    # Ctrl-C ends everybody.
    everybody = of_this_home(set_up, process)
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=SLOW_MACHINE)
    assert process.returncode == 0
    assert "Web ended unexpectedly (signal SIGKILL)" in rest
    assert not [pid for pid in everybody if lives(pid)]

    # No secret stands in a log.
    secrets = json.loads((set_up.home / "secrets.json").read_text()).values()
    logged = "".join(path.read_text(errors="replace") for path in (set_up.home / "logs").iterdir())
    assert not [secret for secret in secrets if secret in logged]

    # The second start finds the same people, and leaves out what was done.
    again, said_again, _second = started(set_up, port)
    assert said_again.partition("Sign in as")[2] == said.partition("Sign in as")[2]
    assert "Tables" not in said_again
    assert "Style sheets" not in said_again

    # Nobody goes on when the supervisor itself is killed.
    everybody = of_this_home(set_up, again)
    again.kill()
    again.wait()
    eventually(lambda: not [pid for pid in everybody if lives(pid)])
