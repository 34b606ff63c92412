"""A line of the book verifies whole or blacked out, and not once a letter of it has changed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit.entry import COLUMNS, Line, disclosed, leaf_of, leaf_of_copy

LINE = Line(
    id=7,
    at=datetime(2026, 5, 1, 14, 30, 0, 123456, tzinfo=UTC),
    action="comment.hidden",
    actor_id=UUID(int=5),
    username="desk.a3",
    kind="person",
    session="f3ab",
    address="10.0.0.8",
    object_type="monitoring.mention",
    object_id=str(UUID(int=9)),
    object_label="Comment by a member of the public",
    unit_id=UUID(int=11),
    unit_name="Coventry Central",
    channel_id=UUID(int=12),
    channel_name="@coventry_demo",
    reason="Names a witness",
    details={"before": {"hidden": False}, "after": {"hidden": True}, "text": "She lives at number nine"},
    salt=bytes(range(32)),
)
TOUCHED = {
    "id": 8,
    "at": LINE.at + timedelta(microseconds=1),
    "actor_id": UUID(int=6),
    "unit_id": None,
    "channel_id": None,
    "details": {**LINE.details, "text": "She lives at number ten"},
    "salt": bytes(32),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_can_change_without_changing_the_leaf(column: str) -> None:
    other = TOUCHED.get(column, f"{getattr(LINE, column)}.")

    assert leaf_of(replace(LINE, **{column: other})) != leaf_of(LINE)


def test_the_same_moment_in_another_time_zone_is_the_same_leaf() -> None:
    elsewhere = LINE.at.astimezone(timezone(timedelta(hours=1)))

    assert leaf_of(replace(LINE, at=elsewhere)) == leaf_of(LINE)


def test_text_cannot_move_from_one_column_into_the_next() -> None:
    moved = replace(LINE, unit_name="Coventry", channel_name=" Central@coventry_demo")

    assert leaf_of(moved) != leaf_of(LINE)


def test_a_redacted_copy_verifies_and_says_nothing_of_what_is_hidden() -> None:
    copy = disclosed(LINE, without=frozenset({"who", "details/text"}))
    handed_out = json.dumps(copy)

    assert leaf_of_copy(json.loads(handed_out)) == leaf_of(LINE)
    assert "desk.a3" not in handed_out
    assert "number nine" not in handed_out
    assert LINE.salt.hex() not in handed_out


def test_a_copy_with_a_changed_part_does_not_verify() -> None:
    copy = disclosed(LINE)
    copy["parts"]["reason"]["value"] = "Criticises the force"

    assert leaf_of_copy(copy) != leaf_of(LINE)


details = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)
    ),
    max_size=5,
)


@given(details, st.data())
def test_whatever_is_hidden_the_copy_verifies(values: dict[str, object], data: st.DataObject) -> None:
    line = replace(LINE, details=values)
    names = sorted(disclosed(line)["parts"])
    hidden = data.draw(st.frozensets(st.sampled_from(names)))

    assert leaf_of_copy(disclosed(line, without=hidden)) == leaf_of(line)
