"""The wire below every client library: checked addresses, hard time-outs, a size limit, no retries.

Whatever fails here fails as CallFailed, which knows one thing above all: whether any byte of the
request had left. Before that nothing can have happened; after that, anything can.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import sys
import threading
import time
from functools import lru_cache
from typing import Any

import certifi
import requests
from requests.adapters import DEFAULT_POOLBLOCK, HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.poolmanager import PoolManager
from urllib3.util.retry import Retry

from hqdash.networks import deadline
from hqdash.networks.addresses import AddressGuard, AddressRefused
from hqdash.networks.deadline import Call
from hqdash.networks.redaction import redact

CHUNK = 64 * 1024
# Shorter than the five seconds after which common servers hang up.
IDLE_LIMIT = 4.0

_here = threading.local()


class CallFailed(Exception):
    """No complete answer came. Holds neither request nor response, so no secret can ride along."""

    def __init__(self, what: str, *, sent: bool) -> None:
        self.what = redact(what)[:500]
        self.sent = sent
        super().__init__(self.what)


class _Guarded(HTTPConnection):
    """Connects only where the guard says, and notes the moment at which the request leaves."""

    guard: AddressGuard = AddressGuard()
    used_at: float = 0.0

    def _new_conn(self) -> socket.socket:
        call: Call = _here.call
        try:
            addresses = self.guard.addresses(self._dns_host, self.port)
        except socket.gaierror as failure:
            raise NameResolutionError(self.host, self, failure) from failure
        except UnicodeError:
            raise AddressRefused("The address has no usable host name.") from None
        problem: OSError | None = None
        for family, address in addresses:
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                patience = self.timeout if isinstance(self.timeout, int | float) else 10.0
                sock.settimeout(max(0.001, min(patience, call.seconds_left)))
                sock.connect(address)
            except OSError as failure:
                sock.close()
                problem = failure
            else:
                sys.audit("http.client.connect", self, self.host, self.port)
                return sock
        if isinstance(problem, TimeoutError):
            raise ConnectTimeoutError(self, f"Connection to {self.host} timed out.") from problem
        raise NewConnectionError(self, f"Connection to {self.host} failed: {problem}") from problem

    def send(self, data: Any) -> None:
        call: Call = _here.call
        if self.sock is None:
            self.connect()
        self.used_at = time.monotonic()
        call.sock = self.sock
        call.sent = True
        super().send(data)


class _GuardedTls(_Guarded, HTTPSConnection):
    """The same over TLS; the certificate is checked against the name, not the pinned address."""


class _NoStale(HTTPConnectionPool):
    """Never sends over a connection that has been idle for long.

    Servers close idle connections when they like. A post that crosses such a close on the wire has an
    unknown outcome, and a person might have to look for it; a new connection costs a few milliseconds.
    """

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn: Any = super()._get_conn(timeout)
        if conn.sock is not None and time.monotonic() - conn.used_at > IDLE_LIMIT:
            conn.close()
        return conn


class _NoStaleTls(_NoStale, HTTPSConnectionPool):
    """The same over TLS."""


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """One context per process: reading the root certificates again costs 10 ms a connection."""
    return ssl.create_default_context(cafile=certifi.where())


class GuardedAdapter(HTTPAdapter):
    """Sends exactly once and gives back a complete, bounded answer, or says why it has none."""

    def __init__(
        self,
        *,
        guard: AddressGuard,
        connect: float,
        read: float,
        total: float,
        most_bytes: int,
    ) -> None:
        self.guard = guard
        self.limits = (connect, read)
        self.total = total
        self.most_bytes = most_bytes
        super().__init__(pool_connections=16, pool_maxsize=2, max_retries=Retry(0, read=False))

    def init_poolmanager(
        self,
        connections: int,
        maxsize: int,
        block: bool = DEFAULT_POOLBLOCK,
        **pool_kwargs: Any,
    ) -> None:
        plain = type("Plain", (_Guarded,), {"guard": self.guard})
        secure = type("Secure", (_GuardedTls,), {"guard": self.guard})
        manager = PoolManager(
            num_pools=connections,
            maxsize=maxsize,
            block=block,
            ssl_context=tls_context(),
            **pool_kwargs,
        )
        manager.pool_classes_by_scheme = {
            "http": type("PlainPool", (_NoStale,), {"ConnectionCls": plain}),
            "https": type("SecurePool", (_NoStaleTls,), {"ConnectionCls": secure}),
        }
        self.poolmanager = manager

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Always verified, against the roots that the shared context already holds."""
        if str(url).lower().startswith("https"):
            conn.cert_reqs = "CERT_REQUIRED"

    def send(  # the library's own signature
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        call = Call()
        _here.call = call
        try:
            with deadline.WATCH.over(call, seconds=self.total):
                # Whatever a library asks for, these limits hold.
                response = super().send(request, stream=True, timeout=self.limits, verify=True)
                self._read(response, call)
            return response
        except CallFailed as already:
            failure = already
        except AddressRefused:
            raise
        except (
            requests.RequestException,
            HTTPError,
            OSError,
            http.client.HTTPException,
        ) as problem:
            kind = "out of time" if call.expired else type(problem).__name__
            failure = CallFailed(f"{kind}: {problem}", sent=call.sent)
        finally:
            _here.call = None
        # Raised out here, so that no earlier exception with its request hangs on as context.
        raise failure

    def _read(self, response: requests.Response, call: Call) -> None:
        """Take the body in, within the limits of size and time."""
        announced = response.headers.get("Content-Length", "")
        parts: list[bytes] = []
        size = 0
        too_big = announced.isdigit() and int(announced) > self.most_bytes
        if not too_big:
            for part in response.raw.stream(CHUNK, decode_content=True):
                size += len(part)
                parts.append(part)
                too_big = size > self.most_bytes
                if too_big or call.expired:
                    break
        if too_big or call.expired:
            response.close()
            what = f"the answer is larger than {self.most_bytes} bytes" if too_big else "out of time"
            raise CallFailed(what, sent=True)
        response._content = b"".join(parts)
        response._content_consumed = True  # type: ignore[attr-defined]  # not in the stubs
