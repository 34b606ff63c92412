"""One child of the supervisor: how it starts, when it is ready, and how it ends, even orphaned."""

import ctypes
import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from hqdash.embedded.home import PROJECT
from hqdash.embedded.unprivileged import ServerUser

PR_SET_PDEATHSIG = 1
LOG_KEPT_UNTIL = 20_000_000
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Process:
    """What to run, and how to be sure of it."""

    name: str
    title: str
    command: Sequence[str]
    env: Mapping[str, str]
    ready: Callable[[], bool]
    ready_within: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_within: float = 10.0
    # What the kernel sends when the supervisor is gone. Ours die at once: work is rows in the database and is
    # taken up again from there, while a worker that nobody watches would go on speaking for the force.
    orphan_signal: signal.Signals = signal.SIGKILL
    user: ServerUser | None = None
    inherits_lock: bool = False
    # Ends before everything with a lower number: the database is 0, what leans on it comes above.
    tier: int = 0
    folder: Path = field(default=PROJECT)

    def spawn(self, *, logs: Path, lock: int, output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
        """Start it in a session of its own: Ctrl-C reaches the supervisor alone, so the order holds."""
        with open_log(logs, self.name) as log:
            return subprocess.Popen(
                list(self.command),
                env=dict(self.env),
                cwd="/" if self.user else self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output or log,
                stderr=log,
                start_new_session=True,
                user=self.user.uid if self.user else None,
                group=self.user.gid if self.user else None,
                extra_groups=[] if self.user else None,
                pass_fds=(lock,) if self.inherits_lock else (),
                preexec_fn=die_with_parent(self.orphan_signal),  # noqa: PLW1509  # the supervisor has one thread
            )


def open_log(logs: Path, name: str) -> io.FileIO:
    """The log of one child, which goes on where the last start ended."""
    return io.FileIO(logs / f"{name}.log", "a")


def trim_logs(logs: Path) -> None:
    """Put aside what has grown too long. The children hold the file, so it is emptied, not moved."""
    for log in logs.glob("*.log"):
        if log.stat().st_size > LOG_KEPT_UNTIL:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)


def die_with_parent(orphan_signal: signal.Signals) -> Callable[[], None]:
    """What a new child does first: ask the kernel for a signal at the death of its parent.

    It has to happen in the child and after its change of user, which would clear it again.
    """
    parent = os.getpid()

    def ask() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)

    return ask
