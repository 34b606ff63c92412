"""Comments come once and none is lost, however they are spread over polls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hqdash.networks import cursors
from hqdash.networks.facebook.polling import Window
from hqdash.networks.types import Item

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def comment(number: int, second: int) -> Item:
    return Item(
        external_id=f"900_{number}",
        kind="comment",
        text="",
        author_id="",
        author_handle="",
        author_name="",
        at=START + timedelta(seconds=second),
    )


@given(st.lists(st.tuples(st.integers(0, 3600), st.booleans()), max_size=60))
def test_every_comment_comes_exactly_once(spoken: list[tuple[int, bool]]) -> None:
    """People write in order of time; between any two of them a poll may happen."""
    cursor = Window.from_cursor("").cursor()
    there: list[Item] = []
    taken: list[str] = []
    for number, (second, polled) in enumerate(sorted(spoken)):
        there.append(comment(number, second))
        if polled:
            window = Window.from_cursor(cursor)
            taken += [item.external_id for item in window.take(reversed(there))]
            cursor = window.cursor()
    window = Window.from_cursor(cursor)
    taken += [item.external_id for item in window.take(reversed(there))]
    assert sorted(taken) == sorted(item.external_id for item in there)


def test_a_late_comment_inside_the_overlap_is_not_lost() -> None:
    window = Window.from_cursor("")
    window.take([comment(1, 600)])
    late = Window.from_cursor(window.cursor())
    assert [item.external_id for item in late.take([comment(2, 30), comment(1, 600)])] == ["900_2"]


def test_the_border_does_not_move_before_the_last_page_is_read() -> None:
    window = Window.from_cursor("")
    window.take([comment(1, 0)])
    flood = Window.from_cursor(window.cursor())
    flood.take([comment(9, 5000)])
    flood.todo.append(("post", "page-2"))
    deeper = Window.from_cursor(flood.cursor())
    assert deeper.todo == [("post", "page-2")]
    deeper.todo.clear()
    assert len(deeper.take([comment(5, 1200), comment(1, 0)])) == 1
    after = Window.from_cursor(deeper.cursor())
    assert after.since == START + timedelta(seconds=5000)
    assert not after.take([comment(9, 5000), comment(1, 0)])


@given(st.text())
def test_a_foreign_cursor_means_from_the_beginning_or_is_read(text: str) -> None:
    assert isinstance(cursors.read(text), dict)


def test_a_cursor_stays_small_in_a_flood() -> None:
    window = Window.from_cursor(Window.from_cursor("").cursor())
    window.take(comment(number, number % 600) for number in range(1000))
    assert len(window.cursor()) < 32_000
