"""The clock's door of monitoring: a poke each second, and a row for every channel."""

from __future__ import annotations

import time

from celery import shared_task

from hqdash.base.tenancy import across_forces
from monitoring.actions.rounds import readers
from monitoring.actions.scheduling import add_missing_polls

MISSING_ADDED_EVERY = 30.0
_last_added = 0.0


@shared_task(name="monitoring.tasks.poll_due")
def poll_due(**_later: object) -> None:
    """Read whatever is due in any force; does nothing while this process is still at it."""
    global _last_added  # noqa: PLW0603  # one number per process, and losing it costs one cheap statement
    if time.monotonic() - _last_added > MISSING_ADDED_EVERY or not _last_added:
        _last_added = time.monotonic()
        with across_forces(reason="channels of every force get their row in the due-queue"):
            add_missing_polls()
    readers().work_through()
