"""An import does all that its preview showed, or nothing; what changes rights waits for a second administrator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.actions.changes import propose, put_into_force
from accounts.actions.importing import import_organisation, preview_import
from accounts.actions.organisation import add_user, create_force, grant_role
from accounts.actions.units import rename_unit
from accounts.importing.reading import GivenFile
from accounts.importing.steps import Choices
from accounts.models import AuditEntry, ChangeSet, Channel, Grant, Role, Unit, User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable
from hqdash.base.tenancy import acting_for
from tests.cast import Cast, Person

FILES = [
    GivenFile(
        "units.csv",
        b"code,name,parent\nLPU/SH,Solihull,FORCE\nLPU/SH/1,Shirley,LPU/SH\nLPU/DY,Dudley Borough,\n",
    ),
    GivenFile(
        "people.csv",
        b"username,role,unit,from,until\npc.7001,contributor,LPU/SH/1,,2030-12-31\npc.7002,,,,\n",
    ),
    GivenFile("accounts.csv", b"network,handle,name,unit,coverage\nx,Solihull_demo,Solihull,LPU/SH,rota\n"),
]


def second_admin(cast: Cast) -> Person:
    user = add_user(actor=cast.system, username="admin.comms02")
    role = Role.objects.get(slug=Role.CENTRAL_ADMIN)
    grant_role(actor=cast.system, user=user, unit=cast.root, role=role, now=clock.now(), reason="set-up")
    return Person(user)


def import_all(actor: Actor, files: list[GivenFile], choices: Choices | None = None) -> tuple[int, int]:
    chosen, now = choices or Choices(), clock.now()
    plan = preview_import(actor=actor, files=files, choices=chosen, now=now)
    assert not plan.problems, [str(problem) for problem in plan.problems]
    done = import_organisation(actor=actor, files=files, choices=chosen, digest=plan.digest, now=now)
    return done.done, done.proposed


def test_units_people_and_accounts_are_there_at_once_and_roles_after_a_second_person(cast: Cast) -> None:
    assert import_all(cast.admin.actor, FILES) == (6, 1)

    shirley = Unit.objects.get(code="LPU/SH/1")
    assert (shirley.name, shirley.parent) == ("Shirley", Unit.objects.get(code="LPU/SH"))
    assert set(shirley.paths_up.values_list("ancestor__code", "depth")) == {
        ("LPU/SH/1", 0),
        ("LPU/SH", 1),
        ("FORCE", 2),
    }
    assert Unit.objects.get(code="LPU/DY").name == "Dudley Borough"
    channel = Channel.objects.get(handle="Solihull_demo")
    assert channel.state == Channel.State.SIGN_IN_NEEDED
    assert "connect it" in channel.state_reason
    pc = User.objects.get(username="pc.7001")
    assert not pc.has_usable_password()
    assert not pc.grants.exists()

    change_set = ChangeSet.objects.get(proposed_by=cast.admin.user)
    now = clock.now()
    second = second_admin(cast)
    propose(actor=cast.admin.actor, change_set=change_set, reason="from HR", now=now)
    put_into_force(actor=second.actor, change_set=change_set, now=now)
    grant = Grant.objects.get(user=pc)
    assert (grant.unit, grant.role.slug) == (shirley, "contributor")
    assert f"{grant.ends_at:%Y-%m-%d %H:%M}" == "2031-01-01 00:00"

    assert import_all(cast.admin.actor, FILES) == (0, 0), "the second import of the same file changes nothing"


def test_the_same_file_asks_for_nothing_twice_while_it_waits(cast: Cast) -> None:
    import_all(cast.admin.actor, FILES)

    plan = preview_import(actor=cast.admin.actor, files=FILES, choices=Choices(), now=clock.now())

    assert plan.is_empty
    assert plan.waiting == 1


def test_everything_that_was_imported_stands_in_the_book(cast: Cast) -> None:
    import_all(cast.admin.actor, FILES)

    lines = AuditEntry.objects.filter(username="admin.comms01").order_by("id")
    assert [line.action for line in lines] == [
        *("unit.added", "unit.added", "user.added", "user.added", "channel.added", "unit.renamed"),
        "organisation.imported",
    ]
    last = lines.last()
    assert last is not None
    assert last.details["file"] == "units.csv, people.csv, accounts.csv"
    assert last.details["counts"]["unit.add"] == 2


def test_a_preview_that_is_older_than_the_force_is_refused(cast: Cast) -> None:
    now = clock.now()
    plan = preview_import(actor=cast.admin.actor, files=FILES, choices=Choices(), now=now)
    rename_unit(actor=cast.admin.actor, unit=cast.dudley, name="Dudley North", now=now)

    with pytest.raises(Conflict, match="Look at the new preview"):
        import_organisation(
            actor=cast.admin.actor, files=FILES, choices=Choices(), digest=plan.digest, now=now
        )

    assert not Unit.objects.filter(code="LPU/SH").exists()


def test_one_wrong_row_keeps_everything_out(cast: Cast) -> None:
    files = [*FILES, GivenFile("more.csv", b"username,role,unit\npc.7003,contributor,NOWHERE\n")]
    now = clock.now()
    plan = preview_import(actor=cast.admin.actor, files=files, choices=Choices(), now=now)

    with pytest.raises(
        Unprocessable, match=r"Nothing was imported: more.csv, line 2, unit: There is no unit"
    ):
        import_organisation(
            actor=cast.admin.actor, files=files, choices=Choices(), digest=plan.digest, now=now
        )

    assert not Unit.objects.filter(code="LPU/SH").exists()
    assert not User.objects.filter(username="pc.7001").exists()


def test_a_refusal_half_way_takes_everything_back(cast: Cast) -> None:
    """The role for oneself is refused after units and people were added already."""
    files = [*FILES, GivenFile("own.csv", b"username,role,unit\nadmin.comms01,it_admin,FORCE\n")]
    now = clock.now()
    plan = preview_import(actor=cast.admin.actor, files=files, choices=Choices(), now=now)

    with pytest.raises(Unprocessable, match="give yourself"), transaction.atomic():
        import_organisation(
            actor=cast.admin.actor, files=files, choices=Choices(), digest=plan.digest, now=now
        )

    assert not Unit.objects.filter(code="LPU/SH").exists()
    assert not ChangeSet.objects.exists()


def test_a_name_that_another_force_uses_is_refused_without_saying_whose(cast: Cast) -> None:
    files = [GivenFile("people.csv", b"username\npc.7001\nfen.press01\n")]
    now = clock.now()
    plan = preview_import(actor=cast.admin.actor, files=files, choices=Choices(), now=now)

    with pytest.raises(Conflict, match="One of the new user names is taken"), transaction.atomic():
        import_organisation(
            actor=cast.admin.actor, files=files, choices=Choices(), digest=plan.digest, now=now
        )

    assert not User.objects.filter(username="pc.7001").exists()


@pytest.mark.parametrize("who", ["pc", "desk", "press", "auditor"])
def test_only_administrators_import(cast: Cast, who: str) -> None:
    actor = getattr(cast, who).actor

    with pytest.raises(NotAllowed):
        preview_import(actor=actor, files=FILES, choices=Choices(), now=clock.now())
    with pytest.raises(NotAllowed):
        import_organisation(actor=actor, files=FILES, choices=Choices(), digest="", now=clock.now())


def test_moving_an_account_needs_the_right_to_connect_accounts(cast: Cast) -> None:
    files = [GivenFile("accounts.csv", b"network,handle,name,unit\nx,Dudley_demo,Dudley_demo,LPU/CV\n")]
    now = clock.now()
    plan = preview_import(actor=cast.itsec.actor, files=files, choices=Choices(), now=now)

    with pytest.raises(NotAllowed):
        import_organisation(
            actor=cast.itsec.actor, files=files, choices=Choices(), digest=plan.digest, now=now
        )
    assert import_all(cast.admin.actor, files) == (1, 0)
    cast.x_dudley.refresh_from_db()
    assert cast.x_dudley.unit == cast.coventry


def test_what_is_missing_is_proposed_to_close_and_to_end(cast: Cast) -> None:
    files = [
        GivenFile("units.csv", b"code,name\nLPU/DY,Dudley\n"),
        GivenFile("people.csv", b"username,role,unit\nadmin.comms01,central_admin,FORCE\n"),
    ]

    done, proposed = import_all(cast.admin.actor, files, Choices(with_missing=True))

    assert (done, proposed) == (0, 6)
    said = list(ChangeSet.objects.get().changes.values_list("sentence", flat=True))
    assert any("Coventry closes on" in sentence and "everything below" in sentence for sentence in said)
    assert any("pc.4512 is no longer Neighbourhood officer on Coventry" in sentence for sentence in said)
    assert Unit.objects.get(code="LPU/CV").closed_on is None, "not before a second administrator says so"


@pytest.mark.parametrize(
    ("preset", "choices"),
    [
        ("demo_org_2011", Choices()),
        (
            "demo_org_today",
            Choices(
                roles={
                    "force_incident_manager": "gold",
                    "information_manager": "auditor",
                    "team_approver": "area_approver",
                    "moderator_triage": "moderator",
                    "moderator_lead": "moderator",
                    "corporate_editor": "duty_press_officer",
                },
                networks=dict.fromkeys(
                    ("instagram", "linkedin", "nextdoor", "threads", "tiktok", "youtube"), ""
                ),
            ),
        ),
    ],
)
def test_a_new_force_is_set_up_from_one_file_and_a_second_import_changes_nothing(
    db: None, shared_data: Path, preset: str, choices: Choices
) -> None:
    content = (shared_data / f"{preset}.json").read_bytes()
    files = [GivenFile(f"{preset}.json", content)]
    users = json.loads(content)["users"]
    force = create_force(slug="new", name="New Police")
    with acting_for(force.pk):
        system = Actor.clock(force.pk)
        done, proposed = import_all(system, files, choices)

        assert (User.objects.count(), Grant.objects.count()) == (len(users), len(users))
        assert proposed == len(users)
        assert done > 0
        assert import_all(system, files, choices) == (0, 0)


def test_the_system_leaves_rights_to_the_administrators_that_a_force_has(cast: Cast) -> None:
    second_admin(cast)
    plan = preview_import(actor=cast.system, files=FILES, choices=Choices(), now=clock.now())

    with pytest.raises(Unprocessable, match="say in whose name"):
        import_organisation(
            actor=cast.system, files=FILES, choices=Choices(), digest=plan.digest, now=clock.now()
        )


def test_the_command_shows_the_same_preview_and_applies_it(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = []
    for file in FILES:
        path = tmp_path / file.name
        path.write_bytes(file.content)
        paths.append(str(path))

    call_command("import_organisation", *paths, "--force", "westmere")
    said = capsys.readouterr().out
    assert "unit rename: Dudley Borough (Dudley > Dudley Borough)" in said
    assert "role give: pc.7001" in said
    assert "Nothing was changed. Add --apply" in said
    assert not Unit.objects.filter(code="LPU/SH").exists()

    call_command("import_organisation", *paths, "--force", "westmere", "--apply", "--by", "admin.comms01")
    assert "1 changes of rights wait among the changes of admin.comms01" in capsys.readouterr().out
    assert Unit.objects.filter(code="LPU/SH").exists()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--force", "nowhere"), "no force with the short name nowhere"),
        (("--force", "westmere", "--by", "fen.press01"), "Nobody called fen.press01"),
        (("--force", "westmere", "--role", "x"), "wants NAME=VALUE"),
        (("--force", "westmere", "--by", "pc.4512"), "needs the right"),
    ],
)
def test_the_command_says_what_is_wrong(
    cast: Cast, tmp_path: Path, options: tuple[str, ...], why: str
) -> None:
    path = tmp_path / "units.csv"
    path.write_bytes(FILES[0].content)

    with pytest.raises(CommandError, match=why):
        call_command("import_organisation", str(path), *options)
    with pytest.raises(CommandError, match=r"cannot be read: No such file"):
        call_command("import_organisation", str(tmp_path / "gone.csv"), "--force", "westmere")
