"""The process that holds the root key: it opens credentials over a Unix socket, for live leases only."""

import logging
import os
import queue
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg2
import psycopg2.extensions
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accounts.vault import wire
from accounts.vault.errors import VaultRefused
from accounts.vault.hardening import caller_uid
from accounts.vault.key_files import KeyFileMissing
from accounts.vault.key_store import UnknownForce, add_key, ensure_key, forces_without_key
from accounts.vault.keys import RootKeyRing, WrongRootKey
from accounts.vault.opening import Asked, open_for
from accounts.vault.rotation import seal_again

log = logging.getLogger(__name__)
Result = TypeVar("Result")

DATABASE_CONNECTIONS = 8
PATIENCE_WITH_DATABASE = 3.0
LONGEST_BATCH = 500


class AlreadyRunning(Exception):
    """Another opener answers on this socket."""


class Vault:
    """The root key, the database and what may be done with both."""

    def __init__(self, *, database_url: str, ring: RootKeyRing, origin: Ed25519PublicKey) -> None:
        self._url = database_url
        self._ring = ring
        self._origin = origin
        # None stands for a connection that has yet to be made.
        self._connections: queue.LifoQueue[psycopg2.extensions.connection | None] = queue.LifoQueue()
        for _ in range(DATABASE_CONNECTIONS):
            self._connections.put(None)

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """The answer to one message."""
        match message.get("op"):
            case "open":
                asked = [
                    Asked(UUID(one["lease"]), int(one["fence"]), UUID(one["channel"]), str(one["purpose"]))
                    for one in message["asked"][:LONGEST_BATCH]
                ]
                return {"answers": self._opened(asked)}
            case "key":
                key = self._with_database(
                    lambda cursor: ensure_key(cursor, force_id=UUID(message["force"]), ring=self._ring)
                )
                return {"key_id": key.key_id}
            case "rotate":
                return {"sealed_again": self._with_database(lambda cursor: self._rotated(cursor, message))}
            case "ping":
                self._with_database(lambda cursor: cursor.execute("SELECT 1"))
                return {"ready": True}
        return {"closed": "The vault does not know this request."}

    def make_missing_keys(self) -> int:
        """Give every force a key pair that has none; how many were made."""

        def make(cursor: Any) -> int:
            forces = forces_without_key(cursor)
            for force_id in forces:
                ensure_key(cursor, force_id=force_id, ring=self._ring)
            return len(forces)

        return self._with_database(make)

    def close(self) -> None:
        """Hang up at the database."""
        while not self._connections.empty():
            connection = self._connections.get()
            if connection is not None:
                connection.close()

    def _opened(self, asked: list[Asked]) -> list[dict[str, Any]]:
        answers = self._with_database(
            lambda cursor: open_for(cursor, asked, ring=self._ring, origin=self._origin),
            # The line in the book looks at the lease once more itself, in one statement: two round trips are
            # saved, and an opening of which the line was not written is not handed out.
            atomic=False,
        )
        return [
            {"why": answer.why, "sentence": answer.sentence}
            if isinstance(answer, VaultRefused)
            else {"fields": answer}
            for answer in answers
        ]

    def _rotated(self, cursor: Any, message: dict[str, Any]) -> int:
        force_id = UUID(message["force"])
        add_key(cursor, force_id=force_id, ring=self._ring)
        return seal_again(cursor, force_id=force_id, ring=self._ring, origin=self._origin)

    def _with_database(self, work: Callable[[Any], Result], *, atomic: bool = True) -> Result:
        """Do the work; a database that restarts meanwhile costs a pause, not an error."""
        give_up_at = time.monotonic() + PATIENCE_WITH_DATABASE
        while True:
            try:
                with self._connection() as connection, connection.cursor() as cursor:
                    if not atomic:
                        return work(cursor)
                    with connection:
                        return work(cursor)
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.05)

    @contextmanager
    def _connection(self) -> Iterator[psycopg2.extensions.connection]:
        connection = self._connections.get()
        try:
            if connection is None or connection.closed:
                connection = psycopg2.connect(self._url, connect_timeout=3, application_name="hqdash-opener")
                connection.autocommit = True
            yield connection
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            if connection is not None:
                connection.close()
            connection = None
            raise
        finally:
            self._connections.put(connection)


class _Caller(socketserver.BaseRequestHandler):
    """One client and its requests, one after the other."""

    server: "OpenerServer"

    def handle(self) -> None:
        uid = caller_uid(self.request)
        if uid is not None and uid not in self.server.welcome:
            log.warning("The vault was called by user %s, who is not welcome.", uid)
            return
        try:
            while (message := wire.receive(self.request)) is not None:
                wire.send(self.request, self._answer(message))
        except (OSError, wire.BadMessage):
            # The client has gone; what it asked for is in the book.
            return

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        # Nothing of the message or of a local variable may get into the log: only the class of the error.
        try:
            return self.server.vault.answer(message)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            return {"closed": "The vault's database does not answer."}
        except (KeyFileMissing, UnknownForce) as error:
            return {"closed": str(error)}
        except WrongRootKey:
            log.error("The root key does not fit the kept keys.")  # a traceback shows locals
            return {"closed": "The vault's root key does not fit the kept keys."}
        except (KeyError, ValueError, TypeError):
            return {"closed": "The vault does not understand this request."}
        except Exception as error:  # one bad request must not end the opener
            log.error("The vault could not answer: %s", type(error).__name__)
            return {"closed": "The vault could not answer."}


class OpenerServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Listens on a socket that only welcome users can reach; one thread per client."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, path: Path, vault: Vault, *, welcome: frozenset[int] = frozenset()) -> None:
        self.vault = vault
        self.welcome = welcome | {os.getuid()}
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_stale(path)
        # The mask, not a later chmod: there must be no moment in which others could connect.
        mask = os.umask(0o177 if not welcome else 0o117)
        try:
            super().__init__(str(path), _Caller)
        finally:
            os.umask(mask)

    def serve_in_background(self) -> threading.Thread:
        """Answer in a thread of its own until `close()`."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Stop answering and take the socket away."""
        self.shutdown()
        self.server_close()
        self._path.unlink(missing_ok=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say that something went wrong, and nothing about what: the default prints a traceback."""
        log.error("A call to the vault failed.")


def _remove_stale(path: Path) -> None:
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise AlreadyRunning(f"Another opener answers on {path}.")
