"""Shifts by the clock on the wall: the 2-2-2-4 rota, nights, the end of a cycle, and clocks that change."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.access.gate import can
from accounts.access.shifts import (
    Pattern,
    Window,
    is_on_shift,
    next_shift,
    shift_at,
    two_two_two_four,
    window_on,
)
from accounts.actions.rotas import add_rota, retire_rota
from accounts.models import AuditEntry, Grant, Role, Rota
from hqdash.base import clock
from hqdash.base.errors import NotAllowed, Unprocessable
from publishing.permissions import PUBLISH_POST
from tests.cast import Cast

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 8, 3)
TEAMS = [("A", 0), ("B", 2), ("C", 4), ("D", 6), ("E", 8)]


def team(offset: int = 0, windows: tuple[Window, ...] | None = None, days: int = 10) -> Pattern:
    return Pattern(MONDAY, days, windows or two_two_two_four(), LONDON, offset)


def at(day: int, hour: int, minute: int = 0, *, month: int = 8) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


def test_two_earlies_two_lates_two_nights_and_four_days_off() -> None:
    names = [
        {shift.name for hour in (10, 18, 23) if (shift := shift_at(team(), at(3 + day, hour)))} or {"off"}
        for day in range(10)
    ]
    assert names == [{"Early"}, {"Early"}, {"Late"}, {"Late"}, {"Night"}, {"Night"}, *[{"off"}] * 4]


@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)))
def test_of_five_teams_exactly_one_is_on_shift_at_any_moment(wall: datetime) -> None:
    moment = wall.replace(tzinfo=LONDON)
    assert [is_on_shift(team(offset), moment) for _name, offset in TEAMS].count(True) == 1


def test_a_night_crosses_midnight_and_belongs_to_the_day_on_which_it_began() -> None:
    shift = shift_at(team(), at(8, 3))
    assert shift is not None
    assert (shift.name, shift.starts_at, shift.ends_at) == ("Night", at(7, 23), at(8, 7))


def test_a_night_crosses_the_end_of_the_cycle() -> None:
    last_night = team(windows=(window_on(1, time(22), time(6), "Night"),), days=2)
    assert is_on_shift(last_night, at(4, 23))
    assert is_on_shift(last_night, at(5, 5, 59))
    assert not is_on_shift(last_night, at(5, 6))
    assert not is_on_shift(last_night, at(4, 5))


def test_the_next_shift_is_named_over_the_days_off() -> None:
    coming = next_shift(team(), at(9, 12))
    assert coming is not None
    assert (coming.name, coming.starts_at) == ("Early", at(13, 7))


@pytest.mark.parametrize(
    ("evening", "hours"),
    [(datetime(2026, 3, 28, 23, tzinfo=LONDON), 7), (datetime(2026, 10, 24, 23, tzinfo=LONDON), 9)],
)
def test_a_night_on_which_the_clocks_change_ends_at_seven_all_the_same(evening: datetime, hours: int) -> None:
    nights = Pattern(date(2026, 3, 1), 1, (window_on(0, time(23), time(7), "Night"),), LONDON)
    shift = shift_at(nights, evening + timedelta(minutes=5))
    assert shift is not None
    assert (shift.ends_at - evening.astimezone(ZoneInfo("UTC"))) == timedelta(hours=hours)
    assert is_on_shift(nights, shift.ends_at - timedelta(minutes=1))
    assert not is_on_shift(nights, shift.ends_at)


def test_a_grant_with_a_team_counts_on_shift_only(cast: Cast) -> None:
    rota = add_rota(
        actor=cast.admin.actor,
        name="Desk",
        cycle_days=10,
        first_day=MONDAY,
        windows=two_two_two_four(),
        teams=TEAMS,
        now=clock.now(),
    )
    Grant.objects.filter(user=cast.pc.user).update(
        team=rota.teams.get(name="B"), starts_at=datetime(2026, 1, 1, tzinfo=LONDON)
    )
    for day in range(3, 14):
        for hour in (0, 6, 7, 14, 15, 22, 23):
            with clock.frozen_at(at(day, hour)):
                assert can(cast.pc.actor, PUBLISH_POST, cast.x) == is_on_shift(team(2), at(day, hour))


def test_a_rota_in_use_cannot_be_retired_and_only_administrators_make_one(cast: Cast) -> None:
    wanted = {
        "cycle_days": 1,
        "first_day": MONDAY,
        "windows": [window_on(0, time(9), time(17), "Day")],
        "teams": [("A", 0)],
        "now": clock.now(),
    }
    with pytest.raises(NotAllowed):
        add_rota(actor=cast.press.actor, name="Mine", **wanted)  # type: ignore[arg-type]
    rota = add_rota(actor=cast.admin.actor, name="Days", **wanted)  # type: ignore[arg-type]
    grant = Grant.objects.get(user=cast.pc.user)
    Grant.objects.filter(pk=grant.pk).update(team=rota.teams.get())
    with pytest.raises(Unprocessable, match=r"1 people hold a tier by this rota, such as pc\.4512"):
        retire_rota(actor=cast.admin.actor, rota=rota, now=clock.now())
    Grant.objects.filter(pk=grant.pk).update(team=None)

    retire_rota(actor=cast.admin.actor, rota=rota, now=clock.now())

    assert Rota.objects.get(pk=rota.pk).retired_at is not None
    acts = AuditEntry.objects.filter(action__startswith="rota.").values_list("action", flat=True)
    assert set(acts) == {"rota.added", "rota.retired"}
    assert Role.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"cycle_days": 0}, "cycle_days"),
        ({"windows": []}, "windows"),
        ({"windows": [Window("Day", 600, 600)]}, "windows"),
        ({"windows": [Window("Day", 1440, 1500)]}, "windows"),
        ({"windows": [Window("Day", 0, 1441)]}, "windows"),
        ({"teams": []}, "teams"),
        ({"teams": [("A", 0), ("a", 0)]}, "teams"),
        ({"teams": [("A", 1)]}, "teams"),
    ],
)
def test_a_rota_that_makes_no_sense_is_refused_with_the_field(
    cast: Cast, wrong: dict[str, object], field: str
) -> None:
    wanted = {
        "name": "Days",
        "cycle_days": 1,
        "first_day": MONDAY,
        "windows": [window_on(0, time(9), time(17), "Day")],
        "teams": [("A", 0)],
        "now": clock.now(),
    }
    with pytest.raises(Unprocessable) as refused:
        add_rota(actor=cast.admin.actor, **wanted | wrong)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not Rota.objects.exists()
