"""Ends calls that a network keeps open by sending one byte at a time.

Socket time-outs start again with every byte, so a hostile or broken server could hold a worker for
hours. One small thread per process shuts the sockets of calls whose whole time is up.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Call:
    """One call on the wire: what has left, and through which socket."""

    sent: bool = False
    expired: bool = False
    sock: socket.socket | None = None
    ends_at: float = 0.0

    @property
    def seconds_left(self) -> float:
        return self.ends_at - time.monotonic()


class Watch:
    """Knows all open calls of this process and shuts the ones that are out of time."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start with no calls and no thread."""
        self._changed = threading.Condition()
        self._open: set[Call] = set()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, call: Call, *, seconds: float) -> Iterator[None]:
        """Let the call run for so many seconds at most."""
        call.ends_at = time.monotonic() + seconds
        with self._changed:
            self._open.add(call)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="network-deadlines", daemon=True)
                self._thread.start()
            if len(self._open) == 1:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._open.discard(call)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._open:
                    self._changed.wait()
                now = time.monotonic()
                for call in [call for call in self._open if call.ends_at <= now]:
                    self._open.discard(call)
                    call.expired = True
                    shut(call.sock)
                # Short naps, because a later call may end earlier than those before it.
                nap = min((call.ends_at - now for call in self._open), default=1.0)
                self._changed.wait(min(nap, 0.25) if self._open else None)


def shut(sock: socket.socket | None) -> None:
    """Wake whoever reads from this socket; it sees the end of the stream."""
    if sock is None:
        return
    with suppress(OSError):  # the other side may have closed it already
        # Not sock.shutdown(): a TLS socket would also drop its state under the reader's feet.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


WATCH = Watch()
# A forked worker has none of its parent's threads.
os.register_at_fork(after_in_child=WATCH.forget)
