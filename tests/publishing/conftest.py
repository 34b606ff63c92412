"""A post on its way: channels that are really connected to the practice networks, and short settle times."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
import requests

from accounts.models import Channel
from accounts.vault import drawer
from hqdash.base import clock
from hqdash.networks import network as cards
from publishing.actions.publish import publish_post
from publishing.models import Delivery, Post
from tests.cast import Cast, Person
from tests.networks.conftest import sandbox_address  # noqa: F401  # the fixture
from tests.networks.practice import TOKEN_FIELDS, Practice
from tests.vault import answering_vault

PRODUCTS_OWN_SECONDS = {card.slug: card.settle_seconds for card in cards.all_networks()}


@dataclass(frozen=True, slots=True)
class Connected:
    """A channel and the lever that moves its practice network."""

    channel: Channel
    practice: Practice
    address: str

    @property
    def posts(self) -> list[dict[str, Any]]:
        """What stands at the network, oldest first, whatever the product believes."""
        answer = requests.get(
            f"{self.address}/_control/posts",
            params={"network": self.channel.network, "handle": self.channel.handle},
            timeout=5,
        )
        return [post for post in json.loads(answer.text) if not post["deleted"]]


Connect = Callable[[str], Connected]


@pytest.fixture
def connect(
    committed_cast: Cast,
    sandbox_address: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Connect]:
    """``connect("x")``: a channel of Coventry that is really connected."""
    monkeypatch.setenv("HQDASH_X_BASE_URL", f"{sandbox_address}/x")
    monkeypatch.setenv("HQDASH_FACEBOOK_BASE_URL", f"{sandbox_address}/graph")
    monkeypatch.setenv("HQDASH_ALLOWED_HOSTS", sandbox_address.removeprefix("http://"))
    # The practice networks show a post at once, so nothing has to settle first.
    quick = tuple(replace(card, settle_seconds=0) for card in cards.all_networks())
    monkeypatch.setattr(cards, "all_networks", lambda: quick)

    def connected(slug: str) -> Connected:
        practice = Practice.on(sandbox_address, slug)
        channel = Channel.objects.create(
            unit=committed_cast.coventry,
            network=slug,
            handle=practice.account.handle,
            name="City Desk",
            external_id=practice.account.external_id,
            base_url=practice.account.base_url,
        )
        credential = {name: secret.reveal() for name, secret in practice.credentials.items()}
        if slug != "wordpress":
            credential = {TOKEN_FIELDS[slug]: practice.token}
        drawer.put(committed_cast.system, channel, credential)
        return Connected(channel, practice, sandbox_address)

    with answering_vault():
        yield connected


def write(person: Person, text: str, *connected: Connected, **more: Any) -> Post:
    """``person`` posts ``text`` to the channels."""
    return publish_post(
        actor=person.actor,
        text=text,
        channel_ids=[each.channel.pk for each in connected],
        form_key=uuid4(),
        now=clock.now(),
        **more,
    )


def delivery_of(post: Post) -> Delivery:
    """The post's only current delivery, fresh from the database."""
    return Delivery.objects.select_related("channel").get(post=post, superseded=False)
