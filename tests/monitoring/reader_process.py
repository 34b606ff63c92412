"""A worker that reads one round and stops at a chosen step, so that a test can kill it there."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

import django

STEPS = ("claimed", "read", "stored", "settled")


def main(step: str) -> None:
    """Work until the step is reached, say so, and wait for the end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hqdash.settings")
    django.setup()
    from monitoring.actions import polling
    from monitoring.actions.rounds import readers

    def stop_here() -> None:
        sys.stdout.write("here\n")
        sys.stdout.flush()
        time.sleep(60)

    def stopping(real: Any, *, before: bool) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            if before:
                stop_here()
            result = real(*args, **kwargs)
            if not before:
                stop_here()
            return result

        return call

    match step:
        case "claimed":
            polling.read = stopping(polling.read, before=True)
        case "read":
            polling.read = stopping(polling.read, before=False)
        case "stored":
            polling.store_items = stopping(polling.store_items, before=False)
        case "settled":
            polling.settle = stopping(polling.settle, before=False)
    readers().work_through()
    readers().finish()


if __name__ == "__main__":
    main(sys.argv[1])
