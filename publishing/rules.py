"""Judgement about posts and deliveries: pure functions of plain values."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from publishing.models.delivery import State


class Event(StrEnum):
    """What can happen to a delivery."""

    CLAIMED = "claimed"
    GIVEN_BACK = "given_back"
    NO_RIGHT = "no_right"
    CALLED_OFF = "called_off"
    TOO_LATE = "too_late"
    STARTED = "started"
    CONFIRMED = "confirmed"
    NETWORK_REFUSED = "network_refused"
    NOT_SENT = "not_sent"
    NO_CLEAR_ANSWER = "no_clear_answer"
    FOUND = "found"
    PROVEN_ABSENT = "proven_absent"
    ABSENT_TOO_LATE = "absent_too_late"
    CANNOT_PROVE = "cannot_prove"
    PERSON_FOUND_IT = "person_found_it"
    PERSON_SAYS_NOT_SENT = "person_says_not_sent"


class ImpossibleStep(RuntimeError):
    """A delivery was about to take a step that there is not."""


STEPS: Mapping[tuple[State, Event], State] = {
    (State.SCHEDULED, Event.CLAIMED): State.LEASED,
    (State.SCHEDULED, Event.TOO_LATE): State.EXPIRED,
    (State.SCHEDULED, Event.CALLED_OFF): State.CANCELLED,
    (State.LEASED, Event.GIVEN_BACK): State.SCHEDULED,
    (State.LEASED, Event.NO_RIGHT): State.REFUSED,
    (State.LEASED, Event.TOO_LATE): State.EXPIRED,
    (State.LEASED, Event.STARTED): State.SENDING,
    (State.SENDING, Event.CONFIRMED): State.SENT,
    (State.SENDING, Event.NETWORK_REFUSED): State.REFUSED,
    (State.SENDING, Event.NOT_SENT): State.SCHEDULED,
    (State.SENDING, Event.NO_CLEAR_ANSWER): State.UNKNOWN,
    (State.UNKNOWN, Event.FOUND): State.SENT,
    (State.UNKNOWN, Event.PROVEN_ABSENT): State.SCHEDULED,
    (State.UNKNOWN, Event.ABSENT_TOO_LATE): State.EXPIRED,
    (State.UNKNOWN, Event.CANNOT_PROVE): State.NEEDS_PERSON,
    (State.NEEDS_PERSON, Event.PERSON_FOUND_IT): State.SENT,
    (State.NEEDS_PERSON, Event.PERSON_SAYS_NOT_SENT): State.CANCELLED,
}


def next_state(state: State, event: Event) -> State:
    """Where a delivery goes from here; an impossible step is an error, not a shrug."""
    try:
        return STEPS[state, event]
    except KeyError:
        raise ImpossibleStep(f"a delivery that is {state} cannot be {event}") from None


def pause_before_retry(attempt: int, *, asked_for: timedelta | None = None) -> timedelta:
    """How long to leave a network alone after the given attempt that provably sent nothing."""
    # Full jitter: a broadcast fails on all channels at once, and equal pauses would send them all
    # back in the same second.
    spread = timedelta(seconds=random.uniform(0.2, min(120, 2**attempt)))  # noqa: S311
    return (asked_for or timedelta()) + spread


CLEAN_LOOKS_NEEDED = 2
LOOKS_BEFORE_A_PERSON = 8


def next_look(looks: int, *, settle: timedelta) -> timedelta:
    """When to read a channel back after ``looks`` looks: first after the network has settled."""
    return settle if looks == 0 else timedelta(seconds=min(60, 3 * 2**looks))


class Tone(StrEnum):
    """How a receipt looks."""

    OK = "ok"
    INFO = "info"
    WARN = "warn"
    BAD = "bad"
    QUIET = ""


TONES: Mapping[State, Tone] = {
    State.SCHEDULED: Tone.INFO,
    State.LEASED: Tone.INFO,
    State.SENDING: Tone.INFO,
    State.UNKNOWN: Tone.WARN,
    State.SENT: Tone.OK,
    State.REFUSED: Tone.BAD,
    State.EXPIRED: Tone.BAD,
    State.NEEDS_PERSON: Tone.BAD,
    State.CANCELLED: Tone.QUIET,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a post stands over all its deliveries."""

    delivered: int
    in_progress: int
    retrying: int
    checking: int
    failed: int
    cancelled: int

    @property
    def total(self) -> int:
        """How many channels it was meant for."""
        return (
            self.delivered + self.in_progress + self.retrying + self.checking + self.failed + self.cancelled
        )

    @property
    def is_over(self) -> bool:
        """True when nothing more will happen by itself."""
        return not (self.in_progress or self.retrying or self.checking)

    @property
    def is_complete(self) -> bool:
        """True only when every channel has it: a post that is missing anywhere is never shown as sent."""
        return self.delivered == self.total and self.total > 0


def standing(deliveries: Iterable[tuple[str, int]]) -> Standing:
    """Count (state, attempts) pairs into a standing."""
    counts = dict.fromkeys(("delivered", "in_progress", "retrying", "checking", "failed", "cancelled"), 0)
    for state, attempts in deliveries:
        counts[_bucket(State(state), attempts)] += 1
    return Standing(**counts)


def _bucket(state: State, attempts: int) -> str:
    match state:
        case State.SENT:
            return "delivered"
        case State.UNKNOWN:
            return "checking"
        case State.CANCELLED:
            return "cancelled"
        case State.REFUSED | State.EXPIRED | State.NEEDS_PERSON:
            return "failed"
        case State.SCHEDULED if attempts:
            return "retrying"
        case _:
            return "in_progress"
