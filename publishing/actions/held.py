"""What a person does about deliveries that were held back: release each that is still right, cancel the rest."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access.gate import require, visible_channels
from accounts.audit.book import record
from accounts.lockdown_queries import require_unlocked
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Unprocessable
from hqdash.base.events import announce
from publishing.audited import DELIVERY_CANCELLED, DELIVERY_RELEASED
from publishing.delivery.bells import ring_deliveries
from publishing.delivery.holding import held_in
from publishing.events import DeliveryChanged
from publishing.hijack import refuse_stopped
from publishing.models import Delivery, PersonStop, State
from publishing.permissions import PUBLISH_POST
from publishing.rules import Event, next_state


@transaction.atomic
def release_held(*, actor: Actor, delivery_ids: Collection[UUID], now: datetime) -> int:
    """Let the named deliveries go on, at their own time or at once where that has passed; how many.

    Raises:
        NotAllowed: one of them is not on an account that the actor may post to.
        Unprocessable: none is named.
        Conflict: the force is locked, the actor or who answers for one is stopped, or one is too late or gone.
    """
    require(actor, PUBLISH_POST)
    require_unlocked(actor)
    refuse_stopped(actor)
    rows = _taken(actor, delivery_ids)
    stopped = PersonStop.objects.filter(lifted_at=None).values_list("person_id", flat=True)
    speakers = sorted({row.post.speaker.username for row in rows if row.post.speaker.pk in set(stopped)})
    if speakers:
        raise Conflict(
            _("%(who)s is still stopped. An administrator lifts that first.") % {"who": ", ".join(speakers)}
        )
    if any(row.not_after <= now for row in rows):
        raise Conflict(_("Some of these are too late to go out at all. Reload the page and choose again."))
    for row in rows:
        row.held_at, row.held_why = None, ""
        row.save(update_fields=["held_at", "held_why"])
        record(actor, DELIVERY_RELEASED, row, channel=row.channel, unit=row.channel.unit)
        live.tell(actor.force_id, "post", id=row.post_id)
    for urgent in (True, False):
        due = [row.pk for row in rows if row.urgent is urgent and row.due_at <= now]
        ring_deliveries(actor.force_id, due, urgent=urgent)
    return len(rows)


@transaction.atomic
def cancel_held(*, actor: Actor, delivery_ids: Collection[UUID], now: datetime) -> int:
    """Call the named deliveries off for good; how many.

    Raises:
        NotAllowed: one of them is not on an account that the actor may post to.
        Unprocessable: none is named.
        Conflict: one is not held any more.
    """
    require(actor, PUBLISH_POST)
    rows = _taken(actor, delivery_ids)
    for row in rows:
        row.state = next_state(State(row.state), Event.CALLED_OFF)
        row.reason, row.sentence = "cancelled", _("Cancelled by %(who)s.") % {"who": actor.username}
        row.save(update_fields=["state", "reason", "sentence"])
        record(actor, DELIVERY_CANCELLED, row, channel=row.channel, unit=row.channel.unit)
        announce(DeliveryChanged(actor.force_id, row.pk, row.state))
        live.tell(actor.force_id, "post", id=row.post_id)
    return len(rows)


def held_for(actor: Actor) -> QuerySet[Delivery]:
    """Held deliveries on accounts that the actor may post to, the next to be due first."""
    return (
        held_in(actor.force_id)
        .filter(channel__in=visible_channels(actor, PUBLISH_POST))
        .select_related("post", "post__author", "post__responsible", "channel", "channel__unit")
        .order_by("due_at", "id")
    )


def _taken(actor: Actor, delivery_ids: Collection[UUID]) -> list[Delivery]:
    wanted = set(delivery_ids)
    if not wanted:
        raise Unprocessable(_("Choose at least one delivery."), "deliveries")
    rows = list(
        held_in(actor.force_id)
        .filter(pk__in=wanted)
        .select_for_update(of=("self",))
        .select_related("post", "post__author", "post__responsible", "channel", "channel__unit")
        .order_by("due_at", "id")
    )
    if len(rows) != len(wanted):
        raise Conflict(_("Some of these are not held any more. Reload the page and choose again."))
    allowed = set(
        visible_channels(actor, PUBLISH_POST)
        .filter(pk__in={row.channel_id for row in rows})
        .values_list("pk", flat=True)
    )
    for row in rows:
        if row.channel_id not in allowed:
            require(actor, PUBLISH_POST, row.channel)
    return rows
