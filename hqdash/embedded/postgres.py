"""PostgreSQL as a private server: made once, and reached by a socket that nobody else can open."""

import os
import signal
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import connection as Connection

from hqdash.embedded.binaries import PostgresBinaries, find_postgres
from hqdash.embedded.home import Home
from hqdash.embedded.logins import PROCESS_ROLES, Login, add_logins
from hqdash.embedded.process import Process
from hqdash.embedded.shelter import postgres_within_reach
from hqdash.embedded.trouble import ROOM_FOR_A_NEW_DATABASE, Trouble, require_room
from hqdash.embedded.unprivileged import own, run_as

DATABASE = "hqdash"
ADMIN = "hqdash_admin"

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    # A statement that failed holds what it was to write, and the token that names its force.
    "log_min_error_statement": "panic",
}
# A database that is thrown away after the run has nothing to lose in a power cut.
CARELESS_SETTINGS: Mapping[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL that is ready to be started: its files exist and its passwords are known."""

    process: Process
    sockets: Path
    passwords: Mapping[str, str]
    version: str

    def url(self, role: str) -> str:
        """Where a process finds the database: "owner", "web", "worker" or "opener"."""
        user, password = (
            quote(f"hqdash_{role}", safe=""),
            quote(self.passwords[role], safe=""),
        )
        return f"postgresql://{user}:{password}@/{DATABASE}?host={quote(str(self.sockets), safe='')}"

    def logins(self) -> list[Login]:
        """Who may sign in to this database, the owner first."""
        return [
            Login(role=role, name=f"hqdash_{role}", password=self.passwords[role])
            for role in ("owner", *PROCESS_ROLES)
        ]

    def add_roles_and_database(self) -> None:
        """Make what is missing: the owner, the three process roles and the database."""
        connection = _connect(self.sockets, self.passwords["admin"])
        try:
            add_logins(connection, self.logins(), database=DATABASE)
        finally:
            connection.close()


def prepare_postgres(home: Home) -> Postgres:
    """Find the programs, make the data folder on the first start, and say how to run it."""
    binaries = postgres_within_reach(home, find_postgres())
    data = home.servers / "postgres"
    passwords = home.passwords()
    if (data / "PG_VERSION").exists():
        _refuse_another_version(data, binaries)
    else:
        _make_data_folder(home, binaries, data, passwords["admin"])
    sockets = home.socket_folder(home.servers, user=home.user)
    settings = {**SETTINGS, "unix_socket_directories": str(sockets)}
    if home.temporary:
        settings |= CARELESS_SETTINGS
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = Process(
        name="postgres",
        title=f"PostgreSQL {binaries.version}",
        command=[str(binaries.bin / "postgres"), "-D", str(data), *options],
        env={"PATH": os.defpath, "LC_ALL": "C"},
        ready=lambda: _answers(sockets, passwords["admin"]),
        # SIGINT is PostgreSQL's fast shutdown: no new work, open transactions undone, a clean checkpoint.
        stop_signal=signal.SIGINT,
        orphan_signal=signal.SIGINT,
        stop_within=30.0,
        user=home.user,
        inherits_lock=True,
    )
    return Postgres(process=process, sockets=sockets, passwords=passwords, version=binaries.version)


def _refuse_another_version(data: Path, binaries: PostgresBinaries) -> None:
    made_with = (data / "PG_VERSION").read_text().strip()
    if made_with != str(binaries.major):
        raise Trouble(
            f"The data in {data} was made by PostgreSQL {made_with} and this is {binaries.version}: "
            f"set PG_BIN to the programs of PostgreSQL {made_with}, or begin anew with `make demo-reset`."
        )


def _make_data_folder(home: Home, binaries: PostgresBinaries, data: Path, password: str) -> None:
    require_room(home.servers, needed=ROOM_FOR_A_NEW_DATABASE)
    # An initdb that was interrupted leaves half a catalogue behind; a name of its own until it is whole keeps
    # that from being taken for a database.
    unfinished = data.with_name("postgres.part")
    run_as(home.user, ["/bin/rm", "-rf", unfinished])
    own(home.user, unfinished)
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if binaries.major >= 17
        else ["--locale=C.UTF-8"]
    )
    with tempfile.NamedTemporaryFile("w", dir=home.servers, prefix="password-") as password_file:
        password_file.write(password)
        password_file.flush()
        if home.user:
            os.fchown(password_file.fileno(), home.user.uid, home.user.gid)
        os.fchmod(password_file.fileno(), stat.S_IRUSR | stat.S_IWUSR)
        said = run_as(
            home.user,
            [
                binaries.bin / "initdb",
                f"--pgdata={unfinished}",
                f"--username={ADMIN}",
                f"--pwfile={password_file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--data-checksums",
                *locale,
                *(["--no-sync"] if home.temporary else []),
            ],
            env={"PATH": os.defpath, "LC_ALL": "C"},
        )
    if said.returncode != 0:
        require_room(home.servers, needed=ROOM_FOR_A_NEW_DATABASE)
        reason = " ".join((said.stderr or said.stdout).split())[-300:]
        raise Trouble(f"PostgreSQL could not make its data folder {data}: {reason}")
    unfinished.rename(data)


def _connect(sockets: Path, password: str) -> Connection:
    return psycopg2.connect(
        host=str(sockets),
        user=ADMIN,
        password=password,
        dbname="postgres",
        connect_timeout=5,
    )


def _answers(sockets: Path, password: str) -> bool:
    try:
        _connect(sockets, password).close()
    except psycopg2.OperationalError as error:
        if "password authentication failed" in str(error):
            raise Trouble(
                "The database does not know the password in secrets.json; they are not from the same set-up: "
                "put the right secrets.json back, or begin anew with `make demo-reset`."
            ) from None
        return False
    return True
