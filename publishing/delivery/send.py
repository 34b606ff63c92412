"""Sends one delivery: claim, look what is there, commit that a try begins, call once, write what came of it."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.access.gate import can
from accounts.actions.channels import change_channel_state, note_contact
from accounts.models import Channel
from accounts.vault import drawer
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.networks.capabilities import FindsLanded
from hqdash.networks.connector import Connector
from hqdash.networks.errors import (
    NetworkError,
    OutcomeUnknown,
    Reason,
    Refused,
    SignInExpired,
    TryLater,
    Unreachable,
)
from hqdash.networks.network import Network, get_network
from hqdash.networks.types import Draft
from publishing.delivery import steps
from publishing.delivery.bells import ring_deliveries
from publishing.delivery.claim import Claim, claim
from publishing.models import Delivery, State
from publishing.permissions import PUBLISH_POST
from publishing.rules import Event, pause_before_retry

log = logging.getLogger(__name__)
_NEXT = """
SELECT id, urgent FROM publishing_delivery
WHERE channel_id = %s AND state = 'scheduled' AND due_at <= clock_timestamp() AND held_at IS NULL
ORDER BY urgent DESC, due_at, id LIMIT 1
"""
MARGIN_SECONDS = 3.0
"""With less than this left of the claim nothing is begun any more."""


def deliver_one(delivery_id: UUID) -> None:
    """Send the delivery unless it is not due, taken by somebody else, or its channel is busy."""
    taken = claim(delivery_id)
    if taken is None:
        return
    try:
        _deliver(taken)
    finally:
        ring_next_of(taken.delivery)


def _deliver(taken: Claim) -> None:
    delivery = taken.delivery
    if refusal := _why_not(delivery):
        reason, sentence = refusal
        steps.fail(delivery, event=Event.NO_RIGHT, reason=reason, sentence=sentence)
        return
    network = get_network(delivery.channel.network)
    try:
        with drawer.open(delivery.channel, lease=taken.lease, purpose="publish") as credentials:
            connector = network.connect(delivery.channel.account, credentials)
            _send(taken, network, connector)
    except drawer.VaultRefused as refused:
        if refused.why == "force_locked":
            # Locked between the claim and now: it waits, and a person decides about it afterwards.
            steps.not_sent(delivery, reason="locked", sentence=refused.sentence, pause=timedelta())
            return
        steps.fail(delivery, event=Event.NO_RIGHT, reason=f"vault_{refused.why}", sentence=refused.sentence)
    except drawer.VaultClosed as closed:
        steps.not_sent(delivery, reason="vault_closed", sentence=closed.sentence, pause=timedelta(seconds=2))


def _send(taken: Claim, network: Network, connector: Connector) -> None:
    delivery = taken.delivery
    try:
        seen = connector.recent_ids() if network.can(FindsLanded) else frozenset[str]()
    except NetworkError as error:
        _nothing_left(delivery, error)
        return
    if taken.seconds_left < MARGIN_SECONDS or (attempt := steps.start(taken, seen)) is None:
        log.warning("delivery %s: the claim ran out before anything was sent", delivery.pk)
        return
    try:
        published = connector.publish(Draft(text=delivery.text), key=f"{delivery.pk}-{attempt.number}")
    except OutcomeUnknown as unknown:
        steps.lose_sight(
            delivery, sentence=unknown.sentence, settle=settle_time(network), detail=unknown.detail
        )
    except NetworkError as error:
        _after_refusal(delivery, network, error)
    except Exception as surprise:
        # A fault of ours or of a library, after the try began: whether a byte left is not known.
        log.exception("delivery %s: unexpected failure while sending", delivery.pk)
        steps.lose_sight(
            delivery,
            sentence=_("Something unexpected happened while sending."),
            settle=settle_time(network),
            detail=type(surprise).__name__,
        )
    else:
        steps.confirm(delivery, published, event=Event.CONFIRMED)
        note_contact(channel_id=delivery.channel_id, ok=True, now=clock.now())


def _after_refusal(delivery: Delivery, network: Network, error: NetworkError) -> None:
    """The network answered, or provably never heard us."""
    if isinstance(error, Refused):
        if error.reason is Reason.DUPLICATE and delivery.attempts > 1:
            # The try before this one seems to have landed after all.
            steps.lose_sight(
                delivery, sentence=error.sentence, settle=settle_time(network), detail=error.detail
            )
            return
        steps.fail(
            delivery,
            event=Event.NETWORK_REFUSED,
            reason=error.reason.value,
            sentence=error.sentence,
            detail=error.detail,
        )
        return
    _nothing_left(delivery, error)


def _nothing_left(delivery: Delivery, error: NetworkError) -> None:
    """Provably nothing was sent: again later, or never with the reason."""
    now = clock.now()
    note_contact(channel_id=delivery.channel_id, ok=False, now=now, failure=error.sentence)
    match error:
        case SignInExpired():
            _ask_for_sign_in(delivery, error)
            started = delivery.state == State.SENDING
            steps.fail(
                delivery,
                event=Event.NETWORK_REFUSED if started else Event.NO_RIGHT,
                reason="sign_in",
                sentence=_("%(why)s Ask your comms team to reconnect %(account)s, then try again.")
                % {"why": error.sentence, "account": delivery.channel.at_handle},
                detail=error.detail,
            )
        case TryLater():
            pause = pause_before_retry(max(1, delivery.attempts), asked_for=error.wait)
            steps.not_sent(
                delivery, reason="rate_limited", sentence=error.sentence, pause=pause, detail=error.detail
            )
        case Unreachable() | OutcomeUnknown():
            pause = pause_before_retry(max(1, delivery.attempts))
            steps.not_sent(
                delivery, reason="unreachable", sentence=error.sentence, pause=pause, detail=error.detail
            )
        case _:
            started = delivery.state == State.SENDING
            steps.fail(
                delivery,
                event=Event.NETWORK_REFUSED if started else Event.NO_RIGHT,
                reason="refused",
                sentence=error.sentence,
                detail=error.detail,
            )


def _ask_for_sign_in(delivery: Delivery, error: SignInExpired) -> None:
    with transaction.atomic():
        change_channel_state(
            actor=Actor.clock(delivery.force_id),
            channel=delivery.channel,
            state=Channel.State.SIGN_IN_NEEDED,
            reason=error.sentence,
            now=clock.now(),
        )


def _why_not(delivery: Delivery) -> tuple[str, str] | None:
    """Asked again at the last moment: a right or a channel that is gone stops what was decided before."""
    speaker, channel = delivery.post.speaker, delivery.channel
    actor = Actor(force_id=delivery.force_id, user_id=speaker.pk, username=speaker.username)
    if not can(actor, PUBLISH_POST, channel):
        return "no_right", _("%(speaker)s may no longer post to %(account)s.") % {
            "speaker": speaker.username,
            "account": channel.at_handle,
        }
    if channel.state == Channel.State.SUSPENDED:
        return "suspended", _("%(account)s is suspended: %(why)s") % {
            "account": channel.at_handle,
            "why": channel.state_reason,
        }
    if channel.state == Channel.State.SIGN_IN_NEEDED:
        return "sign_in", _("The sign-in of %(account)s has ended. Ask your comms team to reconnect it.") % {
            "account": channel.at_handle
        }
    return None


def settle_time(network: Network) -> timedelta:
    """How long to wait before reading back: longer than the network's own lag."""
    return timedelta(seconds=network.settle_seconds)


def ring_next_of(delivery: Delivery) -> None:
    """Wake a worker for whatever waited behind this delivery on its channel."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [delivery.channel_id])
        waiting = cursor.fetchone()
    if waiting is not None:
        ring_deliveries(delivery.force_id, [waiting[0]], urgent=waiting[1])
