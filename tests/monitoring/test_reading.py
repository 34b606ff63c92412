"""From a comment at a practice network to a stored mention, over the real connectors and the real vault."""

from __future__ import annotations

import pytest

from accounts.models import Channel
from hqdash.base.tenancy import across_forces
from monitoring.actions.rounds import readers
from monitoring.actions.scheduling import add_missing_polls
from monitoring.models import Mention, Poll
from monitoring.tasks import poll_due
from tests.monitoring.conftest import Connect


def read_everything() -> None:
    with across_forces(reason="a test moves the clock of the queue"):
        add_missing_polls()
        Poll.objects.update(due_at="2026-01-01T00:00Z")
    poll_due.run()
    readers().finish()


@pytest.mark.parametrize("slug", ["x", "facebook", "wordpress"])
def test_a_comment_of_the_public_becomes_a_mention_once(connect: Connect, slug: str) -> None:
    channel, practice = connect(slug)
    with_post = practice.connect().publish(_draft("Road closed at the ring way."))
    read_everything()

    first = practice.public_says("Which exit?", post_id=with_post.external_id)
    read_everything()
    read_everything()

    mention = Mention.objects.get()
    assert (mention.external_id, mention.channel_id) == (first, channel.pk)
    assert mention.text.endswith("Which exit?")
    assert mention.author_handle or mention.author_name
    channel.refresh_from_db()
    assert channel.last_ok_at is not None
    assert Poll.objects.get(channel=channel).failures == 0


def test_an_expired_token_is_named_and_the_channel_works_again_afterwards(connect: Connect) -> None:
    channel, practice = connect("x")
    practice.fault("token_expired", "read", times=1)
    read_everything()
    channel.refresh_from_db()
    assert channel.state == Channel.State.SIGN_IN_NEEDED

    read_everything()
    channel.refresh_from_db()
    assert channel.state == Channel.State.CONNECTED


def test_one_failing_channel_does_not_stop_the_others(connect: Connect) -> None:
    bad, broken = connect("x")
    _good, works = connect("x")
    read_everything()
    broken.fault("server_error", "read", times=None)
    works.public_says("Hello all")
    read_everything()

    assert [mention.text.endswith("Hello all") for mention in Mention.objects.all()] == [True]
    assert Poll.objects.get(channel=bad).failures == 1
    broken.no_faults()


def _draft(text: str) -> object:
    from hqdash.networks.types import Draft

    return Draft(text)
