"""Puts the servers' programs where the servers' user can run them, when root starts them from a closed folder.

A checkout below /root, or in a home with mode 0700, hides its wheels from every other user. A copy in the servers'
own folder is the way that needs neither mounts nor new permissions.
"""

import shutil
from pathlib import Path

from hqdash.embedded.binaries import PostgresBinaries
from hqdash.embedded.home import Home
from hqdash.embedded.trouble import Trouble
from hqdash.embedded.unprivileged import can_execute

NOT_NEEDED = shutil.ignore_patterns("include", "__pycache__")


def postgres_within_reach(home: Home, binaries: PostgresBinaries) -> PostgresBinaries:
    """The same PostgreSQL, at a place where it can be run."""
    shelter = home.servers / f"postgres-{binaries.version}"
    if can_execute(home.user, binaries.bin / "postgres"):
        return binaries
    installation = binaries.bin.parent
    package = installation.parent
    copied = shelter / package.name / installation.name
    # Wheels keep shared libraries in a folder beside the package, which the programs find relative to themselves.
    libraries = package.with_name(f"{package.name}.libs")
    _copy_once(libraries, shelter / libraries.name)
    _copy_once(installation, copied)
    reachable = PostgresBinaries(bin=copied / binaries.bin.name, version=binaries.version)
    _require_runs(home, reachable.bin / "postgres", original=binaries.bin)
    return reachable


def valkey_within_reach(home: Home, program: Path) -> Path:
    """The same Valkey, at a place where it can be run."""
    servers = home.servers
    if can_execute(home.user, program):
        return program
    copied = servers / "valkey-program" / program.name
    copied.parent.mkdir(mode=0o755, exist_ok=True)
    # One small file: copied at every start, so that it is never an old one.
    shutil.copy2(program, copied)
    _require_runs(home, copied, original=program)
    return copied


def _copy_once(source: Path, target: Path) -> None:
    if not source.is_dir() or target.exists():
        return
    unfinished = target.with_name(f"{target.name}.part")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(source, unfinished, symlinks=True, ignore=NOT_NEEDED)
    unfinished.rename(target)


def _require_runs(home: Home, program: Path, *, original: Path) -> None:
    if not can_execute(home.user, program):
        raise Trouble(
            f"{original} cannot be run by the servers' user, neither there nor as a copy in {home.servers}: "
            "put the checkout where every user can enter, or start as an ordinary user."
        )
