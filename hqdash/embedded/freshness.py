"""Knows which steps of a start can be left out because nothing they depend on has changed since the last one."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import psycopg2

from hqdash.embedded.home import PROJECT

PACKAGES = PROJECT / "requirements.lock"
DESKS = ("hqdash", "accounts", "monitoring", "moderation", "publishing")


def static_sources(project: Path = PROJECT) -> str:
    """What the collected files are made from: those of the project, and the packages that bring their own."""
    folders = [*project.glob("*/static"), *project.glob("*/*/static"), *project.glob("static")]
    return _fingerprint(project, (path for folder in folders for path in folder.rglob("*")))


def table_sources(database_url: str, project: Path = PROJECT) -> str:
    """What the tables, their policies and privileges are made from, and which migrations the database has seen."""
    code = _fingerprint(project, (path for desk in DESKS for path in (project / desk).rglob("*.py")))
    return f"{code} {_migrations_seen(database_url)} {hashlib.sha256(database_url.encode()).hexdigest()}"


def unchanged(home: Path, step: str, sources: str) -> bool:
    """Whether the step was last done from the same sources."""
    stamp = home / f"{step}.stamp"
    return stamp.exists() and stamp.read_text() == sources


def remember(home: Path, step: str, sources: str) -> None:
    """Note what the step was done from."""
    (home / f"{step}.stamp").write_text(sources)


def _fingerprint(project: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256(PACKAGES.read_bytes() if PACKAGES.exists() else b"")
    for path in sorted(paths):
        if path.is_file():
            seen = path.stat()
            digest.update(f"{path.relative_to(project)} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _migrations_seen(database_url: str) -> str:
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*), max(id) FROM django_migrations")
            return str(cursor.fetchone())
    except psycopg2.errors.UndefinedTable:
        return "none"
    finally:
        connection.close()
