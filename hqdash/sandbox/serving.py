"""Runs the sandbox on uvicorn, with a way to cut a connection as a broken network would."""

import asyncio
import socket
import struct
from email.utils import formatdate

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

# Open connections by the address of their other end, which ASGI passes on with each request.
_transports: dict[tuple[str, int], asyncio.Transport] = {}


class CuttableProtocol(H11Protocol):
    """HTTP as ever, but the sandbox can find the connection underneath a request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is not None:
            _transports[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client is not None:
            _transports.pop(self.client, None)
        super().connection_lost(exc)


class CutConnection(Response):
    """No answer at all: after `after` seconds of silence the connection is reset."""

    def __init__(self, *, after: float = 0.0) -> None:
        super().__init__()
        self.after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_until_disconnected(receive))
        try:
            if self.after > 0:
                # The client may lose patience first; then nothing is left to cut.
                await asyncio.wait({gone}, timeout=self.after)
            client = scope.get("client")
            transport = _transports.get((client[0], client[1])) if client else None
            if transport is not None:
                _reset(transport)
            await asyncio.wait({gone}, timeout=2.0)
        finally:
            gone.cancel()


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _reset(transport: asyncio.Transport) -> None:
    """End the connection with RST, the way a crashed peer or a firewall does."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class WithDate:
    """Writes the true time on every answer that a network's own clock has not dated."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                if not any(name == b"date" for name, _ in headers):
                    headers.append((b"date", formatdate(usegmt=True).encode()))
            await send(message)

        await self.app(scope, receive, dated)


def listen(host: str, port: int) -> socket.socket:
    """The socket to serve on; an OSError says why it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def server_for(app: ASGIApp) -> uvicorn.Server:
    """A server for the app, ready to run."""
    config = uvicorn.Config(
        WithDate(app),
        http=CuttableProtocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        # Each network's own clock writes the Date header.
        date_header=False,
        server_header=False,
        # Longer than a client keeps an idle connection, so that only faults cut one.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
