"""Sessions end when their time is up, when somebody ends them, and never later because a clock was wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions.sessions import end_all_sessions, end_session, set_session_limits
from accounts.models import AuditEntry, Force, SignedInSession
from accounts.sign_in.limits import CLOCKS_DIFFER, Standing
from accounts.sign_in.sessions import end_sessions
from hqdash.base import clock
from hqdash.base.errors import Missing, NotAllowed, Unprocessable
from hqdash.base.live_stream import _still_signed_in
from hqdash.base.tenancy import acting_for
from tests.cast import PASSWORD, Cast
from tests.signing_in import signed_in

INSIDE = "/publishing/posts/"
CLOCK = "/me/session/"


def later(**more: float) -> datetime:
    return clock.now() + timedelta(**more)


@given(
    started=st.integers(0, 10**6),
    busy=st.integers(0, 10**5),
    idle=st.integers(5, 120),
    hours=st.integers(1, 24),
    gone=st.integers(0, 10**6),
)
def test_no_session_outlives_either_of_its_limits(
    started: int, busy: int, idle: int, hours: int, gone: int
) -> None:
    session = Standing(started, started + busy, idle, hours)
    now = started + busy + gone
    lasts = not session.over(datetime.fromtimestamp(now, UTC))
    assert lasts == (gone < idle * 60 and now < started + hours * 3600)


@given(back=st.integers(CLOCKS_DIFFER + 1, 10**6))
def test_a_clock_that_is_set_back_gives_nobody_more_time(back: int) -> None:
    session = Standing(10**7, 10**7, 30, 12)
    assert session.over(datetime.fromtimestamp(10**7 - back, UTC)) == "clock"


def test_an_idle_session_is_over_on_the_server_and_the_door_says_so(cast: Cast) -> None:
    client = signed_in(cast.press)
    assert client.get(INSIDE).status_code == 200
    with clock.frozen_at(later(minutes=29)):
        assert client.get(INSIDE).status_code == 200
    with clock.frozen_at(later(minutes=29 + 31)):
        door = client.get(INSIDE)
    assert door["Location"] == "/signin/?next=%2Fpublishing%2Fposts%2F&ended=1"
    assert "Your session has ended" in client.get(door["Location"]).content.decode()
    with acting_for(cast.force.pk):
        assert not SignedInSession.objects.filter(user=cast.press.user).exists()


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(cast: Cast) -> None:
    client = signed_in(cast.press)
    with clock.frozen_at(later(minutes=20)):
        assert client.get(CLOCK).json()["left"] <= 600
        assert client.get("/drafts/compose/").status_code == 204
    with clock.frozen_at(later(minutes=31)):
        assert client.get(CLOCK).status_code == 401


def test_whoever_asks_for_more_time_gets_it_until_the_day_is_over(cast: Cast) -> None:
    client = signed_in(cast.press)
    start = clock.now()
    for minutes in range(25, 12 * 60, 25):
        with clock.frozen_at(start + timedelta(minutes=minutes)):
            state = client.post(CLOCK).json()
    assert not state["extendable"]
    with clock.frozen_at(start + timedelta(hours=12, seconds=1)):
        assert client.post(CLOCK).status_code == 401


def test_the_limits_of_a_force_bind_sessions_that_are_open(cast: Cast) -> None:
    client = signed_in(cast.press)
    set_session_limits(
        actor=cast.admin.actor, force=cast.force, idle_minutes=10, session_hours=8, now=clock.now()
    )
    with clock.frozen_at(later(minutes=11)):
        assert client.get(INSIDE).status_code == 302
    assert AuditEntry.objects.filter(action="sign_in_rules.changed", username="admin.comms01").count() == 1
    assert Force.objects.get(pk=cast.force.pk).idle_minutes == 10


@pytest.mark.parametrize(("idle", "hours"), [(4, 12), (121, 12), (30, 0), (30, 25)])
def test_limits_out_of_bounds_are_refused(cast: Cast, idle: int, hours: int) -> None:
    with pytest.raises(Unprocessable):
        set_session_limits(
            actor=cast.admin.actor, force=cast.force, idle_minutes=idle, session_hours=hours, now=clock.now()
        )
    with pytest.raises(NotAllowed):
        set_session_limits(
            actor=cast.press.actor, force=cast.force, idle_minutes=30, session_hours=12, now=clock.now()
        )


def test_an_ended_session_opens_nothing_and_its_live_page_stops(cast: Cast) -> None:
    here, there = signed_in(cast.press), signed_in(cast.press)
    key = str(there.session.session_key)
    assert _still_signed_in(key)

    assert end_sessions(user=cast.press.user, except_key=str(here.session.session_key)) == 1

    assert not _still_signed_in(key)
    assert there.get(INSIDE).status_code == 302
    assert here.get(INSIDE).status_code == 200


def test_the_door_says_so_too_where_a_live_page_was_the_first_to_notice(cast: Cast) -> None:
    client = signed_in(cast.press)
    end_sessions(user=cast.press.user)
    assert client.get("/live/?page=dashboard").status_code == 401
    assert "Your session has ended" in client.get("/signin/").content.decode()
    client.post("/signin/", {"login": "press.03", "password": PASSWORD})
    client.post("/signin/out/")
    assert "Your session has ended" not in client.get("/signin/").content.decode()


def test_ending_sessions_without_saying_whose_is_an_error(cast: Cast) -> None:
    with pytest.raises(ValueError, match="whose"):
        end_sessions()


def test_all_sessions_of_a_force_end_and_no_others(cast: Cast) -> None:
    ours, theirs = signed_in(cast.press), signed_in(cast.stranger)
    assert end_sessions(force=cast.force) == 1
    assert ours.get(INSIDE).status_code == 302
    assert theirs.get(INSIDE).status_code == 200


def test_people_see_their_devices_and_sign_one_or_all_others_out(cast: Cast) -> None:
    here = signed_in(cast.press)
    for _ in range(2):
        signed_in(cast.press).get(INSIDE, headers={"User-Agent": "Mozilla/5.0 (Windows NT) Firefox/140.0"})
    page = here.get(reverse("mfa_index")).content.decode()
    assert "This device" in page
    assert (
        page.count(reverse("accounts:sign_out_device", args=["0" * 8 + "-0000-0000-0000-" + "0" * 12])[:13])
        >= 2
    )
    with acting_for(cast.force.pk):
        other = SignedInSession.objects.exclude(session_key=here.session.session_key).filter(
            user=cast.press.user
        )[0]
    assert here.post(reverse("accounts:sign_out_device", args=[other.pk])).status_code == 302
    assert not Session.objects.filter(pk=other.session_key).exists()
    assert here.post(reverse("accounts:sign_out_others")).status_code == 302
    with acting_for(cast.force.pk):
        assert [one.session_key for one in SignedInSession.objects.filter(user=cast.press.user)] == [
            here.session.session_key
        ]
    assert AuditEntry.objects.filter(action="session.ended").count() == 1


def test_nobody_signs_out_somebody_elses_device(cast: Cast) -> None:
    signed_in(cast.press)
    with acting_for(cast.force.pk):
        session = SignedInSession.objects.get(user=cast.press.user)
        with pytest.raises(NotAllowed):
            end_session(actor=cast.pc.actor, user=cast.press.user, session_id=session.pk)
        with pytest.raises(Missing):
            end_session(actor=cast.pc.actor, user=cast.pc.user, session_id=session.pk)
    assert signed_in(cast.pc).post(reverse("accounts:sign_out_device", args=[session.pk])).status_code == 404
    assert Session.objects.filter(pk=session.session_key).exists()


def test_an_administrator_ends_the_sessions_of_others(cast: Cast) -> None:
    client = signed_in(cast.press)
    assert end_all_sessions(actor=cast.itsec.actor, user=cast.press.user) == 1
    assert client.get(INSIDE).status_code == 302
    with pytest.raises(NotAllowed):
        end_all_sessions(actor=cast.desk.actor, user=cast.press.user)
