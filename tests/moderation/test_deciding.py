"""What a person may do with a case, and what is refused."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry
from hqdash.base import clock
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable
from moderation.actions.deciding import claim_case, decide_case, hide_mention, reveal_text, undo_case
from moderation.models import Case, Decision, Evidence, NetworkAct
from monitoring.models import Mention
from tests.cast import Cast
from tests.moderation.conftest import ABUSIVE, HARSH, say, screened

MILD = "Load of bollocks"


@pytest.fixture
def case(desk: Cast) -> Case:
    mention = say(desk.facebook, MILD)
    screened(desk, mention)
    return Case.objects.get(mention=mention)


def decide(desk: Cast, case: Case, what: str, **more: str) -> Decision:
    return decide_case(actor=desk.desk.actor, case=case, what=what, now=clock.now(), **more)


def test_a_hide_keeps_a_copy_first_and_says_who_and_why(desk: Cast, case: Case) -> None:
    with pytest.raises(Unprocessable, match="reason"):
        decide(desk, case, "hide")

    decision = decide(desk, case, "hide", reason="abuse", note="Third time today.")

    case.refresh_from_db()
    assert case.state == Case.State.DECIDED
    assert (decision.by_name, decision.reason) == ("desk.a3", "abuse")
    assert Evidence.objects.get(decision=decision).text == MILD
    assert NetworkAct.objects.get(mention=case.mention).verb == "hide"
    entry = AuditEntry.objects.get(action="comment.hide_decided")
    assert (entry.username, entry.reason) == ("desk.a3", "Abuse Third time today.")


def test_a_contributor_may_not_moderate(desk: Cast, case: Case) -> None:
    with pytest.raises(NotAllowed):
        decide_case(actor=desk.pc.actor, case=case, what="allow", now=clock.now())
    with pytest.raises(NotAllowed):
        decide_case(actor=desk.auditor.actor, case=case, what="allow", now=clock.now())

    assert decide(desk, case, "allow").what == "allow"


def test_a_moderator_hides_but_does_not_delete(desk: Cast, case: Case) -> None:
    with pytest.raises(NotAllowed):
        decide(desk, case, "remove", reason="abuse")

    removed = decide_case(actor=desk.press.actor, case=case, what="remove", reason="abuse", now=clock.now())
    assert removed.acts.get().verb == "remove"


def test_x_lets_nobody_delete_what_others_wrote(desk: Cast) -> None:
    mention = say(desk.x, MILD)
    screened(desk, mention)
    case = Case.objects.get(mention=mention)

    with pytest.raises(Unprocessable, match="Hide it instead"):
        decide_case(actor=desk.press.actor, case=case, what="remove", reason="abuse", now=clock.now())
    assert decide(desk, case, "hide", reason="abuse").acts.get().verb == "hide"


def test_the_second_of_two_people_is_told_who_was_quicker(desk: Cast, case: Case) -> None:
    decide_case(actor=desk.press.actor, case=case, what="allow", now=clock.now())

    with pytest.raises(Conflict, match=r"press\.03"):
        decide(desk, case, "hide", reason="abuse")


def test_hiding_criticism_is_refused_and_needs_two_people(desk: Cast) -> None:
    mention = say(desk.facebook, HARSH)
    screened(desk, mention)

    with pytest.raises(Unprocessable, match="criticism is not hidden"):
        hide_mention(actor=desk.desk.actor, mention=mention, reason="other", note="Rude.", now=clock.now())
    assert not NetworkAct.objects.exists()

    case = Case.objects.get(mention=mention)
    decide(desk, case, "escalate", note="Names a witness in the picture.")
    with pytest.raises(Unprocessable, match="criticism is not hidden"):
        decide(desk, case, "hide", reason="identity", note="Names a witness.")
    second = decide_case(
        actor=desk.press.actor, case=case, what="hide", reason="identity", note="Witness.", now=clock.now()
    )
    assert second.by_name == "press.03"


def test_undo_of_a_hide_that_never_left_leaves_nothing_to_do(desk: Cast, case: Case) -> None:
    decide(desk, case, "hide", reason="abuse")

    undo_case(actor=desk.desk.actor, case=case, note="Wrong one.", now=clock.now())

    case.refresh_from_db()
    assert case.state == Case.State.UNDONE
    assert NetworkAct.objects.get(mention=case.mention).state == NetworkAct.State.DROPPED
    with pytest.raises(Conflict, match="no decision"):
        undo_case(actor=desk.desk.actor, case=case, now=clock.now())
    assert decide(desk, case, "hide", reason="abuse").acts.get().place == 2


def test_undo_of_an_automatic_hide_orders_the_way_back(desk: Cast) -> None:
    mention = say(desk.facebook, ABUSIVE)
    screened(desk, mention)
    act = NetworkAct.objects.get()
    NetworkAct.objects.filter(pk=act.pk).update(state="leased")
    NetworkAct.objects.filter(pk=act.pk).update(state="acting")
    NetworkAct.objects.filter(pk=act.pk).update(state="done")
    Mention.objects.update(visibility="hidden")

    undo_case(actor=desk.desk.actor, case=Case.objects.get(), now=clock.now())

    back = NetworkAct.objects.get(place=2)
    assert (back.verb, back.state) == ("unhide", NetworkAct.State.DUE)


def test_a_deleted_comment_cannot_come_back(desk: Cast, case: Case) -> None:
    decide_case(actor=desk.press.actor, case=case, what="remove", reason="hate", now=clock.now())
    act = NetworkAct.objects.get()
    for state in ("leased", "acting", "done"):
        NetworkAct.objects.filter(pk=act.pk).update(state=state)

    with pytest.raises(Conflict, match="sealed copy"):
        undo_case(actor=desk.press.actor, case=case, now=clock.now())


def test_taking_a_case_and_looking_at_masked_words_are_entries(desk: Cast, case: Case) -> None:
    claim_case(actor=desk.desk.actor, case=case, now=clock.now())
    reveal_text(actor=desk.auditor.actor, case=case)
    with pytest.raises(NotAllowed):
        reveal_text(actor=desk.itsec.actor, case=case)

    case.refresh_from_db()
    assert case.claimed_by == desk.desk.user
    entries = AuditEntry.objects.filter(action__in=["case.claimed", "comment.revealed"])
    assert set(entries.values_list("username", flat=True)) == {"desk.a3", "psd.01"}
