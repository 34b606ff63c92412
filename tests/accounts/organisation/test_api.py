"""The JSON door to the organisation does what the pages do, and refuses what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import ChangeSet, Unit
from tests.cast import Cast
from tests.signing_in import signed_in


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    cache.clear()


def send(client: Client, path: str, body: object, method: str = "post") -> Any:
    return getattr(client, method)(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def test_units_are_listed_by_pages_without_closed_ones(cast: Cast) -> None:
    Unit.objects.filter(pk=cast.dudley.pk).update(closed_on="2020-01-01")
    client = signed_in(cast.auditor)

    shown = client.get("/api/v1/units/").json()["items"]
    assert [unit["code"] for unit in shown] == ["FORCE", "LPU/CV", "LPU/CV/NPT/F"]
    assert len(client.get("/api/v1/units/?closed=true").json()["items"]) == 4
    below = client.get("/api/v1/units/", {"parent": str(cast.coventry.pk)}).json()["items"]
    assert [unit["name"] for unit in below] == ["Foleshill"]
    assert client.get("/api/v1/units/?parent=x").status_code == 422
    assert client.get(f"/api/v1/units/{cast.other_root.pk}/").status_code == 404


def test_a_unit_is_added_renamed_and_put_into_order(cast: Cast) -> None:
    client = signed_in(cast.admin)
    wanted = {"name": "Solihull", "code": "LPU/SH", "parent": str(cast.root.pk)}

    made = send(client, "units/", wanted)
    assert made.status_code == 201
    assert made.json()["parent"] == str(cast.root.pk)
    assert send(client, "units/", wanted).status_code == 422
    assert send(client, "units/", wanted | {"parent": str(cast.other_root.pk)}).status_code == 422
    changed = send(client, f"units/{made.json()['id']}/", {"name": "Solihull LPA", "after": None}, "patch")
    assert (changed.json()["name"], changed.json()["position"]) == ("Solihull LPA", 1)


def test_place_and_end_of_a_unit_wait_for_a_second_administrator(cast: Cast) -> None:
    client = signed_in(cast.admin)

    moved = send(client, f"units/{cast.dudley.pk}/move/", {"parent": str(cast.coventry.pk)})
    assert moved.status_code == 201
    assert moved.json()["sentence"] == "Dudley moves below Coventry"
    circle = send(client, f"units/{cast.coventry.pk}/move/", {"parent": str(cast.foleshill.pk)})
    assert circle.status_code == 422
    assert "below itself" in circle.json()["detail"]
    closed = send(client, f"units/{cast.foleshill.pk}/close/", {"on": "2031-01-01"})
    assert closed.status_code == 201
    past = send(client, f"units/{cast.foleshill.pk}/close/", {"on": "2020-01-01"})
    assert past.status_code == 422

    cast.dudley.refresh_from_db()
    assert cast.dudley.parent == cast.root
    assert ChangeSet.objects.get().changes.count() == 2


def test_people_of_a_unit_are_listed(cast: Cast) -> None:
    shown = signed_in(cast.auditor).get(f"/api/v1/units/{cast.coventry.pk}/people/").json()["items"]

    assert [(each["username"], each["role"]) for each in shown] == [("pc.4512", "contributor")]


def test_files_are_previewed_and_imported_by_their_digest(cast: Cast) -> None:
    client = signed_in(cast.admin)
    files = [{"name": "units.csv", "content": "code,name,parent\nLPU/SH,Solihull,FORCE\n"}]

    plan = send(client, "import/preview/", {"files": files}).json()
    assert [(step["verb"], step["label"]) for step in plan["steps"]] == [("add", "Solihull")]
    stale = send(client, "import/apply/", {"files": files, "digest": "0" * 64})
    assert stale.status_code == 409
    done = send(client, "import/apply/", {"files": files, "digest": plan["digest"]})
    assert done.json() == {"done": 1, "proposed": 0}
    again = send(client, "import/preview/", {"files": files}).json()
    assert (again["steps"], again["unchanged"]) == ([], 1)


def test_what_is_wrong_with_a_file_is_told_by_place_and_column(cast: Cast) -> None:
    client = signed_in(cast.admin)
    files = [{"name": "units.csv", "content": "code,name,parent\nLPU/SH,,MARS\n"}]

    plan = send(client, "import/preview/", {"files": files}).json()
    assert plan["problems"] == [
        {"place": "units.csv, line 2", "column": "name", "why": "This cell must not be empty."},
        {
            "place": "units.csv, line 2",
            "column": "parent",
            "why": "There is no unit with the code MARS.",
        },
    ]
    refused = send(client, "import/apply/", {"files": files, "digest": plan["digest"]})
    assert refused.status_code == 422
    assert send(client, "import/preview/", {"files": []}).status_code == 422


@pytest.mark.parametrize("who", ["pc", "desk", "auditor"])
def test_the_others_change_nothing(cast: Cast, who: str) -> None:
    client = signed_in(getattr(cast, who))

    answers = [
        send(client, "units/", {"name": "N", "code": "N", "parent": str(cast.root.pk)}),
        send(client, f"units/{cast.dudley.pk}/", {"name": "N"}, "patch"),
        send(client, f"units/{cast.dudley.pk}/move/", {"parent": str(cast.coventry.pk)}),
        send(client, f"units/{cast.dudley.pk}/close/", {"on": "2031-01-01"}),
        send(client, f"units/{cast.dudley.pk}/reopen/", {}),
        send(client, "import/preview/", {"files": [{"name": "a.csv", "content": "code,name\nA,A\n"}]}),
    ]

    assert {answer.status_code for answer in answers} <= {403, 404, 422}
    assert Unit.objects.filter(name="N").count() == 0
    assert not ChangeSet.objects.exists()
