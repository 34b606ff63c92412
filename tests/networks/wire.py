"""A tiny real HTTP server on loopback that answers as it is told, badly if need be."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hqdash.networks import get_network
from hqdash.networks.connector import Connector
from hqdash.networks.http import HttpSettings
from hqdash.networks.secret import Secret
from hqdash.networks.types import Account

TOKEN = "tok-3n-very+secret/value=="
APP_SECRET = "app-secret-0123456789"

Behaviour = Callable[[socket.socket], None]


@dataclass(slots=True)
class Wire:
    """What came over the wire, and how to answer it."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    behave: Behaviour = lambda sock: None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def connect(self, slug: str, **changes: object) -> Connector:
        """A connector of this network that talks to this server."""
        settings = HttpSettings(
            base_url=self.address,
            allowed_hosts=frozenset({self.host}),
            **{"connect_timeout": 0.5, "read_timeout": 0.5, **changes},  # type: ignore[arg-type]
        )
        credentials = {
            "username": Secret("desk"),
            "access_token": Secret(TOKEN),
            "page_access_token": Secret(TOKEN),
            "application_password": Secret(TOKEN),
        }
        if slug == "facebook":
            credentials["app_secret"] = Secret(APP_SECRET)
        site = self.address if slug == "wordpress" else ""
        return get_network(slug).connect(
            Account("desk", external_id="4711", base_url=site), credentials, settings
        )


def answer(
    status: int, body: object = b"", headers: dict[str, str] | None = None, *, kind: str = "application/json"
) -> Behaviour:
    """A complete answer."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = {"Connection": "close", "Content-Type": kind, "Content-Length": str(len(raw)), **(headers or {})}
    head = f"HTTP/1.1 {status} Told\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
    return lambda sock: sock.sendall(head.encode() + b"\r\n" + raw)


def html(status: int, text: str = "<html><h1>Bad gateway</h1></html>") -> Behaviour:
    return answer(status, text.encode(), kind="text/html")


def cut(sock: socket.socket) -> None:
    """The request was taken in, and the line goes dead."""


def half(sock: socket.socket) -> None:
    """An answer that breaks off."""
    head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    sock.sendall(head + b'{"id": "1')


def silence(sock: socket.socket) -> None:
    time.sleep(3)


def drip(sock: socket.socket) -> None:
    """One byte at a time, for ever: no time-out of a socket ever fires."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 600:
        sock.sendall(bytes([byte]))
        time.sleep(0.05)


def drip_body(sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(600):
        sock.sendall(b"1\r\na\r\n")
        time.sleep(0.05)


def endless(sock: socket.socket) -> None:
    """Two gigabytes, if anybody were to take them."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    for _ in range(2048):
        sock.sendall(chunk)


def request_of(sock: socket.socket) -> bytes:
    """One whole request."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = sock.recv(65536)
        if not part:
            return data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving() -> Iterator[Wire]:
    """The server, for the length of a test."""
    wire = Wire()
    listener = socket.create_server(("127.0.0.1", 0))
    wire.port = listener.getsockname()[1]

    def converse(sock: socket.socket) -> None:
        with sock:
            try:
                received = request_of(sock)
                if received:
                    wire.requests.append(received)
                    wire.behave(sock)
            except OSError:
                return  # the caller hung up, as it should

    def listen() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=converse, args=(sock,), daemon=True).start()

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=2)
