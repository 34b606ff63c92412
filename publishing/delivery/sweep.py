"""Finds what nobody was woken for: after a crash, a flushed broker, or a bell that was not heard."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from hqdash.base.jobs import ring
from hqdash.base.tenancy import across_forces, acting_for
from hqdash.networks.network import get_network
from publishing.delivery import steps
from publishing.delivery.bells import ring_deliveries
from publishing.delivery.send import settle_time
from publishing.models import Delivery
from publishing.rules import Event

log = logging.getLogger(__name__)
MOST_AT_ONCE = 500

_LOST = "state = 'sending' AND leased_until < clock_timestamp()"
_GIVEN_UP = "state = 'leased' AND leased_until < clock_timestamp()"
_TOO_LATE = "state = 'scheduled' AND not_after <= clock_timestamp()"
_TO_LOOK_FOR = "state = 'unknown' AND due_at <= clock_timestamp()"
_DUE = """
UPDATE publishing_delivery SET rung_at = clock_timestamp() WHERE id IN (
    SELECT id FROM publishing_delivery d
    WHERE state = 'scheduled' AND due_at <= clock_timestamp() AND not_after > clock_timestamp()
      AND held_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM accounts_force f WHERE f.id = d.force_id AND f.locked_at IS NOT NULL)
      AND rung_at < clock_timestamp() - interval '4 seconds'
      AND NOT EXISTS (SELECT 1 FROM publishing_delivery o WHERE o.channel_id = d.channel_id
                      AND o.state IN ('leased', 'sending', 'unknown'))
    ORDER BY urgent DESC, due_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING force_id, id, urgent
"""


def sweep_outbox() -> None:
    """One round over the outboxes of all forces."""
    for condition, mend in ((_LOST, _lost_sight), (_GIVEN_UP, _give_back), (_TOO_LATE, _expire)):
        _for_each(condition, mend)
    _ring_looks()
    _ring_due()


def _for_each(condition: str, mend: Callable[[Delivery], object]) -> None:
    for force_id, delivery_id in _find(condition):
        with acting_for(force_id):
            delivery = (
                Delivery.objects.select_related(
                    "post", "post__author", "post__responsible", "channel", "channel__unit"
                )
                .filter(pk=delivery_id)
                .first()
            )
            if delivery is not None:
                mend(delivery)


def _lost_sight(delivery: Delivery) -> None:
    """The worker died, or stalled, after it had begun: what it sent is not known."""
    log.warning("delivery %s: its worker is gone while sending; looking at the network", delivery.pk)
    steps.lose_sight(
        delivery,
        sentence=_("The worker that was sending it stopped half-way."),
        settle=settle_time(get_network(delivery.channel.network)),
        detail="lease ended while sending",
    )


def _give_back(delivery: Delivery) -> None:
    """The worker died before anything was sent."""
    if steps.not_sent(delivery, reason="worker_lost", sentence="", pause=timedelta()):
        ring_deliveries(delivery.force_id, [delivery.pk], urgent=delivery.urgent)


def _expire(delivery: Delivery) -> None:
    steps.fail(
        delivery,
        event=Event.TOO_LATE,
        reason="too_late",
        sentence=_("It could not go out before %(time)s, so it will not go out at all.")
        % {"time": f"{delivery.not_after.astimezone(delivery.force.zone):%H:%M}"},
    )


def _ring_looks() -> None:
    from publishing.tasks import look

    for force_id, delivery_id in _find(_TO_LOOK_FOR):
        ring(look, force_id=force_id, delivery_id=delivery_id)


def _ring_due() -> None:
    with across_forces(reason="sweeping the outbox"), connection.cursor() as cursor:
        cursor.execute(_DUE, [MOST_AT_ONCE])
        found = cursor.fetchall()
    for force_id, delivery_id, urgent in found:
        ring_deliveries(force_id, [delivery_id], urgent=urgent)


def _find(condition: str) -> list[tuple[UUID, UUID]]:
    with across_forces(reason="sweeping the outbox"), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT force_id, id FROM publishing_delivery WHERE {condition} ORDER BY due_at LIMIT %s",
            [MOST_AT_ONCE],
        )
        return list(cursor.fetchall())
