"""A line of the book verifies whole or blacked out, and not once a letter of it has changed."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit.book import record
from accounts.audit.entry import LINE, disclosed, leaf_1, leaf_2, leaf_of_copy, parts_hash
from accounts.audit.hqdash_verify import AT
from accounts.audited import CHANNEL_STATE_CHANGED
from tests.cast import Cast

ENTRY: dict[str, Any] = {
    "at": "2026-05-01T14:30:00.123456+00:00",
    "id": 7,
    "action": "comment.hidden",
    "actor_id": str(UUID(int=5)),
    "username": "desk.a3",
    "kind": "person",
    "session": "f3ab",
    "address": "10.0.0.8",
    "object_type": "monitoring.mention",
    "object_id": str(UUID(int=9)),
    "object_label": "Comment by a member of the public",
    "unit_id": str(UUID(int=11)),
    "unit_name": "Coventry Central",
    "channel_id": None,
    "channel_name": "@coventry_demo",
    "reason": "Names a witness",
    "details": {"before": {"hidden": False}, "after": {"hidden": True}, "text": "She lives at number nine"},
    "salt": bytes(range(32)).hex(),
}


def line(**changed: Any) -> bytes:
    return json.dumps({**ENTRY, **changed}, separators=(",", ":"), ensure_ascii=False).encode()


def leaf(**changed: Any) -> bytes:
    return leaf_2(line(**changed), parts_hash(line(**changed)))


@pytest.mark.parametrize("column", ENTRY)
def test_no_column_can_change_without_changing_the_leaf_of_either_format(column: str) -> None:
    touched: dict[str, Any] = {"id": 8, "details": {"text": "She lives at number ten"}, "salt": "00" * 32}
    other = touched.get(column, f"{ENTRY[column]}.")

    assert leaf_1(line(**{column: other})) != leaf_1(line())
    assert parts_hash(line(**{column: other})) != parts_hash(line())
    assert leaf(**{column: other}) != leaf()


def test_text_cannot_move_from_one_column_into_the_next() -> None:
    assert leaf(unit_name="Coventry", channel_name=" Central@coventry_demo") != leaf()


def test_a_leaf_of_the_first_format_is_still_made_as_it_was_then() -> None:
    # Books that were begun before the second format have these bytes in their signed trees.
    assert leaf_1(line()).hex() == "8f74ba887df90ef71a8bdd62eba68884a3439d1240bd79420613a8d969c0d26b"


def test_a_leaf_of_the_second_format_is_made_like_this() -> None:
    assert leaf().hex() == "3d9b4b92d96af0cae8e0fdbcfdfa56245d67eaca663452756732149cc804b795"


@pytest.mark.parametrize("form", [1, 2])
def test_a_redacted_copy_verifies_and_says_nothing_of_what_is_hidden(form: int) -> None:
    copy = disclosed(line(), form, without=frozenset({"who", "details/text"}))
    handed_out = json.dumps(copy)

    assert leaf_of_copy(json.loads(handed_out)) == (leaf_1(line()) if form == 1 else leaf())
    assert "desk.a3" not in handed_out
    assert "number nine" not in handed_out
    assert ENTRY["salt"] not in handed_out


def test_all_details_are_hidden_by_one_word() -> None:
    copy = disclosed(line(), without=frozenset({"details"}))

    assert all("value" not in part for name, part in copy["parts"].items() if name.startswith("details/"))
    assert leaf_of_copy(copy) == leaf()


def test_a_copy_with_a_changed_part_does_not_verify() -> None:
    copy = disclosed(line())
    copy["parts"]["reason"]["value"] = "Criticises the force"

    assert leaf_of_copy(copy) != leaf()


def test_the_line_itself_cannot_be_guessed_from_its_hash_in_a_redacted_copy() -> None:
    copy = disclosed(line(), without=frozenset({"who"}))
    guesses = [line(username=name, salt="") for name in ("desk.a3", "pc.4512")]

    assert copy["line"] not in {sha256(guess).hexdigest() for guess in guesses}


@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.text() | st.integers() | st.none(), max_size=5),
    st.sampled_from([1, 2]),
    st.data(),
)
def test_any_parts_can_be_left_out(details: dict[str, Any], form: int, data: st.DataObject) -> None:
    whole = line(details=details)
    hidden = data.draw(st.sets(st.sampled_from(sorted(disclosed(whole, form)["parts"]))))

    copy = disclosed(whole, form, without=frozenset(hidden))

    assert leaf_of_copy(copy) == (leaf_1(whole) if form == 1 else leaf_2(whole, parts_hash(whole)))


@pytest.mark.parametrize(
    "text", ["plain", 'quoted "so" \\ and\nbroken\tup', "umlaut ä, heart ❤, \x1f, \u2028", ""]
)
def test_the_database_writes_a_line_that_python_reads_as_the_same_values(cast: Cast, text: str) -> None:
    record(cast.desk.actor, CHANNEL_STATE_CHANGED, cast.x, reason=text, before=text, share=0.1, n=12345678901)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {LINE} FROM accounts_auditentry AS e ORDER BY e.id DESC LIMIT 1")
        written = cursor.fetchone()[0]

    entry = json.loads(written)
    assert list(entry) == list(ENTRY)
    assert (entry["reason"], entry["details"]["before"]) == (text, text)
    assert (entry["details"]["share"], entry["details"]["n"]) == (0.1, 12345678901)
    assert written.encode()[AT] == entry["at"][:26].encode()
    assert "\n" not in written
    assert "\t" not in written
