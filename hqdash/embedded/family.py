"""Who belongs to a running HQ Dash besides its servers, and how each of them is started."""

import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hqdash.embedded.home import Home
from hqdash.embedded.ports import Ports
from hqdash.embedded.process import Process

# One process per group of queues, so that a broadcast never waits behind polls; threads, because most of
# their time is spent waiting for networks.
WORKERS: Mapping[str, tuple[str, int]] = {
    "outbound-urgent": ("outbound.urgent", 16),
    "outbound": ("outbound", 16),
    "inbound": ("inbound", 12),
    "housekeeping": ("screening,housekeeping", 6),
}
# Nobody knows more than they need: only the opener holds the key of keys, only migrations own the tables.
ROLES = ("web", "worker", "opener")
VAULT_KEYS = ("root.key", "origin.key", "origin.pub", "book.key")
SLOW_MACHINE = 120.0


@dataclass(frozen=True, slots=True)
class SetupSteps:
    """What runs once and ends before anybody is told the address."""

    make_keys: Process
    migrate: Process
    seed: Process
    collect: Process


@dataclass(frozen=True, slots=True)
class Family:
    """The processes that stay: those that others lean on, and those that speak to people and networks."""

    first: list[Process]
    then: list[Process]


def setup_steps(environment: Mapping[str, str]) -> SetupSteps:
    """Keys, tables, people and files."""
    return SetupSteps(
        make_keys=_command("keys", "Keys", ["opener", "--make-keys"], environment),
        migrate=_command("migrate", "Tables", ["migrate", "--no-input", "--verbosity", "0"], environment),
        seed=_command(
            "seed", "Two forces, their people and channels", ["seed_demo", "--print-accounts"], environment
        ),
        collect=_command(
            "collectstatic", "Style sheets", ["collectstatic", "--no-input", "-v0"], environment
        ),
    )


def everybody(home: Home, environment: Mapping[str, str], ports: Ports) -> Family:
    """Who stays, and in which order they come."""
    return Family(
        first=[_sandbox(home, environment, ports), _opener(environment)],
        then=[
            _web(environment, ports),
            *(_worker(home, environment, name) for name in WORKERS),
            _scheduler(home, environment),
        ],
    )


def has_all_keys(home: Home) -> bool:
    """Whether the keys of the vault and of the book were made by an earlier start."""
    return all((home.folder / "keys" / name).exists() for name in VAULT_KEYS)


def for_role(environment: Mapping[str, str], role: str) -> dict[str, str]:
    """The environment with the database login of this role, and without the ones of the others."""
    own = dict(environment)
    for other in ROLES:
        url = own.pop(f"DATABASE_URL_{other.upper()}", None)
        if other == role and url:
            own["DATABASE_URL"] = url
    if role != "opener":
        own.pop("HQDASH_ROOT_KEY_FILE", None)
    return own | {"HQDASH_ROLE": role}


def _command(name: str, title: str, words: list[str], environment: Mapping[str, str]) -> Process:
    return Process(
        name=name,
        title=title,
        command=[sys.executable, "manage.py", *words],
        env={**environment, "HQDASH_ROLE": "owner"},
        ready=lambda: True,
    )


def _sandbox(home: Home, environment: Mapping[str, str], ports: Ports) -> Process:
    state = home.folder / "sandbox"
    state.mkdir(mode=0o700, exist_ok=True)
    # The practice networks are the outside world: they know no password and no key of ours.
    known = {
        name: value for name, value in environment.items() if name in {"PATH", "PYTHONPATH", "LANG", "HOME"}
    }
    return Process(
        name="sandbox",
        title="Practice networks",
        command=[sys.executable, "-m", "hqdash.sandbox", "--port", str(ports.sandbox), "--state", str(state)],
        env={**known, "PYTHONUNBUFFERED": "1"},
        ready=lambda: _answers(f"http://127.0.0.1:{ports.sandbox}/"),
        ready_within=SLOW_MACHINE,
        tier=2,
    )


def _opener(environment: Mapping[str, str]) -> Process:
    path = environment["HQDASH_OPENER_SOCKET"]
    return Process(
        name="opener",
        title="Opener (holds the keys, signs the book)",
        command=[sys.executable, "manage.py", "opener", "--sequencer"],
        env=for_role(environment, "opener"),
        ready=lambda: _accepts(path),
        ready_within=SLOW_MACHINE,
        tier=2,
    )


def _web(environment: Mapping[str, str], ports: Ports) -> Process:
    return Process(
        name="web",
        title="Web",
        command=[
            *(sys.executable, "-m", "uvicorn", "hqdash.asgi:application"),
            *("--host", "127.0.0.1", "--port", str(ports.web)),
            # Live streams never end by themselves, and Ctrl-C should not wait for them.
            *("--timeout-graceful-shutdown", "2", "--lifespan", "off", "--log-level", "warning"),
        ],
        env=for_role(environment, "web"),
        ready=lambda: _answers(f"http://127.0.0.1:{ports.web}/healthz"),
        ready_within=SLOW_MACHINE,
        tier=3,
    )


def _worker(home: Home, environment: Mapping[str, str], name: str) -> Process:
    queues, threads = WORKERS[name]
    return Process(
        name=f"worker-{name}",
        title=f"Worker for {queues.replace(',', ' and ')}",
        command=[
            *(sys.executable, "-m", "celery", "-A", "hqdash.celery", "worker"),
            *("--pool", "threads", "--concurrency", str(threads), "-Q", queues, "-n", f"{name}@hqdash"),
            *("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"),
        ],
        # Django's checks read in every page, and the migrations have run them.
        env={**for_role(environment, "worker"), "CELERY_SKIP_CHECKS": "1"},
        ready=_said(home.logs / f"worker-{name}.log", " ready."),
        ready_within=SLOW_MACHINE,
        stop_within=15.0,
        tier=3,
    )


def _scheduler(home: Home, environment: Mapping[str, str]) -> Process:
    return Process(
        name="scheduler",
        title="Clock",
        command=[
            *(sys.executable, "-m", "celery", "-A", "hqdash.celery", "beat"),
            *("--schedule", str(home.folder / "run" / "beat"), "--pidfile=", "--loglevel", "INFO"),
        ],
        env={**for_role(environment, "worker"), "CELERY_SKIP_CHECKS": "1"},
        # The last line of its greeting; what it logs after that is turned down in the settings.
        ready=_said(home.logs / "scheduler.log", "maxinterval ->"),
        ready_within=SLOW_MACHINE,
        tier=3,
    )


def _answers(url: str) -> bool:
    """Whether something speaks HTTP there and is not broken; a redirect to the sign-in page is an answer."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def _accepts(path: str) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as plug:
            plug.settimeout(2)
            plug.connect(path)
    except OSError:
        return False
    return True


def _said(log: Path, words: str) -> Callable[[], bool]:
    """Whether the log says so since now; what an earlier run said does not count."""
    before = log.stat().st_size if log.exists() else 0

    def ask() -> bool:
        try:
            with log.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(before if size >= before else 0)
                return words.encode() in file.read()
        except FileNotFoundError:
            return False

    return ask
