"""Keys and settings of a test run, in a folder that goes away with it."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from hqdash.embedded.home import Home
from hqdash.embedded.progress import Progress
from hqdash.embedded.servers import bring_up
from hqdash.embedded.supervisor import Supervisor


def make_test_keys() -> None:
    """Fill the environment with what an installation has; what is set already stays."""
    _servers_of_its_own()
    folder = Path(tempfile.mkdtemp(prefix="hqdash-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["HQDASH_TESTING"] = "1"
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    os.environ["HQDASH_HOME"] = str(folder)
    os.environ["HQDASH_OPENER_SOCKET"] = str(folder / "opener.sock")
    for name in ("HQDASH_ROOT_KEY_FILE", "HQDASH_CONTEXT_KEY_FILE"):
        if name not in os.environ:
            path = folder / name.lower()
            path.write_bytes(secrets.token_bytes(32))
            path.chmod(0o600)
            os.environ[name] = str(path)


def _servers_of_its_own() -> None:
    """Whoever runs beside another has a database and a broker alone.

    They are not only emptied and searched by tests: the sequencer of the audit book waits for every
    transaction that is open anywhere in its PostgreSQL, those of a neighbour's tests among them.
    """
    if os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        return
    for name in (
        "DATABASE_URL",
        *(f"DATABASE_URL_{role}" for role in ("WEB", "WORKER", "OPENER")),
        "REDIS_URL",
    ):
        os.environ.pop(name, None)
    home = Home.for_a_moment()
    home.prepare()
    supervisor = Supervisor(home, Progress(quiet=True))
    atexit.register(home.close)
    atexit.register(supervisor.stop)
    os.environ.update(bring_up(supervisor))
