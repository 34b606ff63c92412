"""Charts: round scales, readable labels, the numbers as a table, no number at all without a crash."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hqdash.base.templatetags.chart import chart, legend, ring, spark, summary
from hqdash.base.templatetags.drawing import Flag, Series, label_places, scale


@given(st.integers(min_value=0, max_value=10**9))
def test_a_scale_reaches_the_highest_value_in_even_steps(highest: int) -> None:
    steps = scale(highest)
    assert steps[0] == 0
    assert steps[-1] >= highest
    assert len({b - a for a, b in pairwise(steps)}) == 1


@given(st.integers(min_value=1, max_value=500), st.integers(min_value=2, max_value=12))
def test_labels_do_not_crowd_and_keep_both_ends(count: int, most: int) -> None:
    places = label_places(count, most)
    assert len(places) <= max(most, 1)
    assert places[0] == 0
    assert places[-1] == count - 1


def test_a_chart_tells_its_numbers_in_three_ways() -> None:
    mentions = Series("Mentions", [3, 9, 4], "area")
    drawn = chart(
        "activity", "Activity", [mentions], ["10:00", "11:00", "12:00"], flags=[Flag(1, "Incident")]
    )

    assert 'role="img"' in drawn["wide"]
    assert "<title" in drawn["wide"]
    assert "Mentions: lowest 3, highest 9, last 4." in drawn["narrow"]
    assert "Incident" in drawn["wide"]
    assert drawn["rows"][1] == ("11:00", [9])


def test_nothing_to_draw_is_drawn_as_nothing() -> None:
    drawn = chart("empty", "Nothing", [Series("Posts", [])], [])
    assert "<svg" in drawn["wide"]
    assert "<svg" in spark([])
    assert summary([Series("Posts", [])]) == ""


def test_a_chart_says_nothing_that_a_stranger_wrote_as_markup() -> None:
    drawn = chart("x", "<b>", [Series("<script>", [1, 2])], ["<i>", "b"])
    assert "<script>" not in drawn["wide"]
    assert "&lt;i&gt;" in drawn["wide"]
    assert "<script>" not in legend([Series("<script>", [1])])


def test_a_full_counter_is_a_full_circle() -> None:
    assert 'stroke-dasharray="44.0 44.0"' in ring(400, 280)
