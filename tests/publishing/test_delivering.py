"""A post goes out once, or says that it did not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.actions.changes import collect, propose, put_into_force
from accounts.models import AuditEntry, Channel, Grant, Role
from hqdash.base import clock
from publishing.actions.resolve import retry_failed, settle_delivery
from publishing.delivery.claim import claim
from publishing.delivery.send import deliver_one
from publishing.delivery.settle import look_for
from publishing.delivery.sweep import sweep_outbox
from publishing.models import Attempt, Delivery, State
from publishing.permissions import PUBLISH_POST
from tests.cast import Cast
from tests.publishing.conftest import Connect, delivery_of, write

NETWORKS = ("x", "facebook", "wordpress")


def make_due(delivery: Delivery) -> None:
    """What waits for a moment becomes due now."""
    Delivery.objects.filter(pk=delivery.pk).update(due_at=clock.now() - timedelta(seconds=1))


def lose_worker(delivery: Delivery) -> None:
    """The worker's lease ends without a word."""
    Delivery.objects.filter(pk=delivery.pk).update(leased_until=clock.now() - timedelta(seconds=1))


@pytest.mark.parametrize("slug", NETWORKS)
def test_a_post_arrives_once_with_a_receipt_under_its_authors_name(
    slug: str, connect: Connect, committed_cast: Cast
) -> None:
    account = connect(slug)
    post = write(committed_cast.pc, "Road closed in Foleshill", account)

    deliver_one(delivery_of(post).pk)
    deliver_one(delivery_of(post).pk)

    receipt = delivery_of(post)
    assert receipt.state == State.SENT
    assert [each["external_id"] for each in account.posts] == [receipt.external_id]
    assert receipt.url
    entry = AuditEntry.objects.filter(action="delivery.sent").get()
    assert (entry.username, entry.kind, entry.details["external_id"]) == (
        "pc.4512",
        "clock",
        receipt.external_id,
    )


@pytest.mark.parametrize("slug", NETWORKS)
def test_an_answer_lost_after_storing_is_found_and_never_sent_again(
    slug: str, connect: Connect, committed_cast: Cast
) -> None:
    account = connect(slug)
    account.practice.fault("lost_answer", operation="publish", times=1)
    post = write(committed_cast.pc, "Missing child found", account)

    deliver_one(delivery_of(post).pk)
    assert delivery_of(post).state == State.UNKNOWN
    deliver_one(delivery_of(post).pk)
    make_due(delivery_of(post))
    look_for(delivery_of(post).pk)

    assert delivery_of(post).state == State.SENT
    assert len(account.posts) == 1
    assert Attempt.objects.get(delivery__post=post).outcome == Attempt.Outcome.FOUND


@pytest.mark.parametrize("slug", NETWORKS)
def test_a_call_cut_before_storing_is_proven_absent_twice_and_then_sent(
    slug: str, connect: Connect, committed_cast: Cast
) -> None:
    account = connect(slug)
    account.practice.fault("cut_before", operation="publish", times=1)
    post = write(committed_cast.pc, "Witness appeal", account)

    deliver_one(delivery_of(post).pk)
    for _look in range(2):
        assert delivery_of(post).state == State.UNKNOWN
        make_due(delivery_of(post))
        look_for(delivery_of(post).pk)
    assert delivery_of(post).state == State.SCHEDULED
    deliver_one(delivery_of(post).pk)

    assert delivery_of(post).state == State.SENT
    assert len(account.posts) == 1
    outcomes = list(Attempt.objects.order_by("number").values_list("outcome", flat=True))
    assert outcomes == [Attempt.Outcome.ABSENT, Attempt.Outcome.SENT]


def test_a_full_network_is_asked_again_later(connect: Connect, committed_cast: Cast) -> None:
    account = connect("x")
    account.practice.fault("rate_limited", operation="publish", times=1)
    post = write(committed_cast.pc, "Traffic update", account)

    deliver_one(delivery_of(post).pk)
    waiting = delivery_of(post)
    assert (waiting.state, waiting.reason) == (State.SCHEDULED, "rate_limited")
    assert waiting.due_at > clock.now()
    make_due(waiting)
    deliver_one(waiting.pk)

    assert delivery_of(post).state == State.SENT
    assert len(account.posts) == 1


def test_an_expired_sign_in_is_named_and_can_be_tried_again_after_reconnecting(
    connect: Connect, committed_cast: Cast
) -> None:
    account = connect("facebook")
    account.practice.fault("token_expired", operation="*", times=1)
    post = write(committed_cast.pc, "Knife surrender bins", account)

    deliver_one(delivery_of(post).pk)

    failed = delivery_of(post)
    assert (failed.state, failed.reason) == (State.REFUSED, "sign_in")
    assert account.channel.at_handle in failed.sentence
    assert Channel.objects.get(pk=account.channel.pk).state == Channel.State.SIGN_IN_NEEDED
    assert account.posts == []

    Channel.objects.filter(pk=account.channel.pk).update(state=Channel.State.CONNECTED)
    assert retry_failed(actor=committed_cast.pc.actor, post=post, now=clock.now()) == 1
    deliver_one(delivery_of(post).pk)
    assert delivery_of(post).state == State.SENT
    assert len(account.posts) == 1


def test_a_right_that_ended_in_between_stops_what_was_decided(connect: Connect, committed_cast: Cast) -> None:
    account = connect("x")
    post = write(committed_cast.pc, "Open day", account)
    Grant.objects.filter(user=committed_cast.pc.user).update(ends_at=clock.now())

    deliver_one(delivery_of(post).pk)

    assert (delivery_of(post).state, delivery_of(post).reason) == (State.REFUSED, "no_right")
    assert account.posts == []


