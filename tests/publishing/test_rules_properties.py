"""Whatever happens to a delivery, in whatever order, it is sent at most once and stays what it became."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from publishing.models.delivery import FINAL, State
from publishing.rules import STEPS, Event, ImpossibleStep, next_state, pause_before_retry, standing


def walk(events: list[Event]) -> list[State]:
    """The states that a delivery passes through; impossible events change nothing."""
    states = [State.SCHEDULED]
    for event in events:
        try:
            states.append(next_state(states[-1], event))
        except ImpossibleStep:
            continue
    return states


@given(st.lists(st.sampled_from(Event)))
def test_a_delivery_is_sent_at_most_once(events: list[Event]) -> None:
    assert walk(events).count(State.SENT) <= 1


@given(st.lists(st.sampled_from(Event)))
def test_it_never_goes_back_to_the_queue_from_sending_without_proof(events: list[Event]) -> None:
    states = walk(events)
    for before, after in pairwise(states):
        if before is State.UNKNOWN:
            assert after in {State.SENT, State.SCHEDULED, State.EXPIRED, State.NEEDS_PERSON}
        assert before not in FINAL


def test_no_step_leads_out_of_a_final_state() -> None:
    assert not [step for step in STEPS if step[0] in FINAL]


@given(st.integers(1, 40), st.integers(0, 900))
def test_a_pause_is_never_shorter_than_the_network_asks(attempt: int, asked: int) -> None:
    pause = pause_before_retry(attempt, asked_for=timedelta(seconds=asked))
    assert timedelta(seconds=asked) < pause <= timedelta(seconds=asked + 121)


@given(st.lists(st.tuples(st.sampled_from([state.value for state in State]), st.integers(0, 3))))
def test_a_post_is_complete_only_when_every_channel_has_it(deliveries: list[tuple[str, int]]) -> None:
    stands = standing(deliveries)
    assert stands.total == len(deliveries)
    assert stands.is_complete == (bool(deliveries) and all(state == "sent" for state, _tries in deliveries))
