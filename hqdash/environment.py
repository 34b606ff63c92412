"""Reads settings from the environment, and fails loudly in one sentence when one is wrong."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """The value of ``name``, or the content of the file that ``name_FILE`` points to, or the default."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise ImproperlyConfigured(
                f"{name}_FILE points to {file}, which cannot be read: {problem}."
            ) from problem
    return os.environ.get(name, default)


def flag(name: str, *, default: bool = False) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off and an empty value."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value == "":
        return default
    raise ImproperlyConfigured(f"{name} is {value!r}; write 1 or 0.")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, "")
    try:
        return int(value) if value else default
    except ValueError as problem:
        raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number.") from problem


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, without empty members."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def database_role() -> str:
    """Which of the database's logins this process uses: owner, web, worker or opener.

    Each process holds the least it can live with: the web tier cannot read a sealed credential, and
    only the owner may change the schema.
    """
    chosen = os.environ.get("HQDASH_ROLE", "")
    if chosen:
        return chosen
    program, command = Path(sys.argv[0]).name, (sys.argv[1:2] or [""])[0]
    if program == "celery" or Path(sys.argv[0]).parent.name == "celery":
        return "worker"
    return {"opener": "opener", "sequencer": "worker"}.get(command, "owner")


def database_logins() -> dict[str, str]:
    """The names of the database logins for web, worker and opener, as far as they have a URL of their own."""
    urls = {kind: os.environ.get(f"DATABASE_URL_{kind.upper()}", "") for kind in ("web", "worker", "opener")}
    return {kind: unquote(urlsplit(url).username or "") for kind, url in urls.items() if url}


def database(url: str) -> dict[str, object]:
    """Django's settings for ``postgresql://user:password@host:port/name?host=/socket/folder``."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL has to begin with postgresql:// (no other database will do)."
        )
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {
        "ENGINE": "hqdash.base.postgres",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "OPTIONS": {"application_name": f"hqdash-{database_role()}", **options},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # A cursor declared on the server could not carry the signed context of its statement.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "ATOMIC_REQUESTS": False,
    }
