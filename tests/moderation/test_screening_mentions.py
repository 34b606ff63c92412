"""What the public writes is screened once, and the verdict has its consequences in the same transaction."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEntry
from hqdash.base.tenancy import acting_for
from moderation.models import Case, Decision, Evidence, NetworkAct, Screening
from moderation.queries import unscreened
from moderation.rule_sets import judge_own_text
from tests.cast import Cast
from tests.moderation.conftest import ABUSIVE, HARSH, say, screened
from tests.moderation.public_texts import rows


def test_strong_abuse_is_decided_sealed_and_ordered_at_once(desk: Cast) -> None:
    mention = say(desk.facebook, ABUSIVE)

    (screening,) = screened(desk, mention)

    case = Case.objects.get(mention=mention)
    decision = case.decisions.get()
    evidence = Evidence.objects.get(decision=decision)
    act = NetworkAct.objects.get(mention=mention)
    assert screening.action == "hide"
    assert (case.state, case.category) == (Case.State.DECIDED, "ABUSE")
    assert (decision.what, decision.by_name, decision.is_automatic) == (Decision.What.HIDE, "system", True)
    assert (evidence.text, evidence.is_intact) == (ABUSIVE, True)
    assert (act.verb, act.state, act.place) == ("hide", NetworkAct.State.DUE, 1)
    names = list(AuditEntry.objects.filter(action__startswith="c").values_list("action", "username"))
    assert ("comment.hide_decided", "system") in names


def test_screening_again_changes_nothing(desk: Cast) -> None:
    mention = say(desk.facebook, ABUSIVE)
    screened(desk, mention)

    assert screened(desk, mention) == []
    assert Screening.objects.count() == Case.objects.count() == NetworkAct.objects.count() == 1


def test_no_criticism_of_the_police_is_ever_hidden(desk: Cast) -> None:
    said = [say(desk.facebook, row["text"]) for row in rows("police_criticism.csv")]

    found = screened(desk, *said)

    assert len(found) == len(said)
    assert {screening.action for screening in found} <= {"none", "alert", "review"}
    assert not NetworkAct.objects.exists()
    assert not Decision.objects.exists()


def test_criticism_alone_makes_no_case_and_is_recorded(desk: Cast) -> None:
    (screening,) = screened(desk, say(desk.facebook, HARSH))

    assert screening.categories == ["CRITICISM_PROTECTED"]
    assert not Case.objects.exists()


def test_a_threat_waits_for_a_person_and_stays_visible(desk: Cast) -> None:
    mention = say(desk.facebook, "Gonna burn your station down with all of you inside")
    screened(desk, mention)

    case = Case.objects.get(mention=mention)
    assert (case.state, case.severity, case.category) == (Case.State.OPEN, 4, "THREAT_TO_LIFE")
    assert not NetworkAct.objects.exists()


def test_a_threat_with_abuse_is_hidden_and_still_waits_for_a_person(desk: Cast) -> None:
    mention = say(desk.facebook, "I will kill you, you piece of shit")
    screened(desk, mention)

    assert Case.objects.get(mention=mention).state == Case.State.OPEN
    assert NetworkAct.objects.get(mention=mention).verb == "hide"


def test_a_private_message_cannot_be_hidden_and_goes_to_a_person(desk: Cast) -> None:
    mention = say(desk.facebook, ABUSIVE, kind="message")
    screened(desk, mention)

    case = Case.objects.get(mention=mention)
    assert case.state == Case.State.OPEN
    assert "no way to hide" in case.problem


def test_the_sweep_finds_what_no_bell_was_heard_for(desk: Cast) -> None:
    first, second = say(desk.facebook, HARSH), say(desk.x, ABUSIVE)
    assert unscreened(limit=10) == [first.pk, second.pk]

    screened(desk, first, second)

    assert unscreened(limit=10) == []


def test_another_force_is_not_screened_with_our_dictionaries(desk: Cast) -> None:
    with acting_for(desk.other_force.pk):
        theirs = say(desk.other_channel, ABUSIVE)

    assert screened(desk, theirs) == []
    assert not Screening.objects.exists()


def test_our_own_words_are_judged_by_the_outbound_lists(desk: Cast) -> None:
    assert judge_own_text("He is guilty of it").action.slug == "review"
    assert judge_own_text("Road closed at the ring way").is_clean


def test_what_was_decided_and_sealed_never_changes(desk: Cast) -> None:
    screened(desk, say(desk.facebook, ABUSIVE))

    for table, column in (("moderation_evidence", "text"), ("moderation_decision", "note")):
        for statement in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
            with (
                pytest.raises(DatabaseError, match="append-only"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
    assert Evidence.objects.get().is_intact
