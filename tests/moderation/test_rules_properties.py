"""The steps of an act, and what counts as protected: judgement without database."""

from __future__ import annotations

import re
from importlib import import_module

from hypothesis import given
from hypothesis import strategies as st

from moderation.rules import (
    LONGEST_PAUSE,
    MOST_UNKNOWN_TRIES,
    STEPS,
    Outcome,
    first_of,
    is_protected,
    may_step,
    pause_before,
    reason_for,
    state_after,
    waits_for_a_person,
)
from moderation.screening.categories import Category

categories = st.lists(st.sampled_from([one.value for one in Category]), unique=True)


def test_the_database_knows_the_same_steps() -> None:
    migration = import_module("moderation.migrations.0002_what_is_written_stays")
    kept = set(re.findall(r"'(\w+)>(\w+)'", migration.FUNCTIONS))

    assert kept == {(before, after) for before in STEPS for after in STEPS[before] if before != after}


@given(st.sampled_from(Outcome), st.integers(min_value=1, max_value=100))
def test_every_answer_of_a_network_leads_to_a_step_that_may_be_taken(outcome: Outcome, attempts: int) -> None:
    assert may_step("acting", state_after(outcome, attempts=attempts))


@given(st.integers(min_value=MOST_UNKNOWN_TRIES, max_value=100))
def test_what_stays_unclear_ends_with_a_person(attempts: int) -> None:
    assert state_after(Outcome.UNKNOWN, attempts=attempts) == "refused"


@given(st.integers(min_value=0, max_value=10_000))
def test_pauses_grow_and_stay_bounded(attempt: int) -> None:
    assert pause_before(attempt) <= pause_before(attempt + 1) <= LONGEST_PAUSE


@given(categories)
def test_abuse_never_lifts_the_protection_of_criticism(held: list[str]) -> None:
    with_abuse = [*held, Category.ABUSE.value]

    assert is_protected(with_abuse) == is_protected(held)
    if is_protected(held):
        assert Category.HATE.value not in held
        assert Category.THREAT_TO_LIFE.value not in held


@given(categories)
def test_a_threat_always_names_the_case_and_waits_for_a_person(held: list[str]) -> None:
    with_threat = [*held, Category.THREAT_TO_LIFE.value]

    assert first_of(with_threat) == Category.THREAT_TO_LIFE
    assert waits_for_a_person(with_threat)
    assert reason_for(first_of(with_threat)) == "threat"
