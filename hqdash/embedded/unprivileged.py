"""PostgreSQL refuses to run as root: when root starts it, another user holds the servers and their data."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hqdash.embedded.trouble import Trouble

DEFAULT_USER = "nobody"


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The operating system's user under whom the servers run."""

    uid: int
    gid: int


def server_user(existing_data: Path) -> ServerUser | None:
    """Whom to become for the servers; None when this process is an ordinary user already.

    Data that is there already decides: a folder first started by one user and then by root keeps its owner.
    """
    if os.geteuid() != 0:
        return None
    if existing_data.exists() and (held := existing_data.stat()).st_uid != 0:
        return ServerUser(uid=held.st_uid, gid=held.st_gid)
    name = os.environ.get("HQDASH_SERVER_USER", DEFAULT_USER)
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise Trouble(
            f"PostgreSQL does not run as root and this machine has no user '{name}': "
            "set HQDASH_SERVER_USER to an existing unprivileged user, or start as an ordinary user."
        ) from None
    return ServerUser(uid=entry.pw_uid, gid=entry.pw_gid)


def run_as(
    user: ServerUser | None,
    command: Sequence[str | Path],
    *,
    env: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a short command as the servers' user and give back what it said."""
    return subprocess.run(
        [str(part) for part in command],
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


def can_write(user: ServerUser | None, folder: Path) -> bool:
    """Whether that user can enter the folder and write there, folders above it included."""
    return _succeeds(user, ["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", folder])


def can_execute(user: ServerUser | None, binary: Path) -> bool:
    """Whether that user can run the binary: asked by running it, because permissions alone do not say."""
    return _succeeds(user, [binary, "--version"])


def own(user: ServerUser | None, folder: Path) -> None:
    """Make a private folder that belongs to the servers' user."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user:
        os.chown(folder, user.uid, user.gid)
    folder.chmod(0o700)


def _succeeds(user: ServerUser | None, command: Sequence[str | Path]) -> bool:
    try:
        return run_as(user, command).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
