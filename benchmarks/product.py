"""The whole product, started as a newcomer starts it, in a home that is gone afterwards."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hqdash.embedded.process import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
IS_RUNNING = "HQ Dash is running."
STARTS_WITHIN, ENDS_WITHIN = 300.0, 60.0
# A surrounding `run --temporary` names servers of its own; the product brings up its own, as for a newcomer.
NAMED_BY_OTHERS = ("DATABASE_URL", "REDIS_URL", "HQDASH_", "SECRET_KEY", "CELERY_", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True, slots=True)
class Product:
    """One running HQ Dash with its practice networks."""

    web: str
    sandbox: str
    home: Path
    seconds_to_start: float
    said: str
    """What it printed until it was ready."""

    @property
    def password(self) -> str:
        """The password of everybody in the demo."""
        return (self.home / "demo-password.txt").read_text(encoding="utf-8").strip()

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are given: addresses, logins, keys."""
        given: dict[str, str] = json.loads((self.home / "environment.json").read_text(encoding="utf-8"))
        return given


@contextmanager
def running_product(*, in_memory: bool = False) -> Iterator[Product]:
    """The product from this checkout in a new home; ``in_memory`` spares a busy disk where times do not matter."""
    memory = "/dev/shm" if in_memory and os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hqb-", dir=memory) as folder:
        # The servers' user has to pass through when root starts them.
        Path(folder).chmod(0o711)
        with started(home=Path(folder) / "home") as product:
            yield product


@contextmanager
def started(*, home: Path, project: Path = ROOT) -> Iterator[Product]:
    """``make demo`` without pip: from the first process to the printed address, and to the end by its own signal."""
    web, sandbox = _free_ports(2)
    log_file = home.with_suffix(".log")
    with log_file.open("w", encoding="utf-8") as log:
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "hqdash.embedded", "demo"],
            cwd=project,
            env=_clean_environment(home, web, sandbox) | {"PYTHONPATH": str(project)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  # one thread at this moment
        )
        try:
            _wait_until_running(process, log_file)
            yield Product(
                web=f"http://127.0.0.1:{web}",
                sandbox=f"http://127.0.0.1:{sandbox}",
                home=home,
                seconds_to_start=time.monotonic() - began,
                said=log_file.read_text(encoding="utf-8"),
            )
        finally:
            _end(process)


def machine() -> dict[str, object]:
    """What stands beside a figure so that it can be judged: processors, and how busy they are."""
    return {"processors": os.cpu_count(), "load": [round(load, 1) for load in os.getloadavg()]}


def percentile(values: list[float], percent: int) -> float | None:
    """The value that this many of a hundred do not exceed; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 2)


def join(product: Product, *, role: str) -> None:
    """Make this process one of the product's: the login, the keys and the broker that the role has."""
    import django

    own: Mapping[str, str] = product.environment
    for name in [name for name in os.environ if name.startswith(NAMED_BY_OTHERS)]:
        del os.environ[name]
    os.environ.update(own, HQDASH_ROLE=role, HQDASH_LOG_LEVEL="WARNING")
    os.environ["DJANGO_SETTINGS_MODULE"] = "hqdash.settings"
    django.setup()


def _clean_environment(home: Path, web: int, sandbox: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NAMED_BY_OTHERS)}
    return kept | {
        "HQDASH_HOME": str(home),
        "HQDASH_PORT": str(web),
        "HQDASH_SANDBOX_PORT": str(sandbox),
    }


def _free_ports(count: int) -> list[int]:
    plugs = [socket.socket() for _number in range(count)]
    try:
        for plug in plugs:
            plug.bind(("127.0.0.1", 0))
        return [int(plug.getsockname()[1]) for plug in plugs]
    finally:
        for plug in plugs:
            plug.close()


def _wait_until_running(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while IS_RUNNING not in (said := log.read_text(encoding="utf-8")):
        if process.poll() is not None:
            raise RuntimeError(f"The product did not start:\n{said[-3000:]}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"The product was not ready within {STARTS_WITHIN:.0f} s:\n{said[-3000:]}")
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
