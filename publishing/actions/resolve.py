"""What a person does about deliveries that failed or that nobody can prove."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Unprocessable
from hqdash.base.events import announce
from publishing import audited
from publishing.delivery.bells import ring_deliveries
from publishing.events import DeliveryChanged
from publishing.models import Delivery, Post, State
from publishing.permissions import PUBLISH_POST, SETTLE_DELIVERY
from publishing.rules import Event, next_state

RETRY_GOOD_FOR = timedelta(hours=1)
CAN_BE_RETRIED = (State.REFUSED, State.EXPIRED)


@transaction.atomic
def retry_failed(*, actor: Actor, post: Post, now: datetime, delivery: Delivery | None = None) -> int:
    """Try the failed deliveries of a post again (or one of them); how many were.

    Each gets a new take: what failed stays as it was, for the record. Deliveries whose outcome nobody
    knows are never among them.

    Raises:
        NotAllowed: the actor may not post to one of these channels.
        Conflict: nothing is left to try again.
    """
    failed = (
        Delivery.objects.select_for_update(of=("self",))
        .filter(post=post, superseded=False, state__in=CAN_BE_RETRIED)
        .select_related("channel", "channel__unit")
    )
    if delivery is not None:
        failed = failed.filter(pk=delivery.pk)
    rows = list(failed)
    if not rows:
        raise Conflict(_("There is nothing left to try again; somebody may have done it already."))
    for row in rows:
        require(actor, PUBLISH_POST, row.channel)
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(superseded=True)
    takes = Delivery.objects.bulk_create([_next_take(row, now) for row in rows])
    for take in takes:
        record(
            actor,
            audited.DELIVERY_RETRIED,
            take,
            channel=take.channel,
            unit=take.channel.unit,
            take=take.take,
        )
    ring_deliveries(actor.force_id, [take.pk for take in takes], urgent=post.urgent)
    live.tell(actor.force_id, "post", id=post.pk)
    return len(takes)


def _next_take(row: Delivery, now: datetime) -> Delivery:
    return Delivery(
        post_id=row.post_id,
        channel=row.channel,
        part=row.part,
        take=row.take + 1,
        text=row.text,
        urgent=row.urgent,
        due_at=now,
        not_after=max(row.not_after, now + RETRY_GOOD_FOR),
        created_at=now,
    )


@transaction.atomic
def settle_delivery(
    *, actor: Actor, delivery: Delivery, was_sent: bool, reason: str, now: datetime, address: str = ""
) -> Delivery:
    """Say, after looking at the network, what became of a delivery that nobody could prove.

    ``address`` is the post's link or id at the network, needed when it was sent.

    Raises:
        NotAllowed: settling is not the actor's to do.
        Conflict: the delivery does not wait for a person (any more).
        Unprocessable: no reason, or sent without the address that proves it.
    """
    require(actor, SETTLE_DELIVERY, delivery.channel)
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if State(row.state) is not State.NEEDS_PERSON:
        raise Conflict(_("This delivery does not wait for a person any more."))
    if not reason.strip():
        raise Unprocessable(_("Say what you saw at the network."), "reason")
    external_id = address.strip().rstrip("/").rsplit("/", 1)[-1]
    if was_sent and not external_id:
        raise Unprocessable(_("Give the link of the post at the network."), "address")
    row.state = next_state(
        State(row.state), Event.PERSON_FOUND_IT if was_sent else Event.PERSON_SAYS_NOT_SENT
    )
    row.reason, row.sentence = "settled", reason.strip()
    if was_sent:
        row.external_id, row.url, row.sent_at = external_id, address.strip()[:1000], now
    row.save(update_fields=["state", "reason", "sentence", "external_id", "url", "sent_at"])
    record(
        actor,
        audited.DELIVERY_SETTLED,
        row,
        channel=delivery.channel,
        unit=delivery.channel.unit,
        reason=reason,
        outcome=row.state,
        external_id=row.external_id,
    )
    announce(DeliveryChanged(actor.force_id, row.pk, row.state))
    live.tell(actor.force_id, "post", id=row.post_id)
    return row


@transaction.atomic
def cancel_waiting(*, actor: Actor, post: Post) -> int:
    """Call off what has not begun yet; how many deliveries were.

    Raises:
        NotAllowed: the actor may not post to one of these channels.
    """
    waiting = list(
        Delivery.objects.select_for_update(of=("self",))
        .filter(post=post, state=State.SCHEDULED)
        .select_related("channel", "channel__unit")
    )
    for row in waiting:
        require(actor, PUBLISH_POST, row.channel)
    for row in waiting:
        row.state = next_state(State(row.state), Event.CALLED_OFF)
        row.reason = "cancelled"
        row.sentence = _("Cancelled by %(who)s.") % {"who": actor.username}
        row.save(update_fields=["state", "reason", "sentence"])
        record(actor, audited.DELIVERY_CANCELLED, row, channel=row.channel, unit=row.channel.unit)
    live.tell(actor.force_id, "post", id=post.pk)
    return len(waiting)
