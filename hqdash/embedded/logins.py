"""Gives each process its own way into the database: one owns the tables, the others get what they need."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import encrypt_password

from hqdash.embedded.trouble import Trouble

# The tables that each of them may touch are granted by the migrations.
PROCESS_ROLES = ("web", "worker", "opener")


@dataclass(frozen=True, slots=True)
class Login:
    """One login of the database and whose it is: "owner", "web", "worker" or "opener"."""

    role: str
    name: str
    password: str


def add_logins(connection: Connection, logins: Sequence[Login], *, database: str) -> None:
    """Make the logins and the database that do not exist yet. The owner comes first in the list."""
    connection.autocommit = True
    owner = logins[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles")
        known = {name for (name,) in cursor.fetchall()}
    for login in logins:
        if login.name not in known:
            _add_login(connection, login, owner=owner)
    _add_database(connection, logins, database=database)


def add_logins_from_environment() -> list[str]:
    """Do so on a server elsewhere, whose administrator DATABASE_URL_ADMIN names; the names of the logins."""
    admin = _url("DATABASE_URL_ADMIN")
    owner_url = _url("DATABASE_URL")
    if not admin or not owner_url:
        raise Trouble(
            "Set DATABASE_URL_ADMIN (or DATABASE_URL_ADMIN_FILE) and DATABASE_URL: who makes, and who owns."
        )
    urls = {"owner": owner_url} | {role: _url(f"DATABASE_URL_{role.upper()}") for role in PROCESS_ROLES}
    logins = [_login(role, url) for role, url in urls.items() if url]
    try:
        connection = psycopg2.connect(admin, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise Trouble(
            f"The server of DATABASE_URL_ADMIN does not let us in: {' '.join(str(error).split())}"
        ) from None
    try:
        add_logins(connection, logins, database=unquote(urlsplit(owner_url).path.lstrip("/")))
    finally:
        connection.close()
    return [login.name for login in logins]


def _add_login(connection: Connection, login: Login, *, owner: Login) -> None:
    rights = "CREATEDB CREATEROLE" if login is owner else "NOCREATEDB NOCREATEROLE"
    # The hash is made here, so that the server's log never sees the password, even when this fails.
    hashed = encrypt_password(login.password, login.name, scope=connection, algorithm="scram-sha-256")
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOREPLICATION {} PASSWORD {}").format(
                sql.Identifier(login.name), sql.SQL(rights), sql.Literal(hashed)
            )
        )
        if login is not owner:
            # Lets a migration or a test look at the tables through that role's eyes.
            only_to_look = " WITH INHERIT FALSE" if connection.server_version >= 160000 else ""
            grant = sql.SQL("GRANT {} TO {}" + only_to_look)
            cursor.execute(grant.format(sql.Identifier(login.name), sql.Identifier(owner.name)))


def _add_database(connection: Connection, logins: Sequence[Login], *, database: str) -> None:
    owner, *others = logins
    name = sql.Identifier(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if cursor.fetchone():
            return
        cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(owner.name)))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
        for login in others:
            cursor.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(login.name))
            )


def _url(name: str) -> str:
    if file := os.environ.get(f"{name}_FILE"):
        return Path(file).read_text().strip()
    return os.environ.get(name, "")


def _login(role: str, url: str) -> Login:
    parts = urlsplit(url)
    return Login(role=role, name=unquote(parts.username or ""), password=unquote(parts.password or ""))
