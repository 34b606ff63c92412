"""What a person does about deliveries that failed or that nobody can prove."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access.gate import require, visible_channels
from accounts.audit.book import record
from accounts.lockdown_queries import require_unlocked
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Unprocessable
from hqdash.base.events import announce
from publishing import audited
from publishing.delivery.bells import ring_deliveries
from publishing.events import DeliveryChanged
from publishing.hijack import refuse_stopped
from publishing.models import Delivery, Post, State
from publishing.permissions import PUBLISH_POST, SETTLE_DELIVERY
from publishing.rules import Event, next_state

RETRY_GOOD_FOR = timedelta(hours=1)
SETTLED = "settled"
CAN_BE_RETRIED = Q(state__in=[State.REFUSED, State.EXPIRED]) | Q(state=State.CANCELLED, reason=SETTLED)
"""What provably did not go out, by the network's word, by the clock, or by a person who has looked."""
LONE_ID = re.compile(r"[\w-]{1,200}")


@transaction.atomic
def retry_failed(*, actor: Actor, post: Post, now: datetime, delivery: Delivery | None = None) -> int:
    """Try the failed deliveries of a post again (or one of them); how many were.

    Each gets a new take: what failed stays as it was, for the record. Deliveries whose outcome nobody
    knows are never among them, nor are those on channels that are not the actor's to post to.

    Raises:
        NotAllowed: the actor may not post at all, or not to the channel of the one that is named.
        Conflict: nothing is left to try again, the force is locked or the actor is stopped.
    """
    require(actor, PUBLISH_POST, delivery.channel if delivery is not None else None)
    require_unlocked(actor)
    refuse_stopped(actor)
    failed = _own(actor, post).filter(CAN_BE_RETRIED, superseded=False)
    if delivery is not None:
        failed = failed.filter(pk=delivery.pk)
    rows = list(failed)
    if not rows:
        raise Conflict(_("There is nothing left to try again; somebody may have done it already."))
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


def can_be_retried(row: Delivery) -> bool:
    """The same for a row in hand."""
    return row.state in (State.REFUSED, State.EXPIRED) or (
        row.state == State.CANCELLED and row.reason == SETTLED
    )


def _own(actor: Actor, post: Post) -> QuerySet[Delivery]:
    """The post's deliveries to channels that the actor may post to, locked."""
    return (
        Delivery.objects.select_for_update(of=("self",))
        .filter(post=post, channel__in=visible_channels(actor, PUBLISH_POST))
        .select_related("channel", "channel__unit")
    )


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
        Unprocessable: no reason, or sent without an address that proves this delivery and no other.
    """
    require(actor, SETTLE_DELIVERY, delivery.channel)
    row = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if State(row.state) is not State.NEEDS_PERSON:
        raise Conflict(_("This delivery does not wait for a person any more."))
    if not reason.strip():
        raise Unprocessable(_("Say what you saw at the network."), "reason")
    external_id, url = proof_of(address)
    if was_sent and not external_id:
        raise Unprocessable(_("Give the link of the post at the network."), "address")
    row.state = next_state(
        State(row.state), Event.PERSON_FOUND_IT if was_sent else Event.PERSON_SAYS_NOT_SENT
    )
    row.reason, row.sentence = SETTLED, reason.strip()
    if was_sent:
        row.external_id, row.url, row.sent_at = external_id, url, now
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "reason", "sentence", "external_id", "url", "sent_at"])
    except IntegrityError as taken:
        raise Unprocessable(
            _("That post belongs to another delivery of this account. Look for the other one."), "address"
        ) from taken
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


def proof_of(address: str) -> tuple[str, str]:
    """The id of a post at its network and its link, from what a person pasted; two times nothing if it is neither."""
    words = address.strip()
    if LONE_ID.fullmatch(words):
        return words, ""
    try:
        link = urlsplit(words)
    except ValueError:
        return "", ""
    external_id = words.rstrip("/").rsplit("/", 1)[-1]
    if link.scheme not in {"http", "https"} or not link.hostname or external_id == link.netloc:
        return "", ""
    return (external_id, words) if len(external_id) <= 200 and len(words) <= 1000 else ("", "")


@transaction.atomic
def cancel_waiting(*, actor: Actor, post: Post) -> int:
    """Call off what has not begun yet on the actor's own channels; how many deliveries were.

    Raises:
        NotAllowed: the actor may not post at all.
    """
    require(actor, PUBLISH_POST)
    waiting = list(_own(actor, post).filter(state=State.SCHEDULED))
    for row in waiting:
        row.state = next_state(State(row.state), Event.CALLED_OFF)
        row.reason = "cancelled"
        row.sentence = _("Cancelled by %(who)s.") % {"who": actor.username}
        row.save(update_fields=["state", "reason", "sentence"])
        record(actor, audited.DELIVERY_CANCELLED, row, channel=row.channel, unit=row.channel.unit)
    live.tell(actor.force_id, "post", id=post.pk)
    return len(waiting)
