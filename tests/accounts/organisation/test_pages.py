"""The pages about organisation and tiers: what they show, whom they refuse, and what they cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.organisation import add_unit, add_user, grant_role
from accounts.models import ChangeSet, Grant, Role, Rota, Rule, Unit
from hqdash.base import clock
from hqdash.base.tenancy import across_forces
from tests.cast import Cast, Person
from tests.signing_in import signed_in

PAGES = (
    "/org/",
    "/org/import/",
    "/org/units/add/",
    "/org/tiers/",
    "/org/roles/give/",
    "/org/changes/",
    "/org/rotas/",
    "/org/try/",
)


@pytest.fixture
def second(cast: Cast) -> Person:
    """Another administrator, who decides what the first has proposed."""
    user = add_user(actor=cast.system, username="admin.comms02")
    role = Role.objects.get(slug=Role.CENTRAL_ADMIN)
    grant_role(actor=cast.system, user=user, unit=cast.root, role=role, now=clock.now(), reason="set-up")
    return Person(user)


def page(person: Person, path: str, **query: str) -> str:
    answer = signed_in(person).get(path, query)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def said(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize("path", [*PAGES, "/me/permissions/"])
def test_an_administrator_opens_every_page(cast: Cast, path: str) -> None:
    assert signed_in(cast.admin).get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_officers_have_no_business_there(cast: Cast, path: str) -> None:
    assert signed_in(cast.pc).get(path).status_code == 403


def test_who_may_look_but_not_change_sees_no_buttons_for_it(cast: Cast) -> None:
    shown = page(cast.auditor, "/org/", unit=str(cast.coventry.pk))

    assert "Coventry" in shown
    for words in ("Add unit", "Import from HR", "unit_edit", "cell="):
        assert words not in shown
    for path in ("/org/units/add/", "/org/import/", f"/org/units/{cast.coventry.pk}/edit/"):
        assert signed_in(cast.auditor).get(path).status_code == 403


def test_the_tree_shows_the_way_to_a_unit_and_its_people(cast: Cast) -> None:
    shown = page(cast.admin, "/org/", unit=str(cast.foleshill.pk)).partition("data-tree")[2]

    assert shown.index("Coventry") < shown.index("Foleshill")
    assert f'id="u-{cast.foleshill.pk}"' in shown
    assert "What each tier can do" in shown


def test_a_unit_of_another_force_or_of_nobody_is_not_there(cast: Cast) -> None:
    client = signed_in(cast.admin)

    for wanted in (str(cast.other_root.pk), "0", "' or 1=1"):
        assert client.get("/org/", {"unit": wanted}).status_code == 404
    assert client.get(f"/org/units/{cast.other_root.pk}/below/").status_code == 404
    assert client.get(f"/org/units/{cast.other_root.pk}/edit/").status_code == 404


def test_branches_come_when_they_are_opened_and_in_parts(cast: Cast) -> None:
    for number in range(105):
        add_unit(actor=cast.system, name=f"Beat {number:03}", code=f"B{number}", parent=cast.dudley)

    assert "Beat 000" not in page(cast.admin, "/org/"), "neither in the tree nor in the unit switcher"
    branch = page(cast.admin, f"/org/units/{cast.dudley.pk}/below/")
    assert "Beat 099" in branch
    assert "Beat 100" not in branch
    assert "5 more units" in branch
    rest = page(cast.admin, f"/org/units/{cast.dudley.pk}/below/", **{"from": "100"})
    assert "Beat 104" in rest
    assert "more unit" not in rest
    assert "Beat 104" in page(cast.admin, "/org/", find="beat 104")


def test_a_unit_is_added_and_a_wrong_one_is_refused_with_what_was_typed(cast: Cast) -> None:
    client = signed_in(cast.admin)

    wrong = client.post("/org/units/add/", {"name": "Solihull", "code": "LPU/DY", "parent": "FORCE"})
    assert wrong.status_code == 422
    assert "belongs to Dudley" in said(wrong)
    assert 'value="Solihull"' in said(wrong)
    nowhere = client.post("/org/units/add/", {"name": "Solihull", "code": "LPU/SH", "parent": "Mars"})
    assert "There is no unit with the code or name Mars" in said(nowhere)

    right = client.post("/org/units/add/", {"name": "Solihull", "code": "LPU/SH", "parent": "coventry"})
    assert right.status_code == 302
    assert Unit.objects.get(code="LPU/SH").parent == cast.coventry


def test_name_and_order_change_at_once_place_and_end_are_collected(cast: Cast) -> None:
    client = signed_in(cast.admin)
    path = f"/org/units/{cast.dudley.pk}/edit/"

    client.post(path, {"do": "rename", "name": "Dudley Borough"})
    client.post(path, {"do": "order", "after": ""})
    client.post(path, {"do": "move", "parent": "LPU/CV"})
    tomorrow = f"{clock.now() + timedelta(days=1):%Y-%m-%d}"
    client.post(path, {"do": "close", "on": tomorrow, "below": "1"})

    cast.dudley.refresh_from_db()
    assert (cast.dudley.name, cast.dudley.position) == ("Dudley Borough", 1)
    assert cast.dudley.parent == cast.root
    assert cast.dudley.closed_on is None
    sentences = [change.sentence for change in ChangeSet.objects.get().changes.all()]
    assert sentences[0] == "Dudley Borough moves below Coventry"
    assert sentences[1].endswith("with everything below it")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"do": "rename", "name": " "}, "Give the unit a name"),
        ({"do": "order", "after": "x"}, "Choose one of the units beside it"),
        ({"do": "move", "parent": "LPU/CV/NPT/F"}, "cannot be moved below itself"),
        ({"do": "move", "parent": ""}, "Choose a unit"),
        ({"do": "close", "on": ""}, "Give the day"),
        ({"do": "close", "on": "2020-01-01"}, "That day has passed"),
        ({"do": "paint"}, "Choose what to change"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(cast: Cast, form: dict[str, str], why: str) -> None:
    answer = signed_in(cast.admin).post(f"/org/units/{cast.coventry.pk}/edit/", form)

    assert answer.status_code == 422
    assert why in said(answer)


def test_a_cell_is_collected_proposed_and_put_into_force_by_another(cast: Cast, second: Person) -> None:
    client = signed_in(cast.admin)
    role = Role.objects.get(slug=Role.CONTRIBUTOR)
    shown = page(cast.admin, "/org/", unit=str(cast.coventry.pk), cell="contributor:publishing.publish_post")
    assert "As above this unit" in shown

    form = {
        "unit": str(cast.coventry.pk),
        "role": str(role.pk),
        "permission": "publishing.publish_post",
        "answer": "approval",
    }
    assert client.post("/org/answer/", form).status_code == 302
    assert "1 change collected" in page(cast.admin, "/org/")
    change_set = ChangeSet.objects.get()
    path = f"/org/changes/{change_set.pk}/"
    shown = page(cast.admin, path)
    assert "pc.4512" in shown
    assert "1 lose" in shown
    assert "1 lose" in page(cast.admin, f"{path}effect/")
    assert signed_in(second).get(path).status_code == 404, "it is not proposed yet"

    unexplained = client.post(path, {"do": "propose", "reason": " "})
    assert unexplained.status_code == 422
    assert client.post(path, {"do": "propose", "reason": "new officers"}).status_code == 302
    own = client.post(f"{path}force/")
    assert own.status_code == 403
    assert "proposed this yourself" in said(own)
    assert not Rule.objects.exists()

    late = signed_in(second, ago=4000)
    assert "/signin/again/" in late.get(f"{path}force/")["Location"]
    decider = signed_in(second)
    assert "Put into force" in said(decider.get(f"{path}force/"))
    assert decider.post(f"{path}force/").status_code == 302
    assert Rule.objects.get().answer == "approval"
    assert " ovr" in page(cast.admin, "/org/", unit=str(cast.coventry.pk))
    assert decider.post(f"{path}force/").status_code == 409


def test_a_set_is_sent_back_with_a_reason_or_withdrawn(cast: Cast, second: Person) -> None:
    client, decider = signed_in(cast.admin), signed_in(second)
    client.post(f"/org/units/{cast.dudley.pk}/edit/", {"do": "move", "parent": "LPU/CV"})
    path = f"/org/changes/{ChangeSet.objects.get().pk}/"
    client.post(path, {"do": "propose", "reason": "merger"})
    assert "Waiting for you" in page(second, "/org/")

    assert decider.post(path, {"do": "send_back", "reason": ""}).status_code == 422
    assert decider.post(path, {"do": "send_back", "reason": "not before May"}).status_code == 302
    assert "not before May" in page(cast.admin, path)
    assert decider.post(path, {"do": "withdraw"}).status_code == 409
    assert client.post(path, {"do": "withdraw"}).status_code == 302
    assert ChangeSet.objects.get().state == ChangeSet.State.WITHDRAWN


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"answer": "perhaps"}, 422),
        ({"role": "x"}, 422),
        ({"permission": "made.up"}, 422),
        ({"unit": "x"}, 404),
    ],
)
def test_a_cell_that_does_not_exist_is_refused(cast: Cast, query: dict[str, str], status: int) -> None:
    form = {
        "unit": str(cast.coventry.pk),
        "role": str(Role.objects.get(slug=Role.CONTRIBUTOR).pk),
        "permission": "publishing.publish_post",
        "answer": "no",
    }

    assert signed_in(cast.admin).post("/org/answer/", form | query).status_code == status
    assert not ChangeSet.objects.exists()


def test_a_role_is_given_and_ended_by_two(cast: Cast) -> None:
    client = signed_in(cast.admin)
    form = {"user": "DESK.a3", "role": str(Role.objects.get(slug=Role.AREA_EDITOR).pk), "unit": "LPU/DY"}

    nobody = client.post("/org/roles/give/", form | {"user": "pc.9999"})
    assert "Nobody called pc.9999 works here" in said(nobody)
    over = client.post("/org/roles/give/", form | {"ends_at": "2020-01-01"})
    assert over.status_code == 422
    backwards = client.post(
        "/org/roles/give/", form | {"starts_at": "2031-01-02T00:00", "ends_at": "2031-01-01"}
    )
    assert backwards.status_code == 422
    assert 'value="LPU/DY"' in said(backwards)
    assert client.post("/org/roles/give/", form | {"ends_at": "2031-01-01"}).status_code == 302
    grant = Grant.objects.get(user=cast.pc.user)
    past = client.post(f"/org/roles/{grant.pk}/end/", {"at": "2020-01-01T10:00"})
    assert "That moment has passed" in said(past)
    assert client.post(f"/org/roles/{grant.pk}/end/", {"at": ""}).status_code == 302

    sentences = [change.sentence for change in ChangeSet.objects.get().changes.all()]
    assert sentences[0].startswith("desk.a3 becomes Area editor on Dudley until 2 January 2031")
    assert sentences[1] == "pc.4512 is no longer Neighbourhood officer on Coventry"


def test_the_chain_of_reasons_is_told_for_now_and_for_then(cast: Cast) -> None:
    query = {"unit": str(cast.dudley.pk), "act": "publishing.publish_post", "ask": "why"}

    no = page(cast.admin, "/org/", who="pc.4512", **query)
    assert "pc.4512 has no role on Dudley or above it" in no
    yes = page(cast.admin, "/org/", who="press.03", **query)
    assert "Nothing stands in the way" in yes
    then = page(cast.admin, "/org/", who="press.03", when="2020-08-09T21:00", **query)
    assert "has no role" in then or "not active" in then
    assert "Nobody called nobody works here" in page(cast.admin, "/org/", who="nobody", **query)
    assert "Write the moment as" in page(cast.admin, "/org/", who="press.03", when="soon", **query)
    elsewhere = page(cast.admin, "/org/", who="press.03", on=str(cast.other_channel.pk), **query)
    assert "There is no such account here" in elsewhere
    who = page(cast.admin, "/org/", **(query | {"ask": "who"}))
    assert "press.03" in who.partition('aria-label="Who could"')[2]


def test_a_change_is_tried_and_nothing_is_kept(cast: Cast) -> None:
    role = Role.objects.get(slug=Role.AREA_EDITOR)
    query = {
        "who": "pc.4512",
        "act": "publishing.publish_post",
        "unit": str(cast.dudley.pk),
        "try": "give",
        "role": str(role.pk),
        "at": "LPU/DY",
    }

    shown = page(cast.admin, "/org/try/", **query)

    assert "pc.4512 has no role on Dudley or above it" in shown
    assert "pc.4512 becomes Area editor on Dudley" in shown
    assert "Nothing stands in the way" in shown
    assert Grant.objects.filter(user=cast.pc.user).count() == 1
    assert not ChangeSet.objects.exists()
    wrong = signed_in(cast.admin).get("/org/try/", query | {"at": "Mars"})
    assert wrong.status_code == 422


def test_tiers_are_added_renamed_and_retired_by_two(cast: Cast) -> None:
    client = signed_in(cast.admin)
    role = Role.objects.get(slug=Role.LEGAL_APPROVER)

    assert client.post("/org/tiers/", {"do": "add", "name": "Dog unit", "number": "x"}).status_code == 422
    for form in (
        {"do": "add", "name": "Dog unit", "number": "1", "like": str(role.pk)},
        {"do": "rename", "role": str(role.pk), "name": "Solicitor"},
        {"do": "factor", "role": str(role.pk), "second_factor": "passkey"},
    ):
        assert client.post("/org/tiers/", form).status_code == 302
    retired = client.post("/org/tiers/", {"do": "retire", "role": str(role.pk)})
    assert retired.status_code in (302, 422)

    assert ChangeSet.objects.get().changes.count() >= 3
    role.refresh_from_db()
    assert role.name == "Legal approver"


def test_a_rota_is_added_seen_ten_days_ahead_and_retired(cast: Cast) -> None:
    client = signed_in(cast.admin)
    form = {
        "name": "Response",
        "first_day": "2026-11-02",
        "kind": "2224",
        "teams": "Team A +0\nTeam B +2\nTeam C +4\nTeam D +6\nTeam E +8",
    } | {
        f"{name}_{end}": hours
        for name, start, stop in (
            ("early", "07:00", "15:00"),
            ("late", "15:00", "23:00"),
            ("night", "23:00", "07:00"),
        )
        for end, hours in (("from", start), ("to", stop))
    }

    wrong = client.post("/org/rotas/", form | {"teams": "Team A"})
    assert wrong.status_code == 422
    assert "write a team as Team A +0" in said(wrong)
    assert client.post("/org/rotas/", form).status_code == 302
    shown = page(cast.admin, "/org/rotas/")
    assert shown.count("Early") >= 10
    assert "23:00–07:00" in shown
    free = {"name": "Office", "first_day": "2026-11-02", "kind": "free", "cycle_days": "7", "teams": "All +0"}
    bad = client.post("/org/rotas/", free | {"shifts": "Monday 9 to 5"})
    assert "write it as 1 Early 07:00-15:00" in said(bad)
    days = "\n".join(f"{day} Day 9:00-17:00" for day in range(1, 6))
    assert client.post("/org/rotas/", free | {"shifts": days}).status_code == 302

    rota = Rota.objects.get(name="Office")
    assert client.post(f"/org/rotas/{rota.pk}/retire/").status_code == 302
    assert signed_in(cast.press).post(f"/org/rotas/{rota.pk}/retire/").status_code in (403, 404)


def upload(client: Client, *texts: bytes) -> Any:
    files = [SimpleUploadedFile(f"file{number}.csv", text) for number, text in enumerate(texts)]
    return client.post("/org/import/", {"do": "preview", "file": files})


def hidden(answer: Any, name: str) -> str:
    return said(answer).partition(f'name="{name}" value="')[2].partition('"')[0]


def test_files_are_previewed_chosen_about_and_imported(cast: Cast) -> None:
    cache.clear()
    client = signed_in(cast.admin)
    shown = upload(
        client,
        b"code,name,parent\nLPU/SH,=Solihull,FORCE\n",
        b"username,role,unit\npc.7001,team_approver,LPU/SH\n",
    )
    assert shown.status_code == 200
    assert "The role “team_approver” is not known here" in said(shown)
    assert "=Solihull" in said(shown)
    assert not Unit.objects.filter(code="LPU/SH").exists()

    form = {"word": hidden(shown, "word"), "role:team_approver": "area_approver"}
    chosen = client.post("/org/import/", form | {"do": "again"})
    assert "What stands in the way" not in said(chosen)
    done = client.post("/org/import/", form | {"do": "apply", "digest": hidden(chosen, "digest")})

    assert done.status_code == 302
    assert done["Location"].startswith("/org/changes/")
    assert Unit.objects.get(code="LPU/SH").name == "=Solihull"
    assert ChangeSet.objects.get().changes.get().sentence == "pc.7001 becomes Area approver on =Solihull"


def test_an_import_that_is_refused_shows_the_new_preview(cast: Cast) -> None:
    cache.clear()
    client = signed_in(cast.admin)
    shown = upload(client, b"code,name\nLPU/DY,Dudley Borough\n")
    Unit.objects.filter(code="LPU/DY").update(name="Dudley and district")

    form = {"word": hidden(shown, "word"), "do": "apply", "digest": hidden(shown, "digest")}
    late = client.post("/org/import/", form)

    assert late.status_code == 409
    assert "Look at the new preview" in said(late)
    assert "Dudley and district" in said(late)
    assert hidden(late, "digest") != form["digest"]


def test_files_are_kept_for_the_one_who_chose_them_alone(cast: Cast) -> None:
    cache.clear()
    shown = upload(signed_in(cast.admin), b"code,name\nLPU/DY,Dudley Borough\n")
    form = {"word": hidden(shown, "word"), "do": "apply", "digest": hidden(shown, "digest")}

    other = signed_in(cast.itsec).post("/org/import/", form)

    assert other.status_code == 409
    assert "Choose them again" in said(other)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Choose a file"),
        (b" \n", "is empty"),
        (b"PK\x03\x04", "workbook"),
        (b"a,b\n1,2\n", "names no list"),
    ],
)
def test_files_that_cannot_be_read_are_refused_in_words(cast: Cast, content: bytes, why: str) -> None:
    client = signed_in(cast.admin)
    answer = upload(client, content) if content else client.post("/org/import/", {"do": "preview"})

    assert answer.status_code == 422
    assert why in said(answer)


def test_everybody_sees_what_they_can_do_and_why_not(cast: Cast) -> None:
    shown = page(cast.pc, "/me/permissions/")
    assert "Neighbourhood officer" in shown
    assert "@Coventry_demo" in shown
    assert "Dudley_demo" not in shown
    assert "No: why?" in shown
    why = page(cast.pc, f"/me/permissions/{cast.x.pk}/", act="moderation.moderate")
    assert "does not include" in why or "says no" in why.lower() or "Neighbourhood officer" in why
    client = signed_in(cast.pc)
    assert (
        client.get(f"/me/permissions/{cast.x_dudley.pk}/", {"act": "moderation.moderate"}).status_code == 404
    )
    assert client.get(f"/me/permissions/{cast.x.pk}/").status_code == 422
    assert client.get(f"/org/people/{cast.press.user.pk}/").status_code == 403


def test_others_are_looked_up_by_those_who_may(cast: Cast) -> None:
    shown = page(cast.auditor, f"/org/people/{cast.pc.user.pk}/")
    assert "What can pc.4512 do?" in shown
    path = f"/org/people/{cast.pc.user.pk}/why/{cast.x.pk}/"
    assert "pc.4512" in page(cast.auditor, path, act="publishing.publish_post")
    assert signed_in(cast.auditor).get(f"/org/people/{cast.stranger.user.pk}/").status_code == 404


def queries(client: Client, path: str, query: dict[str, str]) -> int:
    with across_forces(reason="the page sets its own force"), CaptureQueriesContext(connection) as made:
        assert client.get(path, query).status_code == 200
    return len(made)


@pytest.mark.parametrize(
    ("path", "query", "most"),
    [
        ("/org/", {}, 40),
        ("/org/", {"tab": "people"}, 36),
        ("/org/", {"tab": "accounts"}, 36),
        ("/org/", {"who": "pc.4512", "ask": "why", "act": "publishing.publish_post"}, 56),
        ("/org/", {"ask": "who", "act": "publishing.publish_post"}, 50),
        ("/org/changes/", {}, 24),
        ("/me/permissions/", {}, 36),
    ],
)
def test_a_larger_force_costs_no_more_queries(
    cast: Cast, path: str, query: dict[str, str], most: int
) -> None:
    client = signed_in(cast.admin)
    client.get(path, query)
    few = queries(client, path, query)
    role = Role.objects.get(slug=Role.CONTRIBUTOR)
    for number in range(12):
        unit = add_unit(actor=cast.system, name=f"Beat {number}", code=f"B{number}", parent=cast.dudley)
        person = add_user(actor=cast.system, username=f"pc.{8000 + number}")
        grant_role(actor=cast.system, user=person, unit=unit, role=role, now=clock.now(), reason="more")

    assert queries(client, path, query) == few
    assert few <= most, few
