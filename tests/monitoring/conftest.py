"""Channels that are really connected to the practice networks, with their credential in a vault that answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from accounts.models import Channel
from accounts.vault import drawer
from monitoring.actions.rounds import readers
from tests.cast import Cast
from tests.networks.conftest import sandbox_address  # noqa: F401  # the fixture
from tests.networks.practice import TOKEN_FIELDS, Practice
from tests.vault import answering_vault

Connect = Callable[[str], tuple[Channel, Practice]]


@pytest.fixture
def connect(
    committed_cast: Cast,
    sandbox_address: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Connect]:
    """``connect("x")``: a channel of Coventry, and the lever that moves its network."""
    monkeypatch.setenv("HQDASH_X_BASE_URL", f"{sandbox_address}/x")
    monkeypatch.setenv("HQDASH_FACEBOOK_BASE_URL", f"{sandbox_address}/graph")
    monkeypatch.setenv("HQDASH_ALLOWED_HOSTS", sandbox_address.removeprefix("http://"))
    monkeypatch.setattr("monitoring.tasks._last_added", 0.0)
    Channel.objects.all().delete()

    def connected(slug: str) -> tuple[Channel, Practice]:
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
        return channel, practice

    with answering_vault():
        yield connected
        readers().finish()
        readers.cache_clear()
