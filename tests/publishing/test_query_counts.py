"""What the pages of publishing cost in queries: the same for three accounts and for ninety-nine."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Channel
from hqdash.base import clock
from publishing.actions.publish import publish_post
from publishing.models import Delivery, Post
from tests.cast import Cast
from tests.publishing.test_pages import COMPOSE, browser

MOST = {"compose": 16, "review": 30, "send": 20, "post": 16, "posts": 16}
MANY = 99


def more_channels(cast: Cast, number: int) -> list[Channel]:
    """So many channels, spread over the units and networks of the force."""
    units = [cast.root, cast.coventry, cast.foleshill, cast.dudley]
    return Channel.objects.bulk_create(
        Channel(
            unit=units[place % len(units)],
            network=("x", "facebook", "wordpress")[place % 3],
            handle=f"desk{place}",
            name=f"Desk {place}",
            external_id=f"desk-{place}",
        )
        for place in range(number)
    )


def counted(ask: Callable[[], HttpResponse], *, status: int) -> int:
    """How many queries the answer took, after everything that is only made once has been made."""
    ask()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert ask().status_code == status
    # Savepoints of the transaction around the test are not the page's.
    return len([query for query in queries if not re.match(r"(RELEASE )?SAVEPOINT", query["sql"])])


def costs(client: Client, cast: Cast, channels: list[Channel]) -> dict[str, int]:
    ids = [str(channel.pk) for channel in channels]
    post = publish_post(
        actor=cast.press.actor,
        text="Road closed",
        channel_ids=[channel.pk for channel in channels],
        form_key=uuid4(),
        now=clock.now(),
    )

    def form(step: str) -> HttpResponse:
        return client.post(
            COMPOSE, {"text": "Road closed", "channels": ids, "form_key": str(uuid4()), "step": step}
        )

    return {
        "compose": counted(lambda: client.get(COMPOSE), status=200),
        "review": counted(lambda: form("review"), status=200),
        "send": counted(lambda: form("send"), status=302),
        "post": counted(lambda: client.get(reverse("publishing:post", args=[post.pk])), status=200),
        "posts": counted(lambda: client.get(reverse("publishing:posts")), status=200),
    }


def test_ninety_nine_accounts_cost_no_more_queries_than_three(cast: Cast) -> None:
    client = browser(cast.press)
    few = costs(client, cast, more_channels(cast, 3))
    Delivery.objects.all().delete()
    Post.objects.all().delete()
    Channel.objects.all().delete()

    many = costs(client, cast, more_channels(cast, MANY))

    assert many == few
    assert {page: cost for page, cost in many.items() if cost > MOST[page]} == {}
    assert Delivery.objects.count() == 3 * MANY
