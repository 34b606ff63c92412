"""Changes of tiers are collected, shown with their effect, and put into force by a second administrator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.access.effect import effect_of
from accounts.access.gate import can, standing
from accounts.actions.changes import collect, drop_change, propose, put_into_force, send_back, withdraw
from accounts.actions.organisation import grant_role
from accounts.actions.units import move_unit
from accounts.models import Answer, AuditEntry, Change, ChangeSet, Grant, Role, Rule, Unit
from accounts.permissions import CHANGE_TIERS, VIEW_CHANNEL
from hqdash.base import clock
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable
from publishing.permissions import PUBLISH_POST, VIEW_POST
from tests.cast import Cast, Person


def role(slug: str) -> Role:
    return Role.objects.get(slug=slug)


def collected(by: Person, **what: Any) -> Change:
    return collect(actor=by.actor, now=clock.now(), **what)


def proposed(by: Person, *changes: dict[str, Any], reason: str = "New team") -> ChangeSet:
    """Changes, collected and proposed."""
    collected_ones = [collected(by, **what) for what in changes]
    return propose(actor=by.actor, change_set=collected_ones[0].change_set, reason=reason, now=clock.now())


def in_force(by: Person, change_set: ChangeSet) -> ChangeSet:
    return put_into_force(actor=by.actor, change_set=change_set, now=clock.now())


def give(user: Person, slug: str, place: Unit, **more: Any) -> dict[str, Any]:
    return {"kind": "grant.give", "user": user.user, "role": role(slug), "unit": place, **more}


def answer(slug: str, permission: str, said: str | None, unit: Unit | None = None) -> dict[str, Any]:
    return {"kind": "answer.set", "role": role(slug), "permission": permission, "unit": unit, "answer": said}


def test_a_grant_takes_a_second_administrator_and_stands_in_the_book_under_both_names(cast: Cast) -> None:
    waiting = proposed(cast.admin, give(cast.pc, Role.AREA_EDITOR, cast.dudley))
    assert not can(cast.pc.actor, PUBLISH_POST, cast.x_dudley)

    with pytest.raises(NotAllowed, match="proposed this yourself"):
        in_force(cast.admin, waiting)
    with pytest.raises(NotAllowed):
        in_force(cast.press, waiting)
    in_force(cast.itsec, waiting)

    assert can(cast.pc.actor, PUBLISH_POST, cast.x_dudley)
    grant = Grant.objects.get(user=cast.pc.user, unit=cast.dudley)
    assert (grant.requested_by, grant.approved_by) == (cast.admin.user, cast.itsec.user)
    entries = AuditEntry.objects.filter(action="role.granted", object_id=str(cast.pc.user.pk))
    entry = entries.get(unit_id=cast.dudley.pk)
    assert entry.details["proposed_by"] == "admin.comms01"
    assert entry.details["approved_by"] == "itsec.01"
    assert (entry.reason, entry.username) == ("New team", "itsec.01")


def test_the_effect_names_who_gains_and_who_loses_what_and_changes_nothing(cast: Cast) -> None:
    first = collected(cast.admin, **give(cast.pc, Role.AREA_EDITOR, cast.dudley))
    own = Grant.objects.get(user=cast.desk.user)
    collected(cast.admin, kind="grant.end", grant=own)
    book = AuditEntry.objects.count()

    effect = effect_of(cast.admin.actor, first.change_set)

    assert effect.summary == "1 people gain, 1 lose"
    assert [person.username for person in effect.gains] == ["pc.4512"]
    assert [person.username for person in effect.losses] == ["desk.a3"]
    gained = {(each.permission.name, each.place, each.after) for each in effect.gains[0].what}
    assert (PUBLISH_POST.name, cast.dudley, Answer.ALLOWED) in gained
    assert effect.obstacles == ()
    assert Grant.objects.filter(user=cast.pc.user).count() == 1
    assert AuditEntry.objects.count() == book


def test_what_begins_later_is_told_with_its_day(cast: Cast) -> None:
    starts = clock.now() + timedelta(days=3)
    change = collected(cast.admin, **give(cast.pc, Role.AREA_EDITOR, cast.dudley, starts_at=starts))
    effect = effect_of(cast.admin.actor, change.change_set)
    assert {each.from_at for each in effect.gains[0].what} == {starts}

    end = collected(cast.itsec, kind="grant.end", grant=Grant.objects.get(user=cast.pc.user), at=starts)
    effect = effect_of(cast.itsec.actor, end.change_set)
    assert {each.from_at for each in effect.losses[0].what} == {starts}


def test_a_default_of_the_force_and_an_override_of_a_unit(cast: Cast) -> None:
    waiting = proposed(
        cast.admin,
        answer(Role.CONTRIBUTOR, PUBLISH_POST.name, "approval"),
        answer(Role.CONTRIBUTOR, PUBLISH_POST.name, "allowed", cast.foleshill),
    )
    effect = effect_of(cast.itsec.actor, waiting)
    assert [person.username for person in effect.losses] == ["pc.4512"]
    in_force(cast.itsec, waiting)

    assert standing(cast.pc.actor, PUBLISH_POST, cast.facebook) == Answer.APPROVAL
    assert can(cast.pc.actor, PUBLISH_POST, cast.x)
    lines = AuditEntry.objects.filter(action="tier.answer_set").order_by("id")
    assert [(line.details["before"], line.details["after"]) for line in lines] == [
        ("Allowed", "Needs approval"),
        ("as on the unit above it", "Allowed"),
    ]

    in_force(
        cast.itsec, proposed(cast.admin, answer(Role.CONTRIBUTOR, PUBLISH_POST.name, None, cast.foleshill))
    )
    assert standing(cast.pc.actor, PUBLISH_POST, cast.x) == Answer.APPROVAL
    assert Rule.objects.get(unit=cast.foleshill).ends_at is not None


def test_rights_that_need_each_other_move_together(cast: Cast) -> None:
    in_force(cast.itsec, proposed(cast.admin, answer(Role.CONTRIBUTOR, VIEW_POST.name, "no", cast.foleshill)))
    assert not can(cast.pc.actor, VIEW_POST, cast.foleshill)
    assert not can(cast.pc.actor, PUBLISH_POST, cast.foleshill)
    assert can(cast.pc.actor, PUBLISH_POST, cast.facebook)

    in_force(cast.itsec, proposed(cast.admin, answer(Role.AUDITOR, VIEW_POST.name, "no")))
    in_force(cast.itsec, proposed(cast.admin, answer(Role.AUDITOR, PUBLISH_POST.name, "approval")))
    assert can(cast.auditor.actor, VIEW_POST, cast.root)


@pytest.mark.parametrize(
    ("what", "field", "sentence"),
    [
        ({"ends_at": clock.now() - timedelta(days=1)}, "ends_at", "over already"),
        (
            {"starts_at": clock.now() + timedelta(days=9), "ends_at": clock.now() + timedelta(days=8)},
            "ends_at",
            "ends before it starts",
        ),
        ({"unit": None}, "unit", "Choose one unit or one account"),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused_with_the_field(
    cast: Cast, what: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Unprocessable, match=sentence) as refused:
        collected(cast.admin, **give(cast.pc, Role.AREA_EDITOR, cast.dudley) | what)
    assert refused.value.field == field


def test_nobody_gives_themselves_a_tier_nor_approves_what_touches_their_own(cast: Cast) -> None:
    with pytest.raises(Unprocessable, match="cannot give yourself"):
        collected(cast.admin, **give(cast.admin, Role.IT_ADMIN, cast.root))
    waiting = proposed(cast.admin, answer(Role.IT_ADMIN, "accounts.view_vault", "no"))

    with pytest.raises(NotAllowed, match="changes what you may do yourself"):
        in_force(cast.itsec, waiting)

    assert "accounts.view_vault" in role(Role.IT_ADMIN).permissions
    assert ChangeSet.objects.get(pk=waiting.pk).state == ChangeSet.State.PROPOSED


def test_somebody_switched_off_and_a_retired_tier_are_refused(cast: Cast) -> None:
    cast.desk.user.is_active = False
    cast.desk.user.save()
    with pytest.raises(Unprocessable, match="switched off"):
        collected(cast.admin, **give(cast.desk, Role.AREA_EDITOR, cast.dudley))
    in_force(cast.itsec, proposed(cast.admin, {"kind": "role.retire", "role": role(Role.LEGAL_APPROVER)}))
    with pytest.raises(Unprocessable, match="is retired"):
        collected(cast.admin, **give(cast.pc, Role.LEGAL_APPROVER, cast.dudley))


def test_a_tier_in_use_is_retired_only_with_its_grants(cast: Cast) -> None:
    retire = {"kind": "role.retire", "role": role(Role.MODERATOR)}
    with pytest.raises(Conflict, match=r"1 people are Moderator, such as desk\.a3"):
        proposed(cast.admin, retire)
    held = Grant.objects.get(user=cast.desk.user)
    change_set = ChangeSet.objects.get(proposed_by=cast.admin.user, state=ChangeSet.State.OPEN)
    drop_change(actor=cast.admin.actor, change=change_set.changes.get())

    in_force(cast.itsec, proposed(cast.admin, {"kind": "grant.end", "grant": held}, retire))

    assert role(Role.MODERATOR).retired_at is not None
    assert not can(cast.desk.actor, VIEW_CHANNEL, cast.root)


def test_a_change_that_the_world_has_overtaken_says_which_one_and_nothing_of_the_set_happens(
    cast: Cast,
) -> None:
    waiting = proposed(
        cast.admin,
        give(cast.pc, Role.AREA_EDITOR, cast.dudley),
        {"kind": "unit.move", "unit": cast.foleshill, "parent": cast.dudley},
    )
    move_unit(actor=cast.system, unit=cast.foleshill, parent=cast.root, now=clock.now())

    with pytest.raises(Conflict, match="“Foleshill moves below Dudley” no longer applies"):
        in_force(cast.itsec, waiting)

    assert not Grant.objects.filter(user=cast.pc.user, unit=cast.dudley).exists()
    assert ChangeSet.objects.get(pk=waiting.pk).state == ChangeSet.State.PROPOSED
    obstacles = effect_of(cast.itsec.actor, waiting).obstacles
    assert [each.sentence for each in obstacles if "Foleshill moves" in each.sentence]


def test_a_unit_is_not_moved_below_itself(cast: Cast) -> None:
    with pytest.raises(Unprocessable, match="below itself"):
        collected(cast.admin, kind="unit.move", unit=cast.coventry, parent=cast.foleshill)
    together = proposed(
        cast.admin,
        {"kind": "unit.move", "unit": cast.foleshill, "parent": cast.dudley},
    )
    in_force(cast.itsec, together)
    assert not can(cast.pc.actor, VIEW_CHANNEL, cast.x)


def test_two_moves_that_would_make_a_circle_together_are_refused(cast: Cast) -> None:
    with pytest.raises(Conflict, match="below itself"):
        proposed(
            cast.admin,
            {"kind": "unit.move", "unit": cast.dudley, "parent": cast.coventry},
            {"kind": "unit.move", "unit": cast.coventry, "parent": cast.dudley},
        )


def test_what_would_leave_nobody_to_administer_is_refused(cast: Cast) -> None:
    grant_role(
        actor=cast.system,
        user=cast.desk.user,
        unit=cast.root,
        role=role(Role.IT_ADMIN),
        now=clock.now(),
        reason="A third administrator",
    )
    grants = [
        {"kind": "grant.end", "grant": Grant.objects.get(user=person.user)}
        for person in (cast.admin, cast.itsec)
    ]
    both = proposed(cast.admin, *grants)
    with pytest.raises(Unprocessable, match="leave nobody to change tiers"):
        in_force(cast.desk, both)
    assert can(cast.itsec.actor, CHANGE_TIERS, cast.root)
    withdraw(actor=cast.admin.actor, change_set=both, now=clock.now())

    in_force(cast.desk, proposed(cast.admin, grants[1]))
    later = clock.now() + timedelta(days=3)
    last = proposed(cast.admin, {"kind": "grant.end", "grant": grants[0]["grant"], "at": later})
    with pytest.raises(Unprocessable, match="leave nobody to change tiers"):
        in_force(cast.desk, last)


def test_a_set_is_sent_back_changed_and_proposed_again(cast: Cast) -> None:
    waiting = proposed(cast.admin, give(cast.pc, Role.AREA_EDITOR, cast.dudley))
    with pytest.raises(Unprocessable, match="what should be different"):
        send_back(actor=cast.itsec.actor, change_set=waiting, reason=" ", now=clock.now())

    back = send_back(actor=cast.itsec.actor, change_set=waiting, reason="Until Friday", now=clock.now())
    assert (back.state, back.decision_reason) == (ChangeSet.State.SENT_BACK, "Until Friday")
    with pytest.raises(Conflict, match="no longer waiting"):
        in_force(cast.itsec, back)
    until = clock.now() + timedelta(days=2)
    what = give(cast.pc, Role.AREA_EDITOR, cast.dudley, ends_at=until)
    changed = collect(actor=cast.admin.actor, now=clock.now(), change_set=back, **what)
    assert changed.change_set.changes.count() == 1
    again = propose(actor=cast.admin.actor, change_set=back, reason="Until Friday", now=clock.now())

    in_force(cast.itsec, again)

    assert Grant.objects.get(user=cast.pc.user, unit=cast.dudley).ends_at == until


def test_only_the_one_who_collected_changes_or_withdraws_a_set(cast: Cast) -> None:
    change = collected(cast.admin, **give(cast.pc, Role.AREA_EDITOR, cast.dudley))
    with pytest.raises(Conflict, match=r"Only admin\.comms01"):
        drop_change(actor=cast.itsec.actor, change=change)
    with pytest.raises(Conflict, match=r"Only admin\.comms01"):
        withdraw(actor=cast.itsec.actor, change_set=change.change_set, now=clock.now())
    with pytest.raises(NotAllowed):
        collected(cast.press, **give(cast.desk, Role.AREA_EDITOR, cast.dudley))

    waiting = propose(actor=cast.admin.actor, change_set=change.change_set, reason="New", now=clock.now())
    with pytest.raises(Conflict, match="cannot be changed"):
        drop_change(actor=cast.admin.actor, change=change)
    withdraw(actor=cast.admin.actor, change_set=waiting, now=clock.now())
    with pytest.raises(Conflict, match="no longer waiting"):
        in_force(cast.itsec, waiting)


def test_an_empty_set_and_one_without_a_reason_are_not_proposed(cast: Cast) -> None:
    change = collected(cast.admin, **give(cast.pc, Role.AREA_EDITOR, cast.dudley))
    with pytest.raises(Unprocessable, match="Say why"):
        propose(actor=cast.admin.actor, change_set=change.change_set, reason="", now=clock.now())
    drop_change(actor=cast.admin.actor, change=change)
    with pytest.raises(Unprocessable, match="nothing to propose"):
        propose(actor=cast.admin.actor, change_set=change.change_set, reason="Why", now=clock.now())


def test_a_lone_administrator_is_told_how_to_get_a_second_one(cast: Cast) -> None:
    Grant.objects.filter(user=cast.itsec.user).update(ends_at=clock.now())
    change = collected(cast.admin, **give(cast.pc, Role.AREA_EDITOR, cast.dudley))
    with pytest.raises(Unprocessable, match="add_administrator"):
        propose(actor=cast.admin.actor, change_set=change.change_set, reason="Why", now=clock.now())


def test_a_tier_is_added_renamed_and_asks_for_a_passkey(cast: Cast) -> None:
    add = {
        "kind": "role.add",
        "name": "Event team",
        "number": 2,
        "permissions": [PUBLISH_POST.name],
        "with_approval": [],
    }
    in_force(cast.itsec, proposed(cast.admin, add))
    added = role("event_team")
    assert VIEW_POST.name in added.permissions
    assert (added.speaks, added.second_factor) == (True, "any")

    with pytest.raises(Unprocessable, match="There is a tier called"):
        collected(cast.admin, **add)
    in_force(
        cast.itsec,
        proposed(
            cast.admin,
            {"kind": "role.rename", "role": added, "name": "Big events"},
            {"kind": "role.second_factor", "role": added, "second_factor": "passkey"},
        ),
    )
    added.refresh_from_db()
    assert (added.name, added.slug, added.second_factor) == ("Big events", "event_team", "passkey")
