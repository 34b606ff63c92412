"""The JSON door to the vault: what a program may look at, what only a person may do, and no value in any answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.test import Client

from accounts.models import Channel, Connecting, Errand
from accounts.vault import drawer
from hqdash.base import clock
from tests.accounts.vault.conftest import Networks, opened
from tests.signing_in import signed_in

BASE = "/api/v1/vault/"


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"{BASE}{path}", json.dumps(body), content_type="application/json")


def test_the_board_and_what_ends_soon(networks: Networks) -> None:
    cast = networks.cast
    ends = clock.now() + timedelta(days=3, hours=1)
    drawer.put(cast.admin.actor, cast.x, {"access_token": "practice-token-api"}, expires_at=ends)
    auditor = signed_in(cast.auditor)

    board = auditor.get(BASE).json()
    assert board["items"][0]["handle"] == "Coventry_demo"
    first = board["items"][0]
    assert (first["days_left"], first["health"]["tone"], first["version"]) == (3, "warn", 1)
    assert "Fenland_demo" not in json.dumps(board)
    assert "practice-token" not in json.dumps(board)
    ending = auditor.get(f"{BASE}ending/").json()["items"]
    assert [row["handle"] for row in ending] == ["Coventry_demo"]
    assert auditor.get(f"{BASE}?state=nonsense").status_code == 422
    assert auditor.get(f"{BASE}{cast.x.pk}/").json()["handle"] == "Coventry_demo"


def test_refusals_are_problems(networks: Networks) -> None:
    cast = networks.cast
    assert Client().get(BASE).status_code in (401, 403)
    assert signed_in(cast.stranger).get(f"{BASE}{cast.x.pk}/").status_code == 404
    assert signed_in(cast.pc).get(BASE).json().get("items", []) == []
    refused = post(signed_in(cast.auditor), f"{cast.x.pk}/revoke/")
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    late = post(signed_in(cast.admin, ago=3600), f"{cast.x.pk}/test/")
    assert late.status_code == 403
    assert "signin/again" in late.content.decode()
    admin = signed_in(cast.admin)
    assert post(admin, f"{cast.x.pk}/test/").status_code == 409
    assert post(admin, f"{cast.x.pk}/suspend/").status_code == 422
    assert post(admin, "connections/", network="x").status_code == 422
    assert post(admin, "connections/", network="nowhere", unit=str(cast.root.pk)).status_code == 422
    assert post(admin, "connections/", account=str(cast.other_channel.pk)).status_code == 404


def test_a_connection_is_begun_over_the_api_and_opened_in_the_browser(networks: Networks) -> None:
    admin = signed_in(networks.cast.admin)
    begun = post(admin, "connections/", network="x", unit=str(networks.cast.coventry.pk))
    assert begun.status_code == 201, begun.content
    query = networks.agree(begun.json()["open"], new="Api_demo")
    admin.get("/vault/connect/x/back/", query)
    networks.work(Connecting.objects.get())

    shown = admin.get(begun["Location"]).json()
    channel = Channel.objects.get(handle="Api_demo")
    assert (shown["state"], shown["connected"]) == ("connected", [str(channel.pk)])
    for value in opened(channel).values():
        assert value not in json.dumps(shown)


def test_errands_are_asked_for_and_followed(networks: Networks) -> None:
    from accounts.actions import errands

    networks.connect("x", "ApiTest_demo")
    channel = Channel.objects.get(handle="ApiTest_demo")
    admin = signed_in(networks.cast.admin)
    for act in ("test", "rotate", "revoke"):
        asked = post(admin, f"{channel.pk}/{act}/")
        assert asked.status_code == 201, asked.content
        errands.run(errand_id=Errand.objects.latest("asked_at").pk)
        assert admin.get(asked["Location"]).json()["state"] == "done"


def test_suspend_and_resume(networks: Networks) -> None:
    cast = networks.cast
    drawer.put(cast.admin.actor, cast.x, {"access_token": "t"})
    admin = signed_in(cast.admin)
    assert post(admin, f"{cast.x.pk}/suspend/", reason="Odd posts").json()["state"] == "suspended"
    assert post(admin, f"{cast.x.pk}/suspend/", reason="Odd posts").status_code == 409
    assert post(admin, f"{cast.x.pk}/resume/", reason="Cleared").json()["state"] == "connected"
