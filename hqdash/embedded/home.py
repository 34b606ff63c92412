"""Where a set-up keeps what outlives it: data, keys, passwords, logs, and the lock against a second start."""

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from hqdash.embedded.trouble import Trouble
from hqdash.embedded.unprivileged import ServerUser, can_write, own, server_user

PROJECT = Path(__file__).resolve().parents[2]

# sockaddr_un holds 108 bytes with the closing zero; ".s.PGSQL.5432.lock" is the longest name in the folder.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
# Commas separate hosts for libpq, and spaces and percent signs are read differently by every URL parser.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./-]+")
KEY_BYTES = 32
OUTSIDE = Path("/var/lib/hqdash")
PASSWORDS = ("admin", "owner", "web", "worker", "opener")
PATIENCE_WITH_LEFTOVERS = 30.0
GLANCE = 0.05


class Home:
    """One folder, usually `.local/`; every path in it, and its lock."""

    def __init__(self, folder: Path, *, temporary: bool = False) -> None:
        self.folder = folder
        self.temporary = temporary
        self.logs = folder / "logs"
        self.environment_file = folder / "environment.json"
        self._lock: IO[str] | None = None
        self._servers_lock: IO[str] | None = None
        self._short_lived: list[Path] = []
        self._prepared: Path | None = None
        self.user: ServerUser | None = None

    @classmethod
    def given(cls) -> "Home":
        """The folder that HQDASH_HOME names, or `.local/` beside manage.py."""
        return cls(Path(os.environ.get("HQDASH_HOME") or PROJECT / ".local").absolute())

    @classmethod
    def for_a_moment(cls) -> "Home":
        """A folder that is gone afterwards."""
        return cls(Path(tempfile.mkdtemp(prefix="hqdash-")), temporary=True)

    def prepare(self) -> None:
        """Make the folder, take its lock and decide where the servers live."""
        self.folder.mkdir(parents=True, exist_ok=True)
        # The servers' user must pass through when root starts them; it can list nothing.
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        self._take_locks()
        self.environment_file.unlink(missing_ok=True)
        self.logs.mkdir(mode=0o700, exist_ok=True)
        (self.folder / "keys").mkdir(mode=0o700, exist_ok=True)
        self._remove_stale_sockets()

    # The locks: one is the supervisor's alone, the other is inherited by the servers, which may outlive it

    def _take_locks(self) -> None:
        self._lock = _locked(self.folder / "lock")
        if self._lock is None:
            raise Trouble(
                f"HQ Dash already runs from {self.folder} (process {self.holder()}): "
                "stop it with `make stop`, or set HQDASH_HOME to another folder."
            )
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()
        deadline = time.monotonic() + PATIENCE_WITH_LEFTOVERS
        while (lock := _locked(self.folder / "servers.lock")) is None:
            if time.monotonic() > deadline:
                raise Trouble(
                    f"Servers of an earlier start still hold {self.folder} and do not end: "
                    f"look for them with `fuser {self.folder}/servers.lock` and end them."
                )
            time.sleep(GLANCE)
        self._servers_lock = lock

    def holder(self) -> int | None:
        """The process that supervises this folder, while it lives."""
        # The lock is the truth and the number in it only a name: numbers are given out again.
        path = self.folder / "lock"
        if not path.exists():
            return None
        if (lock := _locked(path)) is not None:
            lock.close()
            return None
        return int(path.read_text() or 0)

    @property
    def lock_descriptor(self) -> int:
        """What the servers inherit, so that nobody opens their data before the last of them has ended."""
        assert self._servers_lock is not None, "prepare() comes first"
        return self._servers_lock.fileno()

    # The servers' folder

    @property
    def servers(self) -> Path:
        """The folder that belongs to the servers' user: inside this home wherever that user can get at it."""
        if self._prepared is None:
            self._prepared = self._servers_folder()
        return self._prepared

    def _servers_folder(self) -> Path:
        inside = self.folder / "servers"
        record = self.folder / "servers-live-elsewhere"
        recorded = Path(record.read_text().strip()) if record.exists() else None
        place = recorded if recorded and recorded.is_dir() else inside
        self.user = server_user(place)
        own(self.user, place)
        if can_write(self.user, place):
            return place
        inside.rmdir()
        outside = _room_outside(self.folder)
        own(self.user, outside)
        if not can_write(self.user, outside):
            raise Trouble(
                f"PostgreSQL does not run as root, and its user cannot enter {outside}: "
                "start as an ordinary user, or set HQDASH_HOME to a folder that every user can enter."
            )
        record.write_text(f"{outside}\n")
        if self.temporary:
            self._short_lived.append(outside)
        return outside

    # Sockets

    def socket_folder(self, within: Path, *, user: ServerUser | None) -> Path:
        """A private folder for sockets, in `within` unless that path is too long or too odd for a socket."""
        wanted = within / "run"
        if len(os.fsencode(wanted)) <= LONGEST_SOCKET_FOLDER and PLAIN_PATH.fullmatch(str(wanted)):
            own(user, wanted)
            return wanted
        short = Path(tempfile.mkdtemp(prefix="hqdash-", dir="/tmp"))
        own(user, short)
        self._short_lived.append(short)
        with (self.folder / "sockets-elsewhere").open("a") as record:
            record.write(f"{short}\n")
        return short

    def _remove_stale_sockets(self) -> None:
        record = self.folder / "sockets-elsewhere"
        if record.exists():
            for line in record.read_text().splitlines():
                shutil.rmtree(line, ignore_errors=True)
            record.unlink()

    # Secrets

    def passwords(self) -> dict[str, str]:
        """One password per database role and Django's key, made on the first start."""
        path = self.folder / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = {
            name: secrets.token_urlsafe(32) for name in (*PASSWORDS, "secret_key") if name not in known
        }
        if missing:
            known |= missing
            write_private(path, json.dumps(known, indent=1).encode())
        return known

    def key_file(self, name: str) -> Path:
        """A file with 32 random bytes, made once and never replaced."""
        path = self.folder / "keys" / f"{name}.key"
        if not path.exists():
            write_private(path, secrets.token_bytes(KEY_BYTES))
        return path

    # The end

    def close(self) -> None:
        """Give the lock back and leave nothing behind that was only for this run."""
        self.environment_file.unlink(missing_ok=True)
        for folder in self._short_lived:
            _remove_outside(folder)
        if self.temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
        for lock in (self._servers_lock, self._lock):
            if lock:
                lock.close()
        self._servers_lock = self._lock = None

    def reset(self) -> None:
        """Throw everything away: data, keys and passwords. Only with the lock in hand."""
        record = self.folder / "servers-live-elsewhere"
        if record.exists():
            _remove_outside(Path(record.read_text().strip()))
        shutil.rmtree(self.folder, ignore_errors=True)


def _locked(path: Path) -> IO[str] | None:
    """The open file with its lock in hand; None while another process has it."""
    file = path.open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def write_private(path: Path, content: bytes) -> None:
    """Write a file that nobody else can read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def _remove_outside(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.parent == OUTSIDE:
        with suppress(OSError):
            OUTSIDE.rmdir()


def _room_outside(home: Path) -> Path:
    """A folder for root's servers, when the checkout lies where no other user can enter."""
    name = f"{home.parent.name}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:12]}"
    try:
        OUTSIDE.mkdir(exist_ok=True)
        OUTSIDE.chmod(0o711)
        # Only root writes in /var/lib, so a fixed name cannot have been planted there by another user.
        return OUTSIDE / re.sub(r"[^A-Za-z0-9_-]+", "-", name)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="hqdash-", dir="/var/tmp"))
