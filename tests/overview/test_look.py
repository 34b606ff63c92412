"""What an address asks to look at, and who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import Unit
from hqdash.base.errors import Missing
from hqdash.overview.breakdown import smoothed
from hqdash.overview.look import RANGES, look_at, look_from_key
from tests.cast import Cast

NOW = datetime(2026, 11, 20, 14, 32, tzinfo=UTC)


def test_without_words_it_is_the_whole_sight_over_a_day_by_unit(cast: Cast) -> None:
    look = look_at(cast.press.actor, {}, now=NOW)

    assert (look.range.slug, look.by, look.unit_id, look.window.unit_ids) == ("24h", "unit", None, None)
    assert look.window.start == NOW - timedelta(days=1)
    assert look.is_whole_force
    assert look.scope_name == "Westmere Police"
    assert look.address() == "?"


def test_a_unit_means_everything_below_it(cast: Cast) -> None:
    look = look_at(cast.press.actor, {"unit": str(cast.coventry.pk), "range": "7d", "by": "account"}, now=NOW)

    assert set(look.window.unit_ids or ()) == {cast.coventry.pk, cast.foleshill.pk}
    assert look_from_key(cast.press.actor, look.key, now=NOW).window == look.window
    assert look.address(by="") == f"?range=7d&unit={cast.coventry.pk}"


@pytest.mark.parametrize("unit", ["other", "dudley", "nonsense", "' OR 1=1 --"])
def test_what_is_not_yours_does_not_exist(cast: Cast, unit: str) -> None:
    ids = {"other": str(cast.other_root.pk), "dudley": str(cast.dudley.pk)}
    with pytest.raises(Missing):
        look_at(cast.pc.actor, {"unit": ids.get(unit, unit)}, now=NOW)


def test_nonsense_in_the_other_words_means_the_usual(cast: Cast) -> None:
    look = look_at(cast.pc.actor, {"range": "7 years", "by": "star sign"}, now=NOW)

    assert (look.range.slug, look.by) == ("24h", "unit")


@pytest.mark.parametrize("chosen", RANGES)
def test_each_range_has_a_label_for_each_step_and_the_last_one_is_now(cast: Cast, chosen: str) -> None:
    look = look_at(cast.press.actor, {"range": chosen}, now=NOW)
    labels = look.labels(ZoneInfo("Europe/London"))

    assert len(labels) == look.window.steps
    assert 30 <= look.window.steps <= 48
    assert labels[-1] == NOW.strftime(RANGES[chosen].label_format)


def test_an_officer_sees_the_part_of_the_tree_that_is_theirs(cast: Cast) -> None:
    look = look_at(cast.pc.actor, {}, now=NOW)

    assert not look.is_whole_force
    assert [part.unit for part in look.territory.parts(None)] == [cast.coventry, cast.foleshill]
    assert set(look.territory.units) == set(
        Unit.objects.filter(pk__in=[cast.coventry.pk, cast.foleshill.pk]).values_list("pk", flat=True)
    )


def test_a_course_is_shortened_without_losing_a_count() -> None:
    course = tuple(float(number) for number in range(60))

    assert len(smoothed(course)) == 30
    assert sum(smoothed(course)) == sum(course)
    assert smoothed((1.0, 2.0)) == (1.0, 2.0)
