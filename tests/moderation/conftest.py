"""The moderation desk of the cast: dictionaries in force, and something that the public said."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest

from accounts.models import Channel
from hqdash.base import clock
from moderation.actions.screening import screen_mentions
from moderation.actions.starting import install_starter_dictionaries
from moderation.models import Screening
from monitoring.models import Mention
from tests.cast import Cast

Says = Callable[..., Mention]
_numbers = count(1)

ABUSIVE = "You can all go fuck yourselves."
HARSH = "This is a police state now"


def say(channel: Channel, text: str, *, kind: str = "comment", external_id: str = "") -> Mention:
    """One stored comment of the public."""
    number = next(_numbers)
    return Mention.objects.create(
        channel=channel,
        network=channel.network,
        external_id=external_id or f"said-{number}",
        kind=kind,
        text=text,
        author_id=f"author-{number}",
        author_handle=f"resident{number}",
        author_name="A resident",
        at=clock.now(),
        post_id="post-1",
    )


def screened(cast: Cast, *mentions: Mention) -> list[Screening]:
    """Screen them now, as the system does."""
    return screen_mentions(actor=cast.system, mention_ids=[one.pk for one in mentions], now=clock.now())


@pytest.fixture
def desk(cast: Cast) -> Cast:
    """The cast, with the supplied dictionaries in force."""
    install_starter_dictionaries(actor=cast.system, now=clock.now())
    return cast
