"""Looks at a set-up and says what is missing and how to mend it; judges plain facts, asks nothing itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
OLDEST_POSTGRES = 15
MEGABYTE = 1024 * 1024
ROOM = 500 * MEGABYTE
SHORTEST_SECRET_KEY = 32


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: in order, or what to do about it."""

    subject: str
    seen: str
    mend: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether there is nothing to mend."""
        return not self.mend


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What the database says about itself and the login that asks."""

    version: int
    login: str
    is_superuser: bool
    bypasses_row_security: bool


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """A key file as it lies on the disk."""

    path: Path
    length: int
    mode: int


def python_version(version: tuple[int, int]) -> Finding:
    """HQ Dash is tested from 3.11 to 3.13."""
    seen = f"Python {version[0]}.{version[1]}"
    if OLDEST_PYTHON <= version <= NEWEST_PYTHON:
        return Finding("Python", seen)
    return Finding("Python", seen, "Make .venv with Python 3.11, 3.12 or 3.13.")


def database(role: str, facts: DatabaseFacts | str) -> Finding:
    """The database answers this login, is recent, and its row-level security holds for it."""
    subject = f"Database for {role}"
    if isinstance(facts, str):
        variable = "DATABASE_URL" if role == "owner" else f"DATABASE_URL_{role.upper()}"
        return Finding(subject, f"does not answer: {facts}", f"Start PostgreSQL, or correct {variable}.")
    seen = f"PostgreSQL {facts.version // 10000}, login {facts.login}"
    if facts.version < OLDEST_POSTGRES * 10000:
        return Finding(subject, seen, f"Use PostgreSQL {OLDEST_POSTGRES} or newer.")
    if facts.is_superuser or facts.bypasses_row_security:
        return Finding(
            subject,
            f"{seen}, which row-level security does not bind",
            f"ALTER ROLE {facts.login} NOSUPERUSER NOBYPASSRLS; or let another login be used.",
        )
    return Finding(subject, seen)


def separate_logins(logins: Mapping[str, str]) -> Finding:
    """Web, worker and opener sign in as themselves, and none of them owns the tables."""
    subject, seen = "Separate logins", ", ".join(f"{role}: {login}" for role, login in logins.items())
    if len(set(logins.values())) == len(logins):
        return Finding(subject, seen)
    return Finding(
        subject,
        seen or "none",
        "Set DATABASE_URL_WEB, DATABASE_URL_WORKER and DATABASE_URL_OPENER to logins of their own "
        "(`python -m hqdash.embedded logins` makes them), then run `manage.py migrate` again.",
    )


def broker(answer: str, *, policy: str = "") -> Finding:
    """Redis or Valkey answers, and throws nothing away when its memory is full."""
    subject = "Redis or Valkey"
    if answer:
        return Finding(subject, f"does not answer: {answer}", "Start it, or correct REDIS_URL.")
    if policy and policy != "noeviction":
        return Finding(subject, f"answers, maxmemory-policy {policy}", "Set maxmemory-policy to noeviction.")
    return Finding(subject, "answers")


def opener(path: str, *, answers: bool) -> Finding:
    """The process that holds the keys listens at its socket."""
    if answers:
        return Finding("Opener", f"answers at {path}")
    return Finding(
        "Opener",
        f"does not answer at {path}",
        "Start `manage.py opener` (`make demo` does), or correct HQDASH_OPENER_SOCKET.",
    )


def root_key(facts: KeyFacts | str) -> Finding:
    """The key that wraps all others exists, is whole and is nobody else's to read."""
    if isinstance(facts, str):
        return Finding("Root key", facts, "Set HQDASH_ROOT_KEY_FILE, or run `manage.py opener --make-keys`.")
    if facts.length not in (32, 43, 44, 45, 64, 65):
        return Finding("Root key", f"{facts.path} has {facts.length} bytes", "Put the file of 32 bytes back.")
    if facts.mode & 0o077:
        return Finding("Root key", f"{facts.path} can be read by others", f"chmod 600 {facts.path}")
    return Finding("Root key", f"{facts.path}")


def disk(free: int, *, place: Path) -> Finding:
    """There is room to go on."""
    seen = f"{free // MEGABYTE} MB free at {place}"
    return Finding(
        "Disk", seen, "" if free >= ROOM else f"Free some space: {ROOM // MEGABYTE} MB are the least."
    )


def migrations(pending: Sequence[str] | None) -> Finding:
    """The tables are the ones that the code expects."""
    if pending is None:
        return Finding("Tables", "could not be looked at", "Mend the database first.")
    if not pending:
        return Finding("Tables", "up to date")
    shown = ", ".join(pending[:3]) + (" ..." if len(pending) > 3 else "")
    return Finding("Tables", f"{len(pending)} migrations are pending ({shown})", "Run `manage.py migrate`.")


def allowed_hosts(hosts: str, *, demo: bool) -> Finding:
    """Only the demo may let connectors reach addresses inside the house."""
    if demo or not hosts.strip():
        return Finding(
            "Address guard", "practice networks only" if demo else "closed to addresses inside the house"
        )
    return Finding(
        "Address guard", f"lets connectors reach {hosts}", "Unset HQDASH_ALLOWED_HOSTS outside the demo."
    )


def secret_key(key: str) -> Finding:
    """Sessions are signed with something that cannot be guessed."""
    if len(key) >= SHORTEST_SECRET_KEY:
        return Finding("Secret key", f"{len(key)} characters")
    return Finding(
        "Secret key", f"{len(key)} characters", f"Set SECRET_KEY to {SHORTEST_SECRET_KEY} or more."
    )


def report(findings: Sequence[Finding]) -> str:
    """The findings as a list to read, with the way to mend below each that needs it."""
    lines = []
    for finding in findings:
        lines.append(f"  {'ok  ' if finding.is_fine else 'MEND'}  {finding.subject}: {finding.seen}")
        if finding.mend:
            lines.append(f"        {finding.mend}")
    broken = sum(not finding.is_fine for finding in findings)
    lines.append("")
    lines.append(f"  {broken} of {len(findings)} need mending." if broken else "  Everything is in order.")
    return "\n".join(lines)
