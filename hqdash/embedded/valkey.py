"""Valkey as a private server: the bell that wakes workers, on a socket, with nothing thrown out of memory."""

import os
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from hqdash.embedded.binaries import find_valkey
from hqdash.embedded.home import Home
from hqdash.embedded.process import Process
from hqdash.embedded.shelter import valkey_within_reach
from hqdash.embedded.unprivileged import own


@dataclass(frozen=True, slots=True)
class Valkey:
    """A Valkey that is ready to be started."""

    process: Process
    url: str


def prepare_valkey(home: Home) -> Valkey:
    """Find the program, make its folder, and say how to run it."""
    servers = home.servers
    program = valkey_within_reach(home, find_valkey())
    data = servers / "valkey"
    own(home.user, data)
    path = home.socket_folder(servers, user=home.user) / "valkey.sock"
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "daemonize": "no",
        "appendonly": "no" if home.temporary else "yes",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "notice",
    }
    process = Process(
        name="valkey",
        title="Valkey",
        command=[
            str(program),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ],
        env={"PATH": os.defpath, "LC_ALL": "C"},
        ready=lambda: answers_ping(path),
        orphan_signal=signal.SIGTERM,
        user=home.user,
        inherits_lock=True,
        tier=1,
    )
    return Valkey(process=process, url=f"unix://{path}?db=0")


def answers_ping(path: Path) -> bool:
    """Whether a server behind this socket speaks and has finished loading its data."""
    try:
        with socket.socket(socket.AF_UNIX) as plug:
            plug.settimeout(2)
            plug.connect(str(path))
            plug.sendall(b"PING\r\n")
            return plug.recv(16).startswith(b"+PONG")
    except OSError:
        return False
