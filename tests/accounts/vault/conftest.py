"""A force whose apps are registered at the practice networks, and a person who walks there and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from accounts.actions import exchanging
from accounts.actions.connecting import Begun, start_connecting, take_answer
from accounts.actions.network_apps import keep_app
from accounts.models import Channel, Connecting, Unit
from hqdash.base import clock
from tests.cast import Cast, Person
from tests.networks.conftest import sandbox_address  # noqa: F401  # the fixture
from tests.vault import answering_vault

BACK = "http://testserver/vault/connect/{}/back/"
SECRET = "practice-token-app-q7Zk2w"


@dataclass(frozen=True, slots=True)
class Networks:
    """The practice networks, as a person and as their operator meets them."""

    address: str
    cast: Cast

    def site(self, name: str) -> str:
        return f"{self.address}/wp/{name}"

    def begin(
        self,
        network: str,
        *,
        person: Person | None = None,
        unit: Unit | None = None,
        channel: Channel | None = None,
        site: str = "",
    ) -> Begun:
        return start_connecting(
            actor=(person or self.cast.admin).actor,
            network=network,
            unit=unit or self.cast.coventry,
            channel=channel,
            site=site,
            back_url=BACK.format(network),
            now=clock.now(),
        )

    def agree(self, address: str, **form: Any) -> dict[str, str]:
        """What the network puts into the address of the way home."""
        assert requests.get(address, timeout=5).status_code == 200
        answer = requests.post(address, data={"decision": "allow", **form}, allow_redirects=False, timeout=5)
        assert answer.status_code == 303, answer.text
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        return {name: values[0] for name, values in query.items()}

    def come_home(self, network: str, query: dict[str, str], *, person: Person | None = None) -> Connecting:
        return take_answer(
            actor=(person or self.cast.admin).actor,
            network=network,
            state=query.get("state", ""),
            query=query,
            now=clock.now(),
        )

    def connect(self, network: str, new: str, **begin: Any) -> Connecting:
        """The whole walk, and the worker's part of it."""
        if network == "wordpress" and "channel" not in begin:
            begin.setdefault("site", self.site(new))
        begun = self.begin(network, **begin)
        user = "newsdesk" if network == "wordpress" else new
        return self.work(self.come_home(network, self.agree(begun.address, new=user)))

    def work(self, connecting: Connecting) -> Connecting:
        """What a worker does when the bell rings."""
        exchanging.carry_on(connecting_id=connecting.pk)
        return Connecting.objects.select_related("channel").get(pk=connecting.pk)

    def control(self, path: str, **told: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.address}/_control/{path}", json=told, timeout=5)
        assert answer.ok, answer.text
        return dict(answer.json())

    def fault(self, network: str, handle: str, kind: str, *, times: int | None = 1, value: float = 0) -> None:
        self.control(
            "faults", network=network, handle=handle, kind=kind, operation="sign_in", times=times, value=value
        )

    def end_tokens(self, network: str, handle: str, *kinds: str) -> None:
        self.control("tokens/end", network=network, handle=handle, kinds=list(kinds))


@pytest.fixture
def networks(
    committed_cast: Cast,
    sandbox_address: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Networks]:
    """Apps at X and Facebook, registered there and kept in the vault."""
    monkeypatch.setenv("HQDASH_X_BASE_URL", f"{sandbox_address}/x")
    monkeypatch.setenv("HQDASH_FACEBOOK_BASE_URL", f"{sandbox_address}/graph")
    monkeypatch.setenv("HQDASH_ALLOWED_HOSTS", sandbox_address.removeprefix("http://"))
    walked = Networks(sandbox_address, committed_cast)
    with answering_vault():
        for network in ("x", "facebook"):
            walked.control(
                "apps",
                network=network,
                client_id="westmere-app",
                client_secret=SECRET,
                redirect_uris=[BACK.format(network)],
            )
            keep_app(
                actor=committed_cast.admin.actor,
                network=network,
                client_id="westmere-app",
                client_secret=SECRET,
                now=clock.now(),
            )
        yield walked
        requests.delete(f"{sandbox_address}/_control/faults", timeout=5)


def opened(channel: Channel) -> dict[str, str]:
    """What a worker would get for publishing."""
    from datetime import timedelta
    from uuid import uuid4

    from accounts.actions.leases import take_lease
    from accounts.vault import drawer

    lease = take_lease(
        channel_id=channel.pk, purpose="publish", subject_id=uuid4(), lasts=timedelta(seconds=30)
    )
    with drawer.open(channel, lease=lease, purpose="publish") as credential:
        return {name: secret.reveal() for name, secret in credential.items()}
