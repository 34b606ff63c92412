"""A worker that sends some deliveries at once and exits, for tests that kill it in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django


def main(force_id: str, delivery_ids: list[str]) -> None:
    """Run the task for each, in a thread of its own, as Celery's pool does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hqdash.settings")
    django.setup()
    from publishing.tasks import deliver

    threads = [
        threading.Thread(target=deliver, kwargs={"force_id": force_id, "delivery_id": delivery_id})
        for delivery_id in delivery_ids
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def environment() -> dict[str, str]:
    """What a process of the product needs to work on the database, broker and vault of this test run."""
    from django.conf import settings
    from django.db import connection

    url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "hqdash.settings",
        "DATABASE_URL": urlunsplit(url),
        "HQDASH_ROLE": "owner",
        "HQDASH_OPENER_SOCKET": str(settings.OPENER_SOCKET),
    }


def start(force_id: object, delivery_ids: Iterable[object]) -> subprocess.Popen[bytes]:
    """Such a worker as a process of its own."""
    words = [str(force_id), *(str(delivery_id) for delivery_id in delivery_ids)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.publishing.delivering_process", *words],
        cwd=Path(__file__).parents[2],
        env=environment(),
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
