"""Keys and settings of a test run, in a folder that goes away with it."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from pathlib import Path


def make_test_keys() -> None:
    """Fill the environment with what an installation has; what is set already stays."""
    folder = Path(tempfile.mkdtemp(prefix="hqdash-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["HQDASH_TESTING"] = "1"
    os.environ.setdefault("SECRET_KEY", secrets.token_hex(32))
    os.environ["HQDASH_HOME"] = str(folder)
    os.environ["HQDASH_OPENER_SOCKET"] = str(folder / "opener.sock")
    _own_part_of_the_broker()
    for name in ("HQDASH_ROOT_KEY_FILE", "HQDASH_CONTEXT_KEY_FILE"):
        if name not in os.environ:
            path = folder / name.lower()
            path.write_bytes(secrets.token_bytes(32))
            path.chmod(0o600)
            os.environ[name] = str(path)


def _own_part_of_the_broker() -> None:
    """Tests that run side by side each empty and search a database of the broker that is theirs alone."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    url = os.environ.get("REDIS_URL", "")
    if worker and url:
        os.environ["REDIS_URL"] = f"{url.partition('?')[0]}?db={int(worker.removeprefix('gw')) + 1}"
