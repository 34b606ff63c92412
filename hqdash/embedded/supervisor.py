"""Keeps a family of processes alive: started in order, mended when they fall, ended in reverse."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from hqdash.embedded.home import Home
from hqdash.embedded.process import Process, die_with_parent, open_log, trim_logs
from hqdash.embedded.progress import Progress
from hqdash.embedded.trouble import Trouble, disk_is_full

GLANCE = 0.05
TRIM_EVERY = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
# A child that stood this long has earned a quick restart again.
STEADY_AFTER = 60.0


class StopAsked(BaseException):
    """Somebody pressed Ctrl-C or sent a signal; not an error, and not to be caught by `except Exception`."""


@dataclass(slots=True)
class Child:
    """A process of the family and its history."""

    process: Process
    popen: subprocess.Popen[bytes]
    since: float
    falls: int = 0
    restart_at: float | None = None


class Supervisor:
    """The parent, in one thread: the kernel ties "dies with its parent" to the thread that forked."""

    def __init__(self, home: Home, progress: Progress) -> None:
        self.home = home
        self.progress = progress
        self.children: list[Child] = []
        self._stopping = False
        self._next_trim = 0.0

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping = True
        self.stop()

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        if not self._stopping:
            self._stopping = True
            raise StopAsked

    def start(self, process: Process) -> None:
        """Start one and come back when it is ready."""
        for child in self.begin(process):
            self._wait_until_ready(child)

    def begin(self, *processes: Process) -> list[Child]:
        """Start them without waiting; `wait` for them later."""
        return [self._spawn(process) for process in processes]

    def wait(self, child: Child) -> None:
        """Come back when it is ready, and tell how long that took."""
        with self.progress.step(child.process.title):
            self._wait_until_ready(child)

    def run(self, process: Process) -> str:
        """Run something that ends by itself; what it printed. A failure is told with the end of its log."""
        with self.progress.step(process.title), tempfile.TemporaryFile() as output:
            popen = process.spawn(logs=self.home.logs, lock=self.home.lock_descriptor, output=output)
            try:
                while popen.poll() is None:
                    self.glance()
                    time.sleep(GLANCE)
            finally:
                if popen.poll() is None:
                    popen.kill()
                    popen.wait()
            output.seek(0)
            printed = output.read().decode(errors="replace")
            if popen.returncode != 0:
                with open_log(self.home.logs, process.name) as log:
                    log.write(printed.encode())
                raise Trouble(self._last_words(process, f"ended with {_how(popen.returncode)}"))
            return printed

    def accompany(self, command: Sequence[str], *, env: dict[str, str]) -> int:
        """Run the caller's own command in the foreground while the family is watched; its exit code."""
        popen = subprocess.Popen(
            list(command),
            env=env,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  # one thread
        )
        try:
            while popen.poll() is None:
                self.glance()
                time.sleep(GLANCE)
        except StopAsked:
            # Ctrl-C has reached the command as well; a SIGTERM to us alone has not.
            popen.terminate()
            try:
                popen.wait(timeout=10)
            except subprocess.TimeoutExpired:
                popen.kill()
        code = popen.wait()
        return code if code >= 0 else 128 - code

    def watch(self) -> None:
        """Stay until somebody asks to stop."""
        while True:
            self.glance()
            time.sleep(GLANCE)

    def glance(self) -> None:
        """Look at every child once: plan a restart for those that fell, carry out the ones that are due."""
        now = time.monotonic()
        if now >= self._next_trim:
            self._next_trim = now + TRIM_EVERY
            trim_logs(self.home.logs)
        for child in self.children:
            if child.restart_at is not None:
                if now >= child.restart_at:
                    child.popen = self._popen(child.process)
                    child.since, child.restart_at = now, None
            elif child.popen.poll() is not None:
                self._plan_restart(child, now)

    def stop(self) -> None:
        """End the family by tiers: first what speaks to people, then what it leans on, the database last."""
        for tier in sorted({child.process.tier for child in self.children}, reverse=True):
            _end([child for child in self.children if child.process.tier == tier])
        self.children.clear()

    def _plan_restart(self, child: Child, now: float) -> None:
        if disk_is_full(self.home.folder):
            raise Trouble(
                f"{child.process.title} stopped because the disk that holds {self.home.folder} is full: "
                "free some space and start again; what was saved is kept."
            )
        child.falls = 1 if now - child.since > STEADY_AFTER else child.falls + 1
        pause = 0.0 if child.falls == 1 else min(LONGEST_PAUSE, FIRST_PAUSE * 2**child.falls)
        child.restart_at = now + pause
        when = f"in {pause:.1f} s" if pause else "now"
        self.progress.say(
            f"  {child.process.title} ended unexpectedly ({_how(child.popen.returncode)}); "
            f"starting it again {when}. Log: {self._log(child.process)}"
        )

    def _spawn(self, process: Process) -> Child:
        child = Child(process=process, popen=self._popen(process), since=time.monotonic())
        self.children.append(child)
        return child

    def _popen(self, process: Process) -> subprocess.Popen[bytes]:
        return process.spawn(logs=self.home.logs, lock=self.home.lock_descriptor)

    def _wait_until_ready(self, child: Child) -> None:
        deadline = time.monotonic() + child.process.ready_within
        while not child.process.ready():
            if child.popen.poll() is not None:
                raise Trouble(
                    self._last_words(
                        child.process,
                        f"could not start ({_how(child.popen.returncode)})",
                    )
                )
            if time.monotonic() > deadline:
                raise Trouble(
                    self._last_words(
                        child.process,
                        f"was not ready within {child.process.ready_within:.0f} s",
                    )
                )
            time.sleep(GLANCE)

    def _last_words(self, process: Process, what: str) -> str:
        if disk_is_full(self.home.folder):
            return (
                f"{process.title} {what}, because the disk that holds {self.home.folder} is full: "
                "free some space and start again; what was saved is kept."
            )
        lines = last_lines(self._log(process))
        return f"{process.title} {what}. Its log, {self._log(process)}, ends with: {lines or '(nothing)'}"

    def _log(self, process: Process) -> Path:
        return self.home.logs / f"{process.name}.log"


def last_lines(path: Path, *, count: int = 3) -> str:
    """The end of a log on one line."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, path.stat().st_size - 4000))
            lines = [
                line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()
            ]
    except OSError:
        return ""
    return " / ".join(lines[-count:])


def _end(children: Iterable[Child]) -> None:
    """Ask, wait, insist."""
    living = [child for child in children if child.popen.poll() is None]
    for child in living:
        child.popen.send_signal(child.process.stop_signal)
    asked = time.monotonic()
    for child in living:
        try:
            child.popen.wait(timeout=max(0.0, asked + child.process.stop_within - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.popen.pid, signal.SIGKILL)
            child.popen.wait()


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"
