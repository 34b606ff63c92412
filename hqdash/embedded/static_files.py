"""Knows whether the collected style sheets still match their sources, so that a second start is quick."""

import hashlib
from pathlib import Path

from hqdash.embedded.home import PROJECT

STAMP = "static.sha256"
LOCK = PROJECT / "requirements.lock"


def fingerprint(project: Path = PROJECT) -> str:
    """One number for all static files of the project and for the packages that bring their own."""
    digest = hashlib.sha256(LOCK.read_bytes() if LOCK.exists() else b"")
    for folder in sorted([*project.glob("*/static"), *project.glob("*/*/static"), *project.glob("static")]):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                seen = path.stat()
                digest.update(f"{path.relative_to(project)} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def unchanged(home: Path) -> bool:
    """Whether the last collection was made from the same files."""
    stamp = home / STAMP
    return (home / "static").is_dir() and stamp.exists() and stamp.read_text() == fingerprint()


def remember(home: Path) -> None:
    """Note what was collected."""
    (home / STAMP).write_text(fingerprint())
