"""Sends the newest checkpoints out of the house: to a webhook, a syslog server or a mailbox, every minute.

Whoever holds one of these can show later that the book was longer, or another one. A witness that does not
answer never holds up the book; it is tried again with the next minute.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import smtplib
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from email.message import EmailMessage

log = logging.getLogger(__name__)
EVERY = 60.0
PATIENCE = 10.0
Send = Callable[[Mapping[str, str]], None]


class Witnesses:
    """Those who get the checkpoints, by the environment: each at most once a minute, in a thread of its own."""

    def __init__(self, sends: Mapping[str, Send] | None = None, *, every: float = EVERY) -> None:
        self._sends = from_environment() if sends is None else sends
        self._every = every
        self._told: dict[str, str] = {}
        self._last = -every
        self._failed: set[str] = set()
        self._thread: threading.Thread | None = None

    def tell(self, notes: Mapping[str, str]) -> None:
        """Hand over the newest note of each force; returns at once."""
        if not self._sends or time.monotonic() - self._last < self._every:
            return
        news = {slug: note for slug, note in notes.items() if self._told.get(slug) != note}
        if not news or (self._thread is not None and self._thread.is_alive()):
            return
        self._last = time.monotonic()
        self._thread = threading.Thread(target=self._send, args=(news,), daemon=True, name="witnesses")
        self._thread.start()

    def wait(self, seconds: float = PATIENCE) -> None:
        """Until what was handed over is out."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _send(self, news: Mapping[str, str]) -> None:
        sent = True
        for name, send in self._sends.items():
            try:
                send(news)
                self._failed.discard(name)
            except Exception as error:  # whatever it is, the book goes on
                sent = False
                if name not in self._failed:
                    log.warning("Checkpoints did not reach the %s: %s", name, type(error).__name__)
                self._failed.add(name)
        if sent:
            self._told |= news


def from_environment() -> dict[str, Send]:
    """The witnesses that the administrator has named."""
    sends: dict[str, Send] = {}
    if address := os.environ.get("HQDASH_ANCHOR_WEBHOOK"):
        if not address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ValueError("HQDASH_ANCHOR_WEBHOOK has to begin with https://")
        sends["webhook"] = lambda news: _post(address, news)
    if server := os.environ.get("HQDASH_ANCHOR_SYSLOG"):
        sends["syslog server"] = lambda news: _log(server, news)
    if mailbox := os.environ.get("HQDASH_ANCHOR_MAIL"):
        sends["mailbox"] = lambda news: _mail(mailbox, news)
    return sends


def _post(address: str, news: Mapping[str, str]) -> None:
    body = json.dumps({"checkpoints": dict(news)}).encode()
    request = urllib.request.Request(  # noqa: S310 - the scheme was looked at when it was read
        address, data=body, headers={"Content-Type": "application/json", "User-Agent": "hqdash-sequencer"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
        answer.read(1024)


def _log(server: str, news: Mapping[str, str]) -> None:
    """``/dev/log``, or ``host:port`` by UDP; one line for each note."""
    host, _colon, port = server.rpartition(":")
    address: str | tuple[str, int] = (host, int(port)) if host else server
    handler = logging.handlers.SysLogHandler(address, socktype=socket.SOCK_DGRAM)
    try:
        for slug, note in news.items():
            text = note.replace("\n", "|")
            handler.emit(
                logging.makeLogRecord({"msg": f"hqdash checkpoint {slug} {text}", "levelno": logging.INFO})
            )
    finally:
        handler.close()


def _mail(mailbox: str, news: Mapping[str, str]) -> None:
    message = EmailMessage()
    message["From"] = os.environ.get("HQDASH_ANCHOR_MAIL_FROM", mailbox)
    message["To"] = mailbox
    message["Subject"] = f"HQ Dash checkpoints: {', '.join(sorted(news))}"
    message.set_content("\n".join(news[slug] for slug in sorted(news)))
    host, _colon, port = os.environ.get("HQDASH_ANCHOR_SMTP", "localhost:25").rpartition(":")
    with smtplib.SMTP(host or "localhost", int(port), timeout=PATIENCE) as server:
        server.send_message(message)