def test_two_deliveries_of_one_channel_are_never_in_flight_together(
    connect: Connect, committed_cast: Cast
) -> None:
    account = connect("x")
    first, second = write(committed_cast.pc, "One", account), write(committed_cast.pc, "Two", account)

    taken = claim(delivery_of(first).pk)
    assert taken is not None
    assert claim(delivery_of(second).pk) is None
    assert claim(delivery_of(first).pk) is None


def test_a_worker_lost_before_sending_gives_the_delivery_back(connect: Connect, committed_cast: Cast) -> None:
    account = connect("x")
    post = write(committed_cast.pc, "Lost dog", account)
    assert claim(delivery_of(post).pk) is not None
    lose_worker(delivery_of(post))

    sweep_outbox()

    assert delivery_of(post).state == State.SCHEDULED
    deliver_one(delivery_of(post).pk)
    assert len(account.posts) == 1


def test_what_is_too_old_never_goes_out(connect: Connect, committed_cast: Cast) -> None:
    account = connect("x")
    post = write(committed_cast.pc, "Ice warning", account, not_after=clock.now() - timedelta(seconds=1))

    deliver_one(delivery_of(post).pk)
    sweep_outbox()

    assert (delivery_of(post).state, delivery_of(post).reason) == (State.EXPIRED, "too_late")
    assert account.posts == []


def test_what_nobody_can_prove_waits_for_a_person(connect: Connect, committed_cast: Cast) -> None:
    account = connect("facebook")
    account.practice.fault("cut_before", operation="publish", times=1)
    post = write(committed_cast.pc, "Burglary advice", account)
    deliver_one(delivery_of(post).pk)
    account.practice.fault("server_error", operation="read", times=None)

    for _look in range(8):
        make_due(delivery_of(post))
        look_for(delivery_of(post).pk)

    assert delivery_of(post).state == State.NEEDS_PERSON
    assert account.channel.at_handle in delivery_of(post).sentence

    account.practice.no_faults()
    press = committed_cast.press.actor
    settle_delivery(
        actor=press, delivery=delivery_of(post), was_sent=False, reason="Not on the page", now=clock.now()
    )
    assert retry_failed(actor=press, post=post, now=clock.now()) == 1
    deliver_one(delivery_of(post).pk)

    assert delivery_of(post).state == State.SENT
    assert len(account.posts) == 1


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        (
            "UPDATE publishing_delivery SET state = 'sent', external_id = 'x'",
            "cannot go from scheduled to sent",
        ),
        ("UPDATE publishing_delivery SET text = 'another text'", "never changes"),
        ("UPDATE publishing_delivery SET state = 'sending'", "cannot go from scheduled to sending"),
        ("UPDATE publishing_delivery SET fence = -1", "only grows"),
    ],
)
def test_the_database_itself_refuses_impossible_steps(cast: Cast, statement: str, complaint: str) -> None:
    from uuid import uuid4

    from publishing.actions.publish import publish_post

    publish_post(actor=cast.pc.actor, text="A", channel_ids=[cast.x.pk], form_key=uuid4(), now=clock.now())
    with pytest.raises(DatabaseError, match=complaint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_moderation_can_read_what_a_comment_answers(connect: Connect, committed_cast: Cast) -> None:
    from moderation.our_posts import our_post

    account = connect("facebook")
    post = write(committed_cast.pc, "A man was arrested in Moseley this morning.", account)
    deliver_one(delivery_of(post).pk)

    told = our_post(account.channel.pk, delivery_of(post).external_id)
    assert told is not None
    assert (told.text, told.at) == ("A man was arrested in Moseley this morning.", delivery_of(post).sent_at)
    assert our_post(account.channel.pk, "somebody-elses") is None


def test_a_right_revoked_by_two_stops_what_was_scheduled_within_a_second_and_says_why(
    connect: Connect, committed_cast: Cast
) -> None:
    account = connect("x")
    cast, now = committed_cast, clock.now()
    post = write(cast.pc, "Open day", account)
    held = Grant.objects.get(user=cast.pc.user)
    change = collect(actor=cast.admin.actor, now=now, kind="grant.end", grant=held)
    waiting = propose(actor=cast.admin.actor, change_set=change.change_set, reason="Left the team", now=now)

    put_into_force(actor=cast.itsec.actor, change_set=waiting, now=clock.now())
    deliver_one(delivery_of(post).pk)

    receipt = delivery_of(post)
    assert (receipt.state, receipt.reason) == (State.REFUSED, "no_right")
    assert receipt.sentence == f"pc.4512 may no longer post to {account.channel.at_handle}."
    assert account.posts == []


def test_a_right_that_became_one_with_approval_stops_what_was_scheduled(
    connect: Connect, committed_cast: Cast
) -> None:
    account = connect("x")
    cast, now = committed_cast, clock.now()
    post = write(cast.pc, "Open day", account)
    change = collect(
        actor=cast.admin.actor,
        now=now,
        kind="answer.set",
        role=Role.objects.get(slug=Role.CONTRIBUTOR),
        permission=PUBLISH_POST.name,
        unit=cast.coventry,
        answer="approval",
    )
    waiting = propose(actor=cast.admin.actor, change_set=change.change_set, reason="New here", now=now)
    put_into_force(actor=cast.itsec.actor, change_set=waiting, now=clock.now())

    deliver_one(delivery_of(post).pk)

    assert (delivery_of(post).state, delivery_of(post).reason) == (State.REFUSED, "no_right")
