"""The preview says exactly what would change, and what stands in the way, before anything does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions.organisation import add_unit
from accounts.actions.units import close_unit
from accounts.importing.planning import plan_import
from accounts.importing.reading import GivenFile, read_files
from accounts.importing.steps import Choices, Plan
from accounts.importing.world import look_at_world
from accounts.models import User
from hqdash.base import clock
from tests.cast import Cast

UNITS = "code,name,parent\n"
PEOPLE = "username,role,unit,from,until\n"
ACCOUNTS = "network,handle,name,unit,coverage\n"
ALL_UNITS = (
    "code,name,parent\nFORCE,Westmere Police,\nLPU/CV,Coventry,FORCE\n"
    "LPU/CV/NPT/F,Foleshill,LPU/CV\nLPU/DY,Dudley,FORCE\n"
)


def plan(cast: Cast, *texts: str, choices: Choices | None = None, now: datetime | None = None) -> Plan:
    files = [GivenFile(f"file{number}", text.encode()) for number, text in enumerate(texts, start=1)]
    world = look_at_world(cast.admin.actor, now=now or clock.now())
    return plan_import(read_files(files), world, choices or Choices())


def steps(plan: Plan) -> list[str]:
    return [
        f"{step.subject}.{step.verb} {' '.join(step.key)}: {step.before} > {step.after}"
        for step in plan.everything
    ]


def problems(plan: Plan) -> str:
    return "\n".join(str(problem) for problem in plan.problems)


def test_the_force_as_it_is_changes_nothing(cast: Cast) -> None:
    people = PEOPLE + "ADMIN.comms01,Central comms admin,FORCE,,\npc.4512,contributor,LPU/CV,,\n"
    accounts = ACCOUNTS + "twitter,@coventry_demo,Coventry_demo,LPU/CV/NPT/F,\n"

    found = plan(cast, ALL_UNITS, people, accounts)

    assert steps(found) == []
    assert found.is_empty
    assert not found.problems
    assert dict(found.unchanged) == {"unit": 4, "person": 2, "account": 1, "role": 2}


def test_new_units_come_from_the_top_whatever_their_order_in_the_file(cast: Cast) -> None:
    text = UNITS + "LPU/SH/NPT/X,Shirley,\nLPU/SH,Solihull,FORCE\nODD,Odd one out,\nLPU/DY/1,Netherton,\n"

    found = plan(cast, text)

    assert steps(found) == [
        "unit.add LPU/SH FORCE:  > FORCE",
        "unit.add LPU/SH/NPT/X LPU/SH:  > LPU/SH",
        "unit.add ODD FORCE:  > FORCE",
        "unit.add LPU/DY/1 LPU/DY:  > LPU/DY",
    ]


def test_names_and_places_are_compared(cast: Cast) -> None:
    text = UNITS + "LPU/CV,Coventry City,\nLPU/CV/NPT/F,Foleshill,LPU/DY\nFORCE,Westmere Constabulary,\n"

    found = plan(cast, text)

    assert steps(found) == [
        "unit.rename LPU/CV: Coventry > Coventry City",
        "unit.rename FORCE: Westmere Police > Westmere Constabulary",
        "unit.move LPU/CV/NPT/F LPU/DY: Coventry > Dudley",
    ]
    assert [step.needs_second for step in found.everything] == [False, False, True]


def test_a_file_without_places_moves_nothing(cast: Cast) -> None:
    assert plan(cast, "code,name\nLPU/CV/NPT/F,Foleshill\nLPU/DY,Dudley\n").is_empty


def test_parent_and_child_can_change_places(cast: Cast) -> None:
    text = UNITS + "LPU/CV,Coventry,LPU/CV/NPT/F\nLPU/CV/NPT/F,Foleshill,FORCE\n"

    found = plan(cast, text)

    assert not found.problems
    assert [step.key[0] for step in found.everything] == ["LPU/CV/NPT/F", "LPU/CV"], "the upper one first"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("LPU/CV,Coventry,LPU/CV/NPT/F\n", "line 2, parent: These units stand below each other in a circle"),
        ("A,A,B\nB,B,A\n", "in a circle: A > B > A"),
        ("A,A,NOWHERE\n", "line 2, parent: There is no unit with the code NOWHERE."),
        ("A,A,LPU/CW\n", "There is no unit with the code LPU/CW. Did you mean LPU/CV?"),
        ("A,A,FORCE\nA,A,FORCE\n", "line 3, code: A is there twice, first in file1, line 2."),
        ("FORCE,Westmere,LPU/CV\n", "it stands below nothing"),
    ],
)
def test_a_tree_that_cannot_be_is_refused(cast: Cast, rows: str, said: str) -> None:
    assert said in problems(plan(cast, UNITS + rows))


def test_nothing_is_put_under_a_unit_that_is_closed(cast: Cast) -> None:
    closed = add_unit(actor=cast.admin.actor, name="Closed", code="C", parent=cast.root)
    close_unit(actor=cast.admin.actor, unit=closed, on=clock.now().date(), now=clock.now())

    found = plan(cast, UNITS + "C,Closed,\nC/1,Below,\nNEW,New,C\n", PEOPLE + "pc.1,contributor,C,,\n")

    assert "line 2, code: The unit C closes on" in problems(found)
    assert "line 4, parent: The unit C closes on" in problems(found)
    assert "file2, line 2, unit: The unit C closes on" in problems(found)


def test_people_are_added_and_their_roles_wait_for_a_second_administrator(cast: Cast) -> None:
    found = plan(
        cast, PEOPLE + "pc.1,contributor,LPU/CV,2030-01-01,2030-12-31\npc.1,moderator,LPU/DY,,\npc.2,,,,\n"
    )

    assert [step for step in steps(found) if step.startswith("person")] == [
        "person.add pc.1:  > ",
        "person.add pc.2:  > ",
    ]
    assert [step.after for step in found.for_second] == [
        "Neighbourhood officer on LPU/CV, from 1 January 2030, until 31 December 2030",
        "Moderator on LPU/DY",
    ]


def test_somebody_who_has_left_is_not_taken_in_again(cast: Cast) -> None:
    User.objects.filter(pk=cast.pc.user.pk).update(is_active=False)

    found = plan(cast, PEOPLE + "pc.4512,contributor,LPU/DY,,\n")

    assert found.is_empty
    assert "1 people of the file have left and are not taken in again: pc.4512." in found.notes


def test_a_new_last_day_is_compared(cast: Cast) -> None:
    found = plan(cast, PEOPLE + "pc.4512,contributor,LPU/CV,,2030-06-30\n")
    assert steps(found) == [
        "role.end pc.4512 contributor LPU/CV: Neighbourhood officer on LPU/CV > until 30 June 2030"
    ]

    past = plan(cast, PEOPLE + "pc.4512,contributor,LPU/CV,,2020-06-30\n")
    assert [str(step.verb) for step in past.everything] == ["end"]

    cast.pc.user.grants.update(ends_at=datetime(2030, 6, 30, 23, tzinfo=UTC))
    assert plan(cast, PEOPLE + "pc.4512,contributor,LPU/CV,,30/06/2030\n").is_empty
    longer = plan(cast, PEOPLE + "pc.4512,contributor,LPU/CV,,2031-06-30\n")
    assert [str(step.verb) for step in longer.everything] == ["extend"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            "pc.1,contributer,LPU/CV,,\n",
            "line 2, role: The role “contributer” is not known here. Did you mean contributor?",
        ),
        ("pc.1,contributor,LPU/XX,,\n", "line 2, unit: There is no unit with the code LPU/XX."),
        (
            "pc.1,contributor,LPU/CV,,\nPC.1,Neighbourhood officer,LPU/CV,,\n",
            "line 3, role: PC.1, contributor, LPU/CV is there twice",
        ),
    ],
)
def test_wrong_roles_are_named(cast: Cast, rows: str, said: str) -> None:
    assert said in problems(plan(cast, PEOPLE + rows))


def test_an_unknown_role_is_chosen_a_tier_for_or_left_out(cast: Cast) -> None:
    text = PEOPLE + "pc.1,team_approver,LPU/CV,,\npc.2,team_approver,LPU/DY,,\n"
    open_question = plan(cast, text)
    assert open_question.unknown_roles == {"team_approver": 2}
    assert len(open_question.problems) == 1

    chosen = plan(cast, text, choices=Choices(roles={"team_approver": "area_approver"}))
    assert not chosen.problems
    assert [step.key[1] for step in chosen.for_second] == ["area_approver", "area_approver"]

    left_out = plan(cast, text, choices=Choices(roles={"team_approver": ""}))
    assert not left_out.problems
    assert [str(step.subject) for step in left_out.everything] == ["person", "person"]


def test_an_unknown_network_is_left_out_only_by_choice(cast: Cast) -> None:
    text = ACCOUNTS + "nextdoor,west,West,LPU/CV,\nx,New_demo,New,LPU/CV,rota\n"
    assert "line 2, network: The network “nextdoor” is not known here." in problems(plan(cast, text))

    found = plan(cast, text, choices=Choices(networks={"nextdoor": ""}))

    assert not found.problems
    assert steps(found) == ["account.add x New_demo:  > LPU/CV"]


def test_accounts_are_compared_by_network_and_handle(cast: Cast) -> None:
    found = plan(
        cast,
        ACCOUNTS + "x,COVENTRY_demo,Coventry Police,LPU/CV,rota\nx,Dudley_demo,Dudley_demo,LPU/DY,\n",
    )

    assert steps(found) == [
        "account.change x Coventry_demo: Coventry_demo, - > Coventry Police, rota",
        "account.move x Coventry_demo: LPU/CV/NPT/F > LPU/CV",
    ]
    twice = plan(cast, ACCOUNTS + "x,New,New,LPU/CV,\ntwitter,@new,New,LPU/CV,\n")
    assert "line 3, handle: new (x) is there twice" in problems(twice)


def test_what_a_file_does_not_name_stays_unless_somebody_says_otherwise(cast: Cast) -> None:
    units = UNITS + "LPU/DY,Dudley,\n"
    people = PEOPLE + "admin.comms01,central_admin,FORCE,,\npress.03,,,,\n"

    found = plan(cast, units, people)

    assert found.is_empty
    assert [(str(step.verb), step.key[0]) for step in found.missing if step.subject == "unit"] == [
        ("close", "LPU/CV")
    ]
    assert found.missing[-1].after == "closes with 1 units below"
    ends = {step.key[0] for step in found.missing if step.subject == "role"}
    assert ends == {"press.03", "pc.4512", "desk.a3", "psd.01", "itsec.01"}
    assert found.gone == ["desk.a3", "itsec.01", "pc.4512", "psd.01"]

    chosen = plan(cast, units, people, choices=Choices(with_missing=True))
    assert len(chosen.for_second) == 6
    assert chosen.digest != found.digest


def test_implied_units_never_close_others_or_change_their_names(cast: Cast) -> None:
    document = {
        "accounts": [
            {"network": "x", "handle": "N_demo", "name": "Nuneaton Police (DEMO)", "unit": "LPU/NU"}
        ],
        "users": [{"username": "pc.9", "role": "contributor", "unit": "LPU/NU/NPT/Attleborough"}],
    }

    found = plan(cast, json.dumps(document))

    assert [step for step in steps(found) if step.startswith("unit")] == [
        "unit.add LPU FORCE:  > FORCE",
        "unit.add LPU/NU LPU:  > LPU",
        "unit.add LPU/NU/NPT/Attleborough LPU/NU:  > LPU/NU",
    ]
    assert [step.label for step in found.everything if step.subject == "unit"] == [
        "Local policing units",
        "Nuneaton",
        "Attleborough",
    ]
    assert not [step for step in found.missing if step.subject == "unit"]


def test_a_preview_of_many_rows_asks_no_more_than_one_of_few(cast: Cast) -> None:
    few = PEOPLE + "pc.1,contributor,LPU/CV,,\n"
    many = PEOPLE + "".join(f"pc.{n},contributor,LPU/CV,,\n" for n in range(500))

    with CaptureQueriesContext(connection) as short:
        plan(cast, few)
    with CaptureQueriesContext(connection) as long:
        plan(cast, many)

    assert len(short) == len(long) == 8


def test_the_fingerprint_changes_with_the_force(cast: Cast) -> None:
    text = UNITS + "LPU/CV,Coventry City,\n"
    before = plan(cast, text).digest
    assert plan(cast, text, now=clock.now() + timedelta(minutes=5)).digest == before

    type(cast.coventry).objects.filter(pk=cast.coventry.pk).update(name="Coventry and district")

    assert plan(cast, text).digest != before
