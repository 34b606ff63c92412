"""The process that holds the root key: it opens credentials over a Unix socket, for live leases only."""

from __future__ import annotations

import logging
import os
import socket
import socketserver
import threading
from pathlib import Path
from typing import Any

from accounts.vault import wire
from accounts.vault.database import AWAY
from accounts.vault.hardening import caller_uid
from accounts.vault.key_files import KeyFileMissing
from accounts.vault.key_store import UnknownForce
from accounts.vault.keys import RootKeyMissing, WrongRootKey
from accounts.vault.root_keys import CannotTurn
from accounts.vault.vault import StillNeeded, Vault

log = logging.getLogger(__name__)


class AlreadyRunning(Exception):
    """Another opener answers on this socket."""


class _Caller(socketserver.BaseRequestHandler):
    """One client and its requests, one after the other."""

    server: OpenerServer

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
        except AWAY:
            return {"closed": "The vault's database does not answer."}
        except (KeyFileMissing, UnknownForce, RootKeyMissing, CannotTurn, StillNeeded) as error:
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
