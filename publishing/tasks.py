"""The clock's doors into publishing: each loads by id and calls one action; all are safe to run twice."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from hqdash.base.jobs import TenantTask
from publishing.delivery.send import deliver_one
from publishing.delivery.settle import look_for
from publishing.delivery.sweep import sweep_outbox


@shared_task(base=TenantTask, name="publishing.tasks.deliver")
def deliver(*, force_id: str, delivery_id: str, **_later: object) -> None:
    """Send one delivery, unless somebody else already is."""
    deliver_one(UUID(delivery_id))


@shared_task(base=TenantTask, name="publishing.tasks.look")
def look(*, force_id: str, delivery_id: str, **_later: object) -> None:
    """Read a channel back for a delivery of unknown outcome."""
    look_for(UUID(delivery_id))


@shared_task(name="publishing.tasks.sweep")
def sweep(**_later: object) -> None:
    """Find what nobody was woken for: due, lost, unknown, expired."""
    sweep_outbox()
