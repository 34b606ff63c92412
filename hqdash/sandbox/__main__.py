"""Starts the practice networks: `python -m hqdash.sandbox --port 8300 --state .local/sandbox`."""

import argparse
import os
import sqlite3
import sys
from pathlib import Path

from hqdash.sandbox.application import application
from hqdash.sandbox.serving import listen, server_for
from hqdash.sandbox.world import open_world


def main() -> int:
    """Run until told to stop; 1 when the server could not start."""
    parser = argparse.ArgumentParser(
        prog="python -m hqdash.sandbox", description="Practice networks: X, Facebook and WordPress over HTTP."
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8300)
    parser.add_argument(
        "--state", type=Path, default=Path(".local/sandbox"), help="folder that keeps everything"
    )
    parser.add_argument(
        "--no-limits",
        action="store_true",
        help="show rate limits in the headers, but never refuse a call for them",
    )
    options = parser.parse_args()
    try:
        sock = listen(options.host, options.port)
    except OSError as problem:
        return _cannot(
            f"Port {options.port} on {options.host} cannot be used: {os.strerror(problem.errno or 0)}."
        )
    try:
        world = open_world(options.state, limits=not options.no_limits)
    except (OSError, sqlite3.Error) as problem:
        return _cannot(f"The state folder {options.state} cannot be used: {problem}.")
    sys.stdout.write(f"Practice networks on http://{options.host}:{sock.getsockname()[1]}/\n")
    sys.stdout.flush()
    try:
        server_for(application(world)).run(sockets=[sock])
    except KeyboardInterrupt:
        pass
    finally:
        world.state.close()
    return 0


def _cannot(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
