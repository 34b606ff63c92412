"""Talks to the opener: one connection per thread, made again when it breaks."""

import os
import socket
import threading
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.vault import wire
from accounts.vault.errors import VaultClosed

ANSWER_WITHIN = 10.0

_kept = threading.local()


def ask(message: dict[str, Any]) -> dict[str, Any]:
    """The opener's answer.

    Raises:
        VaultClosed: nobody answers, or the opener itself cannot work at the moment.
    """
    path = str(settings.OPENER_SOCKET)
    try:
        answer = _exchange(path, message, fresh=False)
    except (OSError, wire.BadMessage):
        # The opener may have been started anew since this thread asked last; a request does no harm twice.
        try:
            answer = _exchange(path, message, fresh=True)
        except (OSError, wire.BadMessage) as error:
            hang_up()
            raise VaultClosed(
                f"The vault does not answer ({type(error).__name__}). Is “manage.py opener” running?"
            ) from None
    if "closed" in answer:
        raise VaultClosed(str(answer["closed"]))
    return answer


def hang_up() -> None:
    """Close this thread's connection, if it has one."""
    connection = getattr(_kept, "connection", None)
    _kept.connection = None
    # After a fork the descriptor belongs to the parent's conversation too: closing our copy does not end it.
    if connection is not None:
        connection.close()


def _exchange(path: str, message: dict[str, Any], *, fresh: bool) -> dict[str, Any]:
    connection = _connection(path, fresh=fresh)
    wire.send(connection, message)
    answer = wire.receive(connection)
    if answer is None:
        raise wire.BadMessage("The vault hung up.")
    return answer


def _connection(path: str, *, fresh: bool) -> socket.socket:
    whose = (os.getpid(), path)
    if not fresh and getattr(_kept, "connection", None) is not None and _kept.whose == whose:
        kept: socket.socket = _kept.connection
        return kept
    hang_up()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(ANSWER_WITHIN)
    try:
        if not Path(path).exists():
            raise FileNotFoundError(path)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    _kept.connection, _kept.whose = connection, whose
    return connection
