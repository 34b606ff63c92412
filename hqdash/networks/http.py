"""The guarded session that every client library is given instead of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests

from hqdash.networks.addresses import AddressGuard
from hqdash.networks.transport import GuardedAdapter

Authorise = Callable[[requests.PreparedRequest], None]

USER_AGENT = "HQDash/1"
# What could open an account, and must not stay on a request object once it has been sent.
SECRET_HEADERS = ("Authorization", "Cookie", "Proxy-Authorization")


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How to call a network: where, how long to wait, how much to read, which hosts are exempt."""

    base_url: str = ""
    allowed_hosts: frozenset[str] = frozenset()
    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    # The whole call, however slowly the bytes drip in.
    total_timeout: float = 30.0
    most_bytes: int = 8 * 1024 * 1024

    @classmethod
    def from_environment(cls, *, base_url: str = "") -> HttpSettings:
        """Limits as usual, exempt hosts from HQDASH_ALLOWED_HOSTS ("127.0.0.1:8300,...")."""
        listed = os.environ.get("HQDASH_ALLOWED_HOSTS", "")
        hosts = frozenset(host.strip().lower() for host in listed.split(",") if host.strip())
        return cls(base_url=base_url.rstrip("/"), allowed_hosts=hosts)

    def at(self, base_url: str) -> HttpSettings:
        """The same settings for another address."""
        return replace(self, base_url=base_url.rstrip("/"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network said, whole and bounded."""

    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)
    payload: Any = field(repr=False, default=None)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class GuardedSession(requests.Session):
    """One account's line: puts the credential on at the last moment and takes it off again.

    Sessions are cheap and belong to one connector; the connections below belong to the thread and
    are shared by all accounts, so 99 posts to one network do not open 99 connections.
    """

    def __init__(
        self,
        settings: HttpSettings,
        *,
        authorise: Authorise,
        rebase: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self.guard = AddressGuard(settings.allowed_hosts)
        # The environment could bring a proxy that sees everything, or a .netrc that overrides the credential.
        self.trust_env = False
        # Connections are shared between accounts, so a network's cookie must never be kept.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.headers["User-Agent"] = USER_AGENT
        self.authorise = authorise
        self.rebase = dict(rebase or {})
        self.last: requests.Response | None = None
        self.adapters.clear()
        adapter = adapter_for(settings)
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def forget(self) -> None:
        """Drop the last answer, so that the next failure is not explained by it."""
        self.last = None

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send once. Time-outs, certificates and redirects are not for the library to decide."""
        for library_host, base in self.rebase.items():
            if request.url and request.url.startswith(library_host + "/"):
                request.url = base + request.url[len(library_host) :]
        self.guard.check_url(request.url or "")
        self.last = None
        kwargs.update(allow_redirects=False, stream=False, verify=True, cert=None, proxies={})
        try:
            self.authorise(request)
            self.last = super().send(request, **kwargs)
            return self.last
        finally:
            # Exceptions and responses keep the request; from here on it holds no secret.
            for name in SECRET_HEADERS:
                request.headers.pop(name, None)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None: a redirect is an answer to look at, never a place to carry a credential to."""


_threads = threading.local()


def adapter_for(settings: HttpSettings) -> GuardedAdapter:
    """The thread's connections for these limits; a forked worker starts with none of its parent's."""
    if getattr(_threads, "pid", None) != os.getpid():
        _threads.pid = os.getpid()
        _threads.adapters = {}
    adapters: dict[tuple[object, ...], GuardedAdapter] = _threads.adapters
    key = (
        settings.allowed_hosts,
        settings.connect_timeout,
        settings.read_timeout,
        settings.total_timeout,
        settings.most_bytes,
    )
    if key not in adapters:
        adapters[key] = GuardedAdapter(
            guard=AddressGuard(settings.allowed_hosts),
            connect=settings.connect_timeout,
            read=settings.read_timeout,
            total=settings.total_timeout,
            most_bytes=settings.most_bytes,
        )
    return adapters[key]


def answer_from(response: requests.Response) -> Answer:
    """The response as a plain value; `payload` is None unless the body is JSON."""
    payload: Any = None
    if "json" in response.headers.get("Content-Type", "").lower():
        try:
            payload = response.json()
        except ValueError:
            payload = None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(
        status=response.status_code,
        headers=headers,
        text=response.text,
        payload=payload,
    )
