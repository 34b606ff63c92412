"""Brings up the database and the bell, and says to every other process where they are."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from hqdash.embedded.home import PROJECT, Home, write_private
from hqdash.embedded.logins import PROCESS_ROLES
from hqdash.embedded.postgres import prepare_postgres
from hqdash.embedded.supervisor import Supervisor
from hqdash.embedded.trouble import Trouble
from hqdash.embedded.valkey import prepare_valkey

DATABASE_URLS = (
    "DATABASE_URL",
    *(f"DATABASE_URL_{role.upper()}" for role in PROCESS_ROLES),
)


def bring_up(supervisor: Supervisor) -> dict[str, str]:
    """Start what the environment does not name already; the environment for everything else."""
    home = supervisor.home
    environment = base_environment(home)
    if not os.environ.get("DATABASE_URL"):
        with supervisor.progress.step("PostgreSQL"):
            postgres = prepare_postgres(home)
            supervisor.start(postgres.process)
            postgres.add_roles_and_database()
        environment["DATABASE_URL"] = postgres.url("owner")
        environment |= {f"DATABASE_URL_{role.upper()}": postgres.url(role) for role in PROCESS_ROLES}
    else:
        # One login for all, or the ones that are named: never a stale one of the embedded server.
        environment |= {name: os.environ[name] for name in DATABASE_URLS if os.environ.get(name)}
        _require_database(environment["DATABASE_URL"])
    if not os.environ.get("REDIS_URL"):
        with supervisor.progress.step("Valkey"):
            valkey = prepare_valkey(home)
            supervisor.start(valkey.process)
        environment["REDIS_URL"] = valkey.url
    else:
        environment["REDIS_URL"] = os.environ["REDIS_URL"]
    publish(home, environment)
    return environment


def base_environment(home: Home) -> dict[str, str]:
    """Keys, sockets and folders of this home; what the person has set already goes first."""
    ours = {
        "HQDASH_HOME": str(home.folder),
        "SECRET_KEY": home.passwords()["secret_key"],
        "HQDASH_ROOT_KEY_FILE": str(home.key_file("root")),
        "HQDASH_CONTEXT_KEY_FILE": str(home.key_file("context")),
        "HQDASH_OPENER_SOCKET": str(home.socket_folder(home.folder, user=None) / "opener.sock"),
    }
    return {name: os.environ.get(name) or value for name, value in ours.items()} | {
        "HQDASH_HOME": str(home.folder)
    }


def publish(home: Home, environment: Mapping[str, str]) -> None:
    """Leave the addresses where a second command in the same home finds them."""
    write_private(home.environment_file, json.dumps(dict(environment), indent=1).encode())


def published(home: Home) -> dict[str, str] | None:
    """The addresses of the servers that run from this home, if any do."""
    if home.holder() is None:
        return None
    try:
        environment: dict[str, str] = json.loads(home.environment_file.read_text())
    except (OSError, ValueError):
        return None
    return environment


def process_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a child: the caller's, ours on top, and this Python first on the PATH."""
    folder = str(Path(sys.executable).parent)
    path = environment.get("PATH") or os.environ.get("PATH", os.defpath)
    return {
        **os.environ,
        **environment,
        "PATH": path if path.split(os.pathsep)[0] == folder else f"{folder}{os.pathsep}{path}",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH", "")])),
        "PYTHONUNBUFFERED": "1",
    }


def _require_database(url: str) -> None:
    try:
        psycopg2.connect(url, connect_timeout=5).close()
    except psycopg2.OperationalError as error:
        where = urlsplit(url)
        raise Trouble(
            f"DATABASE_URL names a database that does not answer ({where.hostname or 'socket'}{where.path}): "
            f"{' '.join(str(error).split())[:200]} Start it, or unset DATABASE_URL to use the embedded one."
        ) from None
