"""Judgement of moderation as pure functions: the steps of an act, and what a person may decide."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from moderation.screening.categories import PRECEDENCE, PROTECTED, Category

# What may take a comment down although it also criticises the force.
STRONGER_THAN_CRITICISM = frozenset(
    category.value
    for category in (
        Category.THREAT_TO_LIFE,
        Category.CHILD_SAFETY,
        Category.LEGAL_RISK,
        Category.PERSONAL_DATA,
        Category.HATE,
        Category.SCAM_IMPERSONATION,
    )
)

MOST_UNKNOWN_TRIES = 5
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=5)


class Outcome(StrEnum):
    """What one call to the network came to."""

    DONE = "done"
    GONE = "gone"
    LATER = "later"
    REFUSED = "refused"
    UNKNOWN = "unknown"


# An act that is over never moves again; `unknown` may be repeated because every verb is idempotent.
STEPS: dict[str, frozenset[str]] = {
    "due": frozenset({"leased", "dropped"}),
    "leased": frozenset({"acting", "due", "leased", "refused"}),
    "acting": frozenset({"done", "refused", "due", "unknown"}),
    "unknown": frozenset({"leased", "refused"}),
    "done": frozenset(),
    "refused": frozenset(),
    "dropped": frozenset(),
}


def may_step(before: str, after: str) -> bool:
    """True for a step that an act may take."""
    return after in STEPS[before]


def state_after(outcome: Outcome, *, attempts: int) -> str:
    """Where an act goes from the network's answer."""
    match outcome:
        case Outcome.DONE | Outcome.GONE:
            return "done"
        case Outcome.LATER:
            return "due"
        case Outcome.UNKNOWN if attempts < MOST_UNKNOWN_TRIES:
            return "unknown"
        case _:
            return "refused"


def pause_before(attempt: int) -> timedelta:
    """How long to leave the network alone after this many attempts."""
    doubled: int = 2 ** min(10, max(0, attempt - 1))
    return min(LONGEST_PAUSE, FIRST_PAUSE * doubled)


def is_protected(categories: Collection[str]) -> bool:
    """True for criticism that nothing stronger than abuse speaks against."""
    held = set(categories)
    protecting = held & {category.value for category in PROTECTED}
    return bool(protecting) and not held & STRONGER_THAN_CRITICISM


def first_of(categories: Collection[str]) -> str:
    """The category that names a case."""
    return min(categories, key=lambda name: PRECEDENCE[Category(name)], default="")


# Hidden or not, somebody has to read these.
PERSON_FIRST = frozenset(
    category.value
    for category in (Category.THREAT_TO_LIFE, Category.CHILD_SAFETY, Category.WELFARE, Category.CRIME_REPORT)
)

_REASONS = {
    Category.THREAT_TO_LIFE.value: "threat",
    Category.PERSONAL_DATA.value: "personal",
    Category.HATE.value: "hate",
    Category.LEGAL_RISK.value: "legal",
    Category.SCAM_IMPERSONATION.value: "spam",
    Category.SPAM_FLOOD.value: "spam",
    Category.ABUSE.value: "abuse",
}


def waits_for_a_person(categories: Collection[str]) -> bool:
    """True when a case stays open although a dictionary has hidden the text already."""
    return bool(PERSON_FIRST & set(categories))


def reason_for(category: str) -> str:
    """The reason code that a category stands for."""
    return _REASONS.get(category, "other")
