"""What goes over the opener's socket: a length, then JSON."""

import json
import socket
from typing import Any

LENGTH_BYTES = 4
LONGEST_MESSAGE = 4 * 1024 * 1024


class BadMessage(Exception):
    """The other side broke off in the middle of a message, or sent something else."""


def send(connection: socket.socket, message: dict[str, Any]) -> None:
    """Send one message."""
    body = json.dumps(message, separators=(",", ":")).encode()
    if len(body) > LONGEST_MESSAGE:
        raise BadMessage("The message is too long.")
    connection.sendall(len(body).to_bytes(LENGTH_BYTES, "big") + body)


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """The next message; None when the other side has hung up between two messages."""
    head = _exactly(connection, LENGTH_BYTES)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    if length > LONGEST_MESSAGE:
        raise BadMessage("The message is too long.")
    body = _exactly(connection, length)
    if len(body) < length:
        raise BadMessage("The message was cut short.")
    try:
        message = json.loads(body)
    except ValueError:
        # The body may hold a credential: it must not travel on in the exception.
        raise BadMessage("The message is not JSON.") from None
    finally:
        body[:] = bytes(len(body))
    if not isinstance(message, dict):
        raise BadMessage("The message is not an object.")
    return message


def _exactly(connection: socket.socket, length: int) -> bytearray:
    body = bytearray(length)
    view, got = memoryview(body), 0
    while got < length:
        count = connection.recv_into(view[got:])
        if count == 0:
            if got:
                raise BadMessage("The message was cut short.")
            view.release()
            return bytearray()
        got += count
    view.release()
    return body
