"""How the pages write times, numbers and names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hqdash.base import clock
from hqdash.base.templatetags.ui import (
    age,
    ago,
    badge,
    day_hm,
    hm,
    icon,
    initials,
    net,
    network_name,
    thousands,
    tone_class,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("waited", "words"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=38), "38 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_an_age_is_short(waited: timedelta, words: str) -> None:
    with clock.frozen_at(NOON):
        assert age(NOON - waited) == words
        assert ago(NOON - waited) == f"{words} ago"


def test_a_moment_ago_is_just_now() -> None:
    with clock.frozen_at(NOON):
        assert ago(NOON - timedelta(seconds=3)) == "just now"


def test_times_are_those_of_the_wall_clock() -> None:
    with clock.frozen_at(NOON):
        assert hm(datetime(2026, 7, 1, 13, 32, tzinfo=UTC)) == "14:32"
        assert day_hm(NOON) == "12:00"
        assert day_hm(NOON - timedelta(days=1)) == "19 Nov 12:00"
        assert day_hm(datetime(2025, 1, 2, 8, 5, tzinfo=UTC)) == "2 Jan 2025 08:05"
    assert hm(None) == day_hm(None) == age(None) == ago(None) == ""


def test_numbers_and_names() -> None:
    assert thousands(2914) == "2,914"
    assert thousands(None) == ""
    assert thousands("99+") == "99+"
    assert initials("comms.07") == "C7"
    assert initials("Birmingham LPA") == "BL"
    assert initials("") == "?"
    assert network_name("wordpress") == "WordPress"
    assert network_name("x") == "X"


def test_a_glyph_always_has_its_name_in_words() -> None:
    assert "i-brand-facebook" in net("facebook")
    assert "Facebook</span>" in net("facebook")
    assert "i-world" in net("brand-new-network")


def test_markup_from_outside_stays_text() -> None:
    assert "&lt;b&gt;" in badge("<b>")
    assert "&lt;b&gt;" in net("x", "<b>")


def test_a_tone_is_understood_in_both_spellings() -> None:
    assert tone_class("bad") == tone_class("is-bad") == "is-bad"
    assert tone_class("") == ""


def test_an_unknown_icon_is_a_dot_and_not_a_failure() -> None:
    assert "#i-point" in icon("no-such-icon")
