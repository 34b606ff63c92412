"""Wakes a worker for each delivery; a bell that is not heard costs two seconds, not a post."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from hqdash.base.jobs import ring


def queue_for(*, urgent: bool) -> str:
    """Urgent deliveries have workers of their own: a broadcast never waits behind anything else."""
    return "outbound.urgent" if urgent else "outbound"


def ring_deliveries(force_id: UUID, delivery_ids: Iterable[UUID], *, urgent: bool) -> None:
    """One bell for each delivery, once the transaction has committed."""
    from publishing.tasks import deliver

    for delivery_id in delivery_ids:
        ring(deliver, queue=queue_for(urgent=urgent), force_id=force_id, delivery_id=delivery_id)
