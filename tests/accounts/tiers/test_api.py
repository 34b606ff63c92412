"""Tiers by the JSON door: the same rights, refusals and second administrator as on the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import ChangeSet, Grant, Role
from tests.cast import Cast
from tests.signing_in import signed_in

POST = "publishing.publish_post"


def sent(client: Client, address: str, **body: Any) -> Any:
    return client.post(f"/api/v1/{address}", json.dumps(body, default=str), content_type="application/json")


def asked(client: Client, address: str, **query: Any) -> Any:
    return client.get(f"/api/v1/{address}", query)


def test_a_change_is_collected_proposed_and_put_into_force_by_another(cast: Cast) -> None:
    admin, itsec = signed_in(cast.admin, proved="mfa"), signed_in(cast.itsec, proved="mfa")
    role = Role.objects.get(slug=Role.AREA_EDITOR)
    made = sent(admin, "changes/", kind="grant.give", user=cast.pc.user.pk, role=role.pk, unit=cast.dudley.pk)
    assert made.status_code == 201, made.content
    change_set = made.json()["change_set"]

    effect = asked(admin, f"change-sets/{change_set}/effect/").json()
    assert effect["summary"] == "1 people gain, 0 lose"
    assert {POST} <= {each["permission"] for each in effect["gains"][0]["what"]}
    assert sent(admin, f"change-sets/{change_set}/propose/", reason="New post").status_code == 200
    assert sent(admin, f"change-sets/{change_set}/put-into-force/").status_code == 403
    done = sent(itsec, f"change-sets/{change_set}/put-into-force/")

    assert (done.status_code, done.json()["state"], done.json()["decided_by"]) == (
        200,
        "in_force",
        "itsec.01",
    )
    held = asked(admin, "grants/", user=str(cast.pc.user.pk), unit=str(cast.dudley.pk)).json()["items"]
    assert [(each["requested_by"], each["approved_by"]) for each in held] == [("admin.comms01", "itsec.01")]
    assert sent(itsec, f"change-sets/{change_set}/put-into-force/").status_code == 409


def test_proposing_needs_a_second_factor_proved_lately(cast: Cast) -> None:
    fresh, stale = signed_in(cast.admin), signed_in(cast.admin, proved="mfa", ago=3600)
    role = Role.objects.get(slug=Role.AREA_EDITOR)
    what = {"kind": "grant.give", "user": cast.pc.user.pk, "role": role.pk, "unit": cast.dudley.pk}
    change_set = sent(fresh, "changes/", **what).json()["change_set"]

    for client in (fresh, stale):
        refused = sent(client, f"change-sets/{change_set}/propose/", reason="Why")
        assert refused.status_code == 403
        assert "Prove again" in refused.json()["detail"]
    assert ChangeSet.objects.get(pk=change_set).state == ChangeSet.State.OPEN


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "unit.explode"}, "kind"),
        ({"kind": "grant.give"}, "user"),
        ({"kind": "answer.set", "permission": "no.such", "answer": "allowed"}, "permission"),
        ({"kind": "answer.set", "permission": POST, "answer": "perhaps"}, "answer"),
        ({"kind": "role.add", "name": "Contributor", "number": 1000}, "number"),
        ({"kind": "grant.give", "starts_at": "yesterday"}, "starts_at"),
    ],
)
def test_a_wrong_change_names_the_field_and_collects_nothing(
    cast: Cast, body: dict[str, Any], field: str
) -> None:
    if body["kind"] == "answer.set":
        body = body | {"role": Role.objects.get(slug=Role.MODERATOR).pk}

    refused = sent(signed_in(cast.admin), "changes/", **body)

    assert refused.status_code == 422, refused.content
    assert field in refused.content.decode()
    assert not ChangeSet.objects.filter(changes__isnull=False).exists()


def test_nobody_but_administrators_collects_and_nothing_of_another_force_can_be_named(cast: Cast) -> None:
    role = Role.objects.get(slug=Role.AREA_EDITOR)
    what = {"kind": "grant.give", "user": cast.desk.user.pk, "role": role.pk, "unit": cast.dudley.pk}

    assert sent(signed_in(cast.pc), "changes/", **what).status_code in (403, 404)
    assert sent(signed_in(cast.auditor), "changes/", **what).status_code == 403
    admin = signed_in(cast.admin)
    assert sent(admin, "changes/", **what | {"unit": cast.other_root.pk}).status_code == 404
    assert sent(admin, "changes/", **what | {"user": cast.stranger.user.pk}).status_code == 404
    assert not Grant.objects.filter(user=cast.desk.user, role=role).exists()


def test_why_who_could_and_what_if(cast: Cast) -> None:
    auditor = signed_in(cast.auditor)
    place = {"channel": str(cast.x_dudley.pk), "permission": POST}

    why = asked(auditor, "explain/", user=str(cast.pc.user.pk), **place).json()
    assert (why["answer"], why["allowed"]) == ("no", False)
    assert any("has no role" in reason["rule"] for reason in why["reasons"])
    could = asked(auditor, "who-could/", **place, at="2099-08-09T21:00:00+01:00").json()["items"]
    assert [one["username"] for one in could if one["can"]] == ["press.03"]
    role = Role.objects.get(slug=Role.AREA_EDITOR)
    change = {"kind": "grant.give", "user": cast.pc.user.pk, "role": role.pk, "unit": cast.dudley.pk}
    then = sent(auditor, "explain/what-if/", user=cast.pc.user.pk, **place, changes=[change]).json()
    assert then["answer"] == "allowed"
    assert not Grant.objects.filter(user=cast.pc.user, unit=cast.dudley).exists()

    assert asked(auditor, "explain/", permission=POST).status_code == 422
    assert asked(auditor, "explain/", **place | {"permission": "no.such"}).status_code == 422


def test_everybody_may_read_what_they_may_do(cast: Cast) -> None:
    own = asked(signed_in(cast.pc), "me/rights/").json()["items"]
    assert [each["grant"]["place_name"] for each in own] == ["Coventry"]
    assert POST in {right["permission"] for right in own[0]["rights"]}

    assert asked(signed_in(cast.pc), f"people/{cast.press.user.pk}/rights/").status_code == 403
    theirs = asked(signed_in(cast.auditor), f"people/{cast.press.user.pk}/rights/").json()["items"]
    assert theirs[0]["grant"]["username"] == "press.03"


def test_tiers_matrix_overrides_and_rotas_are_read(cast: Cast) -> None:
    admin = signed_in(cast.admin, proved="mfa")
    assert len(asked(admin, "tiers/").json()["items"]) == 10
    rows = asked(admin, "tiers/matrix/", unit=str(cast.coventry.pk)).json()["items"]
    assert POST in {row["permission"] for row in rows}
    assert asked(admin, "tiers/overrides/").json()["items"] == []
    rota = {
        "name": "Desk",
        "cycle_days": 2,
        "first_day": "2026-08-01",
        "shifts": [{"name": "Day", "starts": 480, "ends": 1200}],
        "teams": [{"name": "A"}, {"name": "B", "offset_days": 1}],
    }
    assert sent(admin, "rotas/", **rota).status_code == 201
    assert sent(admin, "rotas/", **rota).status_code == 422
    assert sent(signed_in(cast.auditor), "rotas/", **rota | {"name": "Other"}).status_code == 403
    shown = asked(admin, "rotas/").json()["items"]
    assert [team["name"] for team in shown[0]["teams"]] == ["A", "B"]
