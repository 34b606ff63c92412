"""What was read is stored once, and the due-queue moves on only for whoever still holds the claim."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Channel, Force
from hqdash.base import clock, events
from hqdash.networks.errors import SignInExpired, TryLater, Unreachable
from hqdash.networks.types import Item
from monitoring.actions.claiming import Claim, claim_due
from monitoring.actions.polling import settle
from monitoring.actions.reading import Reading
from monitoring.actions.scheduling import add_missing_polls, read_soon
from monitoring.events import MentionStored
from monitoring.models import Mention, Poll
from tests.cast import Cast

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def item(number: int, text: str = "Where was that?", author: str = "somebody") -> Item:
    return Item(f"c{number}", "comment", text, author, author, author.title(), AT + timedelta(seconds=number))


@pytest.fixture
def claim(cast: Cast) -> Claim:
    add_missing_polls()
    Poll.objects.update(due_at=AT)
    return next(one for one in claim_due(10) if one.channel.pk == cast.facebook.pk)


@pytest.fixture
def heard() -> Iterator[list[MentionStored]]:
    told: list[MentionStored] = []
    events.subscribe(MentionStored, told.append)
    yield told
    events._listeners[MentionStored].remove(told.append)


def settle_as(cast: Cast, claim: Claim, **read: object) -> int:
    reading = Reading(str(read.pop("cursor", "next")), "")
    for name, value in read.items():
        setattr(reading, name, value)
    return settle(actor=cast.system, claim=claim, reading=reading, now=clock.now()).found


def poll_of(claim: Claim) -> Poll:
    return Poll.objects.get(pk=claim.poll_id)


def seconds_until(moment: datetime) -> float:
    return (moment - clock.now()).total_seconds()


def test_new_items_are_stored_and_told_once(
    cast: Cast, claim: Claim, heard: list[MentionStored], django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert settle_as(cast, claim, items=[item(2), item(1), item(1)]) == 2
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert settle_as(cast, claim, items=[item(1), item(2), item(3)]) == 1

    kept = Mention.objects.order_by("at")
    assert [row.external_id for row in kept] == ["c1", "c2", "c3"]
    assert [event.mention_ids for event in heard] == [(kept[0].pk, kept[1].pk), (kept[2].pk,)]
    assert kept[0].at == AT + timedelta(seconds=1)
    assert kept[0].received_at > kept[0].at
    assert kept[0].network == "facebook"


def test_what_the_account_itself_wrote_is_no_mention_of_it(cast: Cast, claim: Claim) -> None:
    assert settle_as(cast, claim, items=[item(1, author=cast.facebook.external_id), item(2)]) == 1


def test_odd_texts_are_kept_whole(cast: Cast, claim: Claim) -> None:
    long = "x" * 70_000
    settle_as(cast, claim, items=[item(1, f"a\x00{long}"), item(2, "\ud800")])

    assert [row.text for row in Mention.objects.order_by("at")] == [f"a{long}", "?"]


def test_whoever_was_overtaken_stores_but_does_not_say_how_far_it_got(cast: Cast, claim: Claim) -> None:
    Poll.objects.filter(pk=claim.poll_id).update(leased_until=AT)
    later = claim_due(1)[0]
    assert (later.poll_id, later.fence) == (claim.poll_id, claim.fence + 1)

    assert settle_as(cast, claim, items=[item(1)], cursor="stale") == 1
    assert poll_of(claim).comments_cursor == ""
    assert settle_as(cast, later, items=[item(1)], cursor="fresh") == 0
    assert poll_of(claim).comments_cursor == "fresh"


def test_a_claimed_channel_is_not_claimed_again_before_its_time(cast: Cast, claim: Claim) -> None:
    assert claim_due(10) == []
    settle_as(cast, claim)
    assert claim_due(10) == []
    assert 3 < seconds_until(poll_of(claim).due_at) <= 6


def test_channels_of_other_forces_are_served_by_the_same_queue_and_suspended_ones_are_left(
    cast: Cast,
) -> None:
    from hqdash.base.tenancy import across_forces

    Channel.objects.filter(pk=cast.x.pk).update(state=Channel.State.SUSPENDED)
    with across_forces(reason="a test of the queue"):
        add_missing_polls()
        Poll.objects.update(due_at=AT)
        claimed = {one.channel.pk for one in claim_due(10, full_networks=["wordpress"])}

    assert claimed == {cast.facebook.pk, cast.x_dudley.pk, cast.other_channel.pk}


def test_nothing_is_read_for_a_locked_force_nor_with_its_credentials(cast: Cast) -> None:
    from hqdash.base.tenancy import across_forces

    Force.objects.filter(pk=cast.force.pk).update(locked_at=AT)
    with across_forces(reason="a test of the queue"):
        add_missing_polls()
        Poll.objects.update(due_at=AT)
        assert {one.channel.pk for one in claim_due(10)} == {cast.other_channel.pk}


def test_a_poll_that_finds_nothing_costs_one_statement(cast: Cast, claim: Claim) -> None:
    settle_as(cast, claim)
    Poll.objects.filter(pk=claim.poll_id).update(due_at=AT)
    again = claim_due(1)[0]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        settle_as(cast, again)

    assert len(queries) == 1


def test_more_at_the_network_is_read_at_once(cast: Cast, claim: Claim) -> None:
    settle_as(cast, claim, items=[item(1)], more_comments=True)

    assert seconds_until(poll_of(claim).due_at) < 1


def test_an_ended_sign_in_is_named_on_the_channel_and_goes_away_when_it_works_again(
    cast: Cast, claim: Claim
) -> None:
    settle_as(cast, claim, failure=SignInExpired("facebook", "comments", "Session has expired"))

    channel = Channel.objects.get(pk=cast.facebook.pk)
    assert channel.state == Channel.State.SIGN_IN_NEEDED
    assert "Connect it again" in channel.state_reason
    assert "Session has expired" in channel.last_failure
    assert seconds_until(poll_of(claim).due_at) > 250

    read_soon(channel_id=channel.pk)
    again = claim_due(1)[0]
    settle_as(cast, again)
    channel.refresh_from_db()
    assert (channel.state, channel.last_ok_at is None) == (Channel.State.CONNECTED, False)


def test_a_wait_that_the_network_asks_for_is_kept(cast: Cast, claim: Claim) -> None:
    settle_as(cast, claim, failure=TryLater("facebook", "comments", wait=timedelta(seconds=90)))

    assert 89 < seconds_until(poll_of(claim).due_at) < 96


def test_failures_in_a_row_put_the_next_read_off_and_items_before_the_failure_stay(
    cast: Cast, claim: Claim
) -> None:
    settle_as(cast, claim, items=[item(1)], failure=Unreachable("facebook", "mentions", "refused"))
    poll = poll_of(claim)
    assert (poll.failures, Mention.objects.count(), poll.comments_cursor) == (1, 1, "next")

    Poll.objects.filter(pk=claim.poll_id).update(due_at=AT, failures=6)
    again = claim_due(1)[0]
    settle_as(cast, again, failure=Unreachable("facebook", "comments", "refused"))
    assert seconds_until(poll_of(claim).due_at) > 200
