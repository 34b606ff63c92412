"""Writes each step of a delivery: state, attempt, entry in the book and news for the screen, together.

Every function is one transaction and returns whether the step was still the caller's to take: the fence
of the claim has to be the row's, or somebody else has taken over.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.audit.book import record
from accounts.audit.declared import Audited
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.events import announce
from hqdash.networks.types import Published
from publishing import audited
from publishing.delivery.claim import NOT_STOPPED, Claim
from publishing.events import DeliveryChanged
from publishing.models import Attempt, Delivery, State
from publishing.rules import Event, next_state

ON_THE_WIRE = timedelta(seconds=40)
"""Longer than every time-out of a call together with what may stall around it."""


def on_behalf_of(delivery: Delivery) -> Actor:
    """The system acting for who answers for the post: the entry carries that name, and says a worker did it."""
    speaker = delivery.post.speaker
    return Actor(force_id=delivery.force_id, user_id=speaker.pk, username=speaker.username, kind="clock")


@transaction.atomic
def start(claim: Claim, seen_ids: frozenset[str]) -> Attempt | None:
    """Commit that a try begins now; only after this may a byte leave. None when the claim is lost."""
    delivery = claim.delivery
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE publishing_delivery SET state = 'sending', attempts = attempts + 1, "
            "leased_until = clock_timestamp() + make_interval(secs => %s), looks = 0, clean_looks = 0, "
            "reason = '', sentence = '' "
            "WHERE id = %s AND fence = %s AND state = 'leased' AND leased_until > clock_timestamp() "
            f"AND held_at IS NULL AND {NOT_STOPPED} RETURNING attempts, fence",
            [ON_THE_WIRE.total_seconds(), delivery.pk, delivery.fence],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    delivery.state, delivery.attempts = State.SENDING, row[0]
    return Attempt.objects.create(
        delivery=delivery, number=row[0], fence=delivery.fence, seen_ids=sorted(seen_ids)
    )


@transaction.atomic
def confirm(delivery: Delivery, published: Published, *, event: Event) -> bool:
    """The network has it: ``event`` says whether it answered so (CONFIRMED) or it was found (FOUND)."""
    row = _locked(delivery, (State.SENDING, State.UNKNOWN))
    if row is None:
        return False
    if State(row.state) is State.UNKNOWN:
        # A sweeper thought the worker dead; the answer came all the same.
        event = Event.FOUND
    outcome = Attempt.Outcome.SENT if event is Event.CONFIRMED else Attempt.Outcome.FOUND
    _close_attempt(row, outcome)
    row.external_id, row.url, row.reason, row.sentence = published.external_id, published.url, "", ""
    row.sent_at = Now()
    _step(row, event, fields=["external_id", "url", "sent_at", "reason", "sentence"])
    record(
        on_behalf_of(delivery),
        audited.DELIVERY_SENT,
        row,
        channel=delivery.channel,
        unit=delivery.channel.unit,
        external_id=published.external_id,
        url=published.url,
        how=outcome.value,
        attempts=row.attempts,
    )
    return True


@transaction.atomic
def not_sent(delivery: Delivery, *, reason: str, sentence: str, pause: timedelta, detail: str = "") -> bool:
    """It provably did not happen: try again after ``pause``."""
    row = _locked(delivery, (State.LEASED, State.SENDING))
    if row is None:
        return False
    started = State(row.state) is State.SENDING
    if started:
        _close_attempt(row, Attempt.Outcome.NOT_SENT, detail)
    row.reason, row.sentence = reason, sentence
    row.due_at = Now() + pause
    _step(row, Event.NOT_SENT if started else Event.GIVEN_BACK, fields=["reason", "sentence", "due_at"])
    return True


@transaction.atomic
def fail(delivery: Delivery, *, event: Event, reason: str, sentence: str, detail: str = "") -> bool:
    """It did not go out and will not go by itself; the sentence says why and what to do."""
    row = _locked(delivery, (State.SCHEDULED, State.LEASED, State.SENDING))
    if row is None:
        return False
    if State(row.state) is State.SENDING:
        _close_attempt(row, Attempt.Outcome.REFUSED, detail)
    row.reason, row.sentence = reason, sentence
    _step(row, event, fields=["reason", "sentence"])
    _write_down(audited.DELIVERY_FAILED, delivery, row, reason=sentence, code=reason, detail=detail[:500])
    return True


@transaction.atomic
def lose_sight(delivery: Delivery, *, sentence: str, settle: timedelta, detail: str = "") -> bool:
    """The request left and no clear answer came: look before anything else."""
    row = _locked(delivery, (State.SENDING,))
    if row is None:
        return False
    _close_attempt(row, Attempt.Outcome.UNKNOWN, detail)
    row.reason, row.sentence, row.due_at = "no_clear_answer", sentence, Now() + settle
    _step(row, Event.NO_CLEAR_ANSWER, fields=["reason", "sentence", "due_at"])
    _write_down(audited.DELIVERY_UNKNOWN, delivery, row, reason=sentence, detail=detail[:500])
    return True


@transaction.atomic
def prove_absent(delivery: Delivery, *, too_late: bool) -> bool:
    """Read back twice and not there: it may go again, unless its time is over."""
    row = _locked(delivery, (State.UNKNOWN,))
    if row is None:
        return False
    _amend_attempt(row, Attempt.Outcome.ABSENT)
    row.due_at = Now()
    row.reason = "too_late" if too_late else "proven_absent"
    row.sentence = (
        "It is not at the network, and its time is over."
        if too_late
        else "It is not at the network; sending again."
    )
    _step(
        row,
        Event.ABSENT_TOO_LATE if too_late else Event.PROVEN_ABSENT,
        fields=["due_at", "reason", "sentence"],
    )
    _write_down(audited.DELIVERY_ABSENT, delivery, row, looks=row.looks)
    return True


@transaction.atomic
def hand_over(delivery: Delivery, *, sentence: str) -> bool:
    """Nobody can prove what became of it: a person has to look."""
    row = _locked(delivery, (State.UNKNOWN,))
    if row is None:
        return False
    row.reason, row.sentence = "cannot_prove", sentence
    _step(row, Event.CANNOT_PROVE, fields=["reason", "sentence"])
    _write_down(audited.DELIVERY_NEEDS_PERSON, delivery, row, reason=sentence)
    return True


def _locked(delivery: Delivery, states: tuple[State, ...]) -> Delivery | None:
    row = (
        Delivery.objects.select_for_update()
        .filter(pk=delivery.pk, fence=delivery.fence, state__in=states)
        .first()
    )
    if row is not None:
        # What it sends and where never changes, so these need not be read again.
        row.post, row.channel = delivery.post, delivery.channel
    return row


def _step(row: Delivery, event: Event, *, fields: list[str]) -> None:
    row.state = next_state(State(row.state), event)
    row.leased_until = None
    row.save(update_fields=["state", "leased_until", *fields])
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_lease SET expires_at = clock_timestamp() "
            "WHERE purpose = 'publish' AND subject_id = %s AND expires_at > clock_timestamp()",
            [row.pk],
        )
    announce(DeliveryChanged(row.force_id, row.pk, row.state))
    live.tell(row.force_id, "post", id=row.post_id)


def _close_attempt(row: Delivery, outcome: Attempt.Outcome, detail: str = "") -> None:
    closed = Attempt.objects.filter(delivery=row, finished_at=None).update(
        finished_at=Now(), outcome=outcome, detail=detail
    )
    if not closed:
        _amend_attempt(row, outcome)


def _amend_attempt(row: Delivery, outcome: Attempt.Outcome) -> None:
    """What an attempt of unknown outcome turned out to be."""
    Attempt.objects.filter(delivery=row, number=row.attempts).update(outcome=outcome)


def _write_down(action: Audited, delivery: Delivery, row: Delivery, **details: Any) -> None:
    reason = str(details.pop("reason", ""))
    record(
        on_behalf_of(delivery),
        action,
        row,
        channel=delivery.channel,
        unit=delivery.channel.unit,
        reason=reason,
        **details,
    )
