"""How often a channel is read, and what of a text is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rules import LONGEST_WAIT, Headroom, Pace, asked_wait, back_off, spread, storable

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PACE = Pace(busy=4, quiet=8)


def test_a_channel_on_which_somebody_spoke_is_read_often_and_slows_down_step_by_step() -> None:
    assert [
        PACE.after(found=3, interval=8),
        PACE.after(found=0, interval=4),
        PACE.after(found=0, interval=6),
    ] == [
        4,
        6,
        8,
    ]


@given(st.integers(0, 100), st.floats(0, 10_000))
def test_the_interval_stays_between_busy_and_quiet(found: int, interval: float) -> None:
    assert PACE.busy <= PACE.after(found=found, interval=interval) <= PACE.quiet


def test_calls_that_are_left_are_spread_until_the_network_counts_anew() -> None:
    soon = NOW + timedelta(seconds=300)

    assert spread(8, Headroom(remaining=10, reset_at=soon), now=NOW) == pytest.approx(300 / 9)
    assert spread(8, Headroom(remaining=1000, reset_at=soon), now=NOW) == 8
    assert spread(8, Headroom(remaining=0, reset_at=NOW - timedelta(seconds=1)), now=NOW) == 8
    assert spread(8, None, now=NOW) == 8


@given(st.floats(1, 60), st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_backing_off_has_an_end(interval: float, failures: int, chance: float) -> None:
    assert 0 < back_off(interval, failures, chance=lambda: chance) <= 300 * 1.25


@given(st.integers(-10, 10**6), st.floats(0, 1, exclude_max=True))
def test_what_the_network_asked_for_is_kept_within_reason(seconds: int, chance: float) -> None:
    wait = asked_wait(timedelta(seconds=seconds), otherwise=8, chance=lambda: chance)

    assert min(max(0, seconds), LONGEST_WAIT.total_seconds()) < wait <= LONGEST_WAIT.total_seconds() + 5


@given(st.text(st.characters(codec=None), max_size=200))
def test_every_text_can_be_stored_and_loses_nothing_but_what_is_no_character(text: str) -> None:
    kept = storable(text)

    kept.encode("utf-8")
    assert "\x00" not in kept
    if text.isprintable():
        assert kept == text


def test_a_half_character_does_not_lose_the_rest() -> None:
    assert storable("a\x00b\ud83d c 😀") == "ab? c 😀"
