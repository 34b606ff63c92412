"""Finds out what became of a delivery whose answer was lost: by reading the channel back, never by sending."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from accounts.actions.leases import take_lease
from accounts.vault import drawer
from hqdash.networks.capabilities import FindsLanded
from hqdash.networks.errors import NetworkError
from hqdash.networks.network import get_network
from hqdash.networks.types import Absent, Landed, Landing, Probe, Unsure
from publishing.delivery import steps
from publishing.delivery.bells import ring_deliveries
from publishing.delivery.send import ring_next_of, settle_time
from publishing.models import Attempt, Delivery
from publishing.rules import CLEAN_LOOKS_NEEDED, LOOKS_BEFORE_A_PERSON, Event, next_look

log = logging.getLogger(__name__)
_LOOKING = timedelta(seconds=30)

_CLAIM_LOOK = """
UPDATE publishing_delivery SET looks = looks + 1, due_at = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND state = 'unknown' AND due_at <= clock_timestamp() RETURNING looks
"""


def look_for(delivery_id: UUID) -> None:
    """Read the channel back once, and take the step that follows from what is there."""
    delivery = _claim_look(delivery_id)
    if delivery is None:
        return
    landing = _read_back(delivery)
    match landing:
        case Landed(published=published):
            try:
                steps.confirm(delivery, published, event=Event.FOUND)
            except IntegrityError:
                # That post is another delivery's: an earlier one with the same words.
                _not_proven(delivery, _("A post with the same words belongs to another delivery."))
                return
            ring_next_of(delivery)
        case Absent():
            _absent_once_more(delivery)
        case Unsure(reason=reason):
            _not_proven(delivery, reason)


def _claim_look(delivery_id: UUID) -> Delivery | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM_LOOK, [_LOOKING.total_seconds(), delivery_id])
        if cursor.fetchone() is None:
            return None
    return Delivery.objects.select_related(
        "post", "post__author", "post__responsible", "channel", "channel__unit"
    ).get(pk=delivery_id)


def _read_back(delivery: Delivery) -> Landing:
    network = get_network(delivery.channel.network)
    if not network.can(FindsLanded):
        return Unsure(_("This network cannot be read back."))
    attempt = Attempt.objects.filter(delivery=delivery).latest("number")
    known = Delivery.objects.filter(channel=delivery.channel).exclude(external_id="")
    seen = frozenset(attempt.seen_ids) | frozenset(known.values_list("external_id", flat=True)[:1000])
    lease = take_lease(channel_id=delivery.channel_id, purpose="look", subject_id=delivery.pk, lasts=_LOOKING)
    try:
        with drawer.open(delivery.channel, lease=lease, purpose="look") as credentials:
            connector = network.connect(delivery.channel.account, credentials)
            return connector.find_landed(Probe(delivery.text, seen, not_before=attempt.started_at))
    except (NetworkError, drawer.VaultError) as error:
        return Unsure(error.sentence)
    except Exception as surprise:
        log.exception("delivery %s: unexpected failure while reading back", delivery.pk)
        return Unsure(type(surprise).__name__)


def _absent_once_more(delivery: Delivery) -> None:
    network = get_network(delivery.channel.network)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE publishing_delivery SET clean_looks = clean_looks + 1, "
            "due_at = clock_timestamp() + make_interval(secs => %s) "
            "WHERE id = %s AND fence = %s AND state = 'unknown' "
            "RETURNING clean_looks, not_after <= clock_timestamp()",
            [
                max(settle_time(network) / 2, timedelta(seconds=2)).total_seconds(),
                delivery.pk,
                delivery.fence,
            ],
        )
        row = cursor.fetchone()
    if row is None or row[0] < CLEAN_LOOKS_NEEDED:
        return
    if steps.prove_absent(delivery, too_late=row[1]) and not row[1]:
        ring_deliveries(delivery.force_id, [delivery.pk], urgent=delivery.urgent)


def _not_proven(delivery: Delivery, why: str) -> None:
    if delivery.looks >= LOOKS_BEFORE_A_PERSON:
        steps.hand_over(
            delivery,
            sentence=_("Look at %(account)s yourself: %(why)s") % {"account": delivery.channel, "why": why},
        )
        ring_next_of(delivery)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE publishing_delivery SET clean_looks = 0, due_at = clock_timestamp() + make_interval(secs => %s) "
            "WHERE id = %s AND fence = %s AND state = 'unknown'",
            [
                next_look(
                    delivery.looks, settle=settle_time(get_network(delivery.channel.network))
                ).total_seconds(),
                delivery.pk,
                delivery.fence,
            ],
        )
