"""The tree is named, moved, ordered, closed and opened again, and never becomes a circle."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, connections

from accounts.actions.organisation import add_unit
from accounts.actions.units import close_unit, move_unit, order_unit, rename_unit, reopen_unit
from accounts.models import AuditEntry, Channel, Grant, Unit, UnitPath
from accounts.tasks import close_due_units
from hqdash.base import clock
from hqdash.base.errors import NotAllowed, Unprocessable
from hqdash.base.tenancy import acting_for
from tests.cast import Cast

NOON = datetime(2027, 7, 1, 12, tzinfo=UTC)
TODAY = date(2027, 7, 1)


def paths() -> set[tuple[str, str, int]]:
    """The closure table as names."""
    rows = UnitPath.objects.values_list("ancestor__name", "descendant__name", "depth")
    return set(rows)


def paths_by_parents() -> set[tuple[str, str, int]]:
    """What the closure table has to say, from the parents alone."""
    units = {unit.pk: unit for unit in Unit.objects.all()}

    def upwards(unit: Unit) -> Iterator[Unit]:
        yield unit
        if unit.parent_id:
            yield from upwards(units[unit.parent_id])

    return {
        (above.name, unit.name, depth) for unit in units.values() for depth, above in enumerate(upwards(unit))
    }


def test_a_unit_moves_with_everything_below_it(cast: Cast) -> None:
    beat = add_unit(actor=cast.admin.actor, name="Beat 4", code="B4", parent=cast.foleshill)

    assert move_unit(actor=cast.admin.actor, unit=cast.coventry, parent=cast.dudley, now=NOON)

    assert paths() == paths_by_parents()
    assert ("Dudley", "Beat 4", 3) in paths()
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.username) == ("unit.moved", "admin.comms01")
    assert entry.details["before"] == "Westmere Police"
    assert (entry.details["after"], entry.details["units"]) == ("Dudley", 3)

    assert move_unit(actor=cast.admin.actor, unit=beat, parent=cast.root, now=NOON)
    assert move_unit(actor=cast.admin.actor, unit=cast.coventry, parent=cast.root, now=NOON)
    assert paths() == paths_by_parents()


def test_moving_to_where_it_stands_changes_nothing(cast: Cast) -> None:
    lines = AuditEntry.objects.count()

    assert not move_unit(actor=cast.admin.actor, unit=cast.coventry, parent=cast.root, now=NOON)

    assert AuditEntry.objects.count() == lines


def test_a_unit_is_never_moved_below_itself(cast: Cast) -> None:
    with pytest.raises(Unprocessable, match="Foleshill is part of it"):
        move_unit(actor=cast.admin.actor, unit=cast.coventry, parent=cast.foleshill, now=NOON)
    with pytest.raises(Unprocessable, match="below itself"):
        move_unit(actor=cast.admin.actor, unit=cast.coventry, parent=cast.coventry, now=NOON)
    with pytest.raises(Unprocessable, match="whole force"):
        move_unit(actor=cast.admin.actor, unit=cast.root, parent=cast.dudley, now=NOON)

    assert paths() == paths_by_parents()


@pytest.mark.django_db(transaction=True)
def test_two_who_move_units_below_each_other_make_no_circle(committed_cast: Cast) -> None:
    cast = committed_cast
    gate, problems = threading.Barrier(2), []

    def move(unit: Unit, parent: Unit) -> None:
        try:
            with acting_for(cast.force.pk):
                gate.wait(10)
                move_unit(actor=cast.admin.actor, unit=unit, parent=parent, now=NOON)
        except Unprocessable as refusal:
            problems.append(refusal.sentence)
        finally:
            connections.close_all()

    movers = [
        threading.Thread(target=move, args=pair)
        for pair in ((cast.coventry, cast.dudley), (cast.dudley, cast.coventry))
    ]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join(20)

    assert len(problems) == 1
    assert "below itself" in problems[0]
    assert paths() == paths_by_parents()


def test_a_new_name_is_recorded_with_the_old_one(cast: Cast) -> None:
    assert rename_unit(actor=cast.admin.actor, unit=cast.dudley, name="  Dudley   Borough ", now=NOON)
    assert not rename_unit(actor=cast.admin.actor, unit=cast.dudley, name="Dudley Borough", now=NOON)

    entry = AuditEntry.objects.latest("id")
    assert entry.details == {"before": "Dudley", "after": "Dudley Borough"}
    assert Unit.objects.get(pk=cast.dudley.pk).code == "LPU/DY"
    for name in ("", "   ", "x" * 201):
        with pytest.raises(Unprocessable):
            rename_unit(actor=cast.admin.actor, unit=cast.dudley, name=name, now=NOON)


def test_siblings_stand_in_the_order_they_are_put_into(cast: Cast) -> None:
    assert order_unit(actor=cast.admin.actor, unit=cast.dudley, after=None, now=NOON)
    assert [unit.name for unit in cast.root.children.all()] == ["Dudley", "Coventry"]
    assert order_unit(actor=cast.admin.actor, unit=cast.dudley, after=cast.coventry, now=NOON)
    assert [unit.name for unit in cast.root.children.all()] == ["Coventry", "Dudley"]
    assert not order_unit(actor=cast.admin.actor, unit=cast.dudley, after=cast.coventry, now=NOON)
    with pytest.raises(Unprocessable, match="does not stand beside"):
        order_unit(actor=cast.admin.actor, unit=cast.dudley, after=cast.foleshill, now=NOON)


def test_what_is_still_open_in_a_unit_is_named_before_it_closes(cast: Cast) -> None:
    with pytest.raises(Unprocessable) as refusal:
        close_unit(actor=cast.admin.actor, unit=cast.coventry, on=TODAY, now=NOON)

    assert "1 unit: Foleshill" in refusal.value.sentence
    assert "2 accounts" in refusal.value.sentence
    assert "pc.4512" in refusal.value.sentence
    cast.coventry.refresh_from_db()
    assert cast.coventry.closed_on is None


def test_everything_below_closes_with_a_unit_when_asked_for(cast: Cast) -> None:
    day = TODAY + timedelta(days=30)

    close_unit(actor=cast.admin.actor, unit=cast.coventry, on=day, now=NOON, with_everything_below=True)

    cast.foleshill.refresh_from_db()
    assert cast.foleshill.closed_on == day
    grant = Grant.objects.get(user=cast.pc.user)
    assert grant.ends_at == datetime(2027, 7, 30, 23, tzinfo=UTC)  # midnight in London
    entry = AuditEntry.objects.latest("id")
    assert entry.details["units"] == ["LPU/CV/NPT/F"]
    assert entry.details["grants_ended"] == 1


def test_an_empty_unit_closes_and_opens_again(cast: Cast) -> None:
    empty = add_unit(actor=cast.admin.actor, name="Empty", code="E", parent=cast.dudley)

    assert close_unit(actor=cast.admin.actor, unit=empty, on=TODAY - timedelta(days=3), now=NOON)
    assert empty.closed_on == TODAY, "a day that has passed while the change waited is today"
    assert not close_unit(actor=cast.admin.actor, unit=empty, on=TODAY, now=NOON)
    with pytest.raises(Unprocessable, match="closes on 1 July 2027"):
        add_unit(actor=cast.admin.actor, name="Below", code="E/1", parent=empty)
    with pytest.raises(Unprocessable, match="closes on 1 July 2027"):
        move_unit(actor=cast.admin.actor, unit=cast.foleshill, parent=empty, now=NOON)

    assert reopen_unit(actor=cast.admin.actor, unit=empty, now=NOON)
    assert not reopen_unit(actor=cast.admin.actor, unit=empty, now=NOON)
    assert [entry.action for entry in AuditEntry.objects.order_by("-id")[:2]] == [
        "unit.reopened",
        "unit.closed",
    ]


def test_a_unit_opens_only_under_an_open_one(cast: Cast) -> None:
    close_unit(actor=cast.admin.actor, unit=cast.coventry, on=TODAY, now=NOON, with_everything_below=True)
    cast.foleshill.refresh_from_db()

    with pytest.raises(Unprocessable, match="Reopen Coventry first"):
        reopen_unit(actor=cast.admin.actor, unit=cast.foleshill, now=NOON)
    with pytest.raises(Unprocessable, match="whole force"):
        close_unit(actor=cast.admin.actor, unit=cast.root, on=TODAY, now=NOON)


def test_suspended_accounts_do_not_keep_a_unit_open(cast: Cast) -> None:
    Channel.objects.filter(unit=cast.dudley).update(state=Channel.State.SUSPENDED)

    assert close_unit(actor=cast.admin.actor, unit=cast.dudley, on=TODAY, now=NOON)


@pytest.mark.parametrize("who", ["pc", "desk", "press", "auditor"])
def test_only_administrators_change_the_tree(cast: Cast, who: str) -> None:
    actor = getattr(cast, who).actor

    with pytest.raises(NotAllowed):
        add_unit(actor=actor, name="New", code="N", parent=cast.coventry)
    with pytest.raises(NotAllowed):
        rename_unit(actor=actor, unit=cast.coventry, name="New", now=NOON)
    with pytest.raises(NotAllowed):
        move_unit(actor=actor, unit=cast.foleshill, parent=cast.dudley, now=NOON)
    with pytest.raises(NotAllowed):
        order_unit(actor=actor, unit=cast.coventry, after=None, now=NOON)
    with pytest.raises(NotAllowed):
        close_unit(actor=actor, unit=cast.coventry, on=TODAY, now=NOON, with_everything_below=True)


@pytest.mark.parametrize(
    ("name", "code", "why"),
    [
        ("", "N", "name"),
        ("New", "", "code"),
        ("New", "two words", "code"),
        ("New", "x" * 121, "120"),
        ("New", "LPU/DY", "belongs to Dudley"),
    ],
)
def test_a_new_unit_needs_a_name_and_a_code_of_its_own(cast: Cast, name: str, code: str, why: str) -> None:
    with pytest.raises(Unprocessable, match=why):
        add_unit(actor=cast.admin.actor, name=name, code=code, parent=cast.root)


def test_moving_writes_only_what_changes(cast: Cast) -> None:
    """Between two areas of one force the way to the root stays as long as it was: those rows are not touched."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_unitpath WHERE descendant_id = %s", [cast.foleshill.pk])
        before = {row[0] for row in cursor.fetchall()}
    move_unit(actor=cast.admin.actor, unit=cast.foleshill, parent=cast.dudley, now=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_unitpath WHERE descendant_id = %s", [cast.foleshill.pk])
        after = {row[0] for row in cursor.fetchall()}

    assert len(before & after) == 2
    assert paths() == paths_by_parents()


def test_the_accounts_of_a_unit_are_suspended_when_its_day_has_come(cast: Cast) -> None:
    day = TODAY + timedelta(days=2)
    close_unit(actor=cast.admin.actor, unit=cast.coventry, on=day, now=NOON, with_everything_below=True)
    cast.x.refresh_from_db()
    assert cast.x.state == Channel.State.CONNECTED

    with clock.frozen_at(NOON + timedelta(days=1)):
        close_due_units()
    cast.x.refresh_from_db()
    assert cast.x.state == Channel.State.CONNECTED
    with clock.frozen_at(NOON + timedelta(days=2)):
        close_due_units()
        close_due_units()

    cast.x.refresh_from_db()
    assert cast.x.state == Channel.State.SUSPENDED
    assert cast.x.state_reason == "Foleshill closed on 3 July 2027."
    cast.x_dudley.refresh_from_db()
    assert cast.x_dudley.state == Channel.State.CONNECTED
    assert AuditEntry.objects.filter(action="channel.state_changed").count() == 2
