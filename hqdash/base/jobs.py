"""The base of every task, and the bell that wakes one.

Work is rows in PostgreSQL. A message only says "look now"; when it is lost, a sweeper looks anyway.
"""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from hqdash.base.tenancy import acting_for

log = logging.getLogger(__name__)


class TenantTask(Task[Any, Any]):
    """A task of one force: the keyword ``force_id`` sets the scope for everything inside."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run inside the force that the message names."""
        with acting_for(UUID(str(kwargs["force_id"]))):
            return super().__call__(*args, **kwargs)


def ring(task: Any, *, queue: str | None = None, **ids: Any) -> None:
    """Wake a worker once the transaction has committed; a broker that is away is no reason to fail."""
    words = {name: str(value) for name, value in ids.items()}

    def send() -> None:
        try:
            task.apply_async(kwargs=words, queue=queue, retry=False)
        except (OperationalError, RedisError, OSError) as problem:
            log.warning("the bell for %s did not ring, a sweeper will find the work: %s", task.name, problem)

    transaction.on_commit(send)
