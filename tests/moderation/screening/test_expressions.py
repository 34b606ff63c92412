"""Regular expressions of a force: searched with RE2, refused with the place of the mistake."""

from __future__ import annotations

import time

import pytest

from moderation.screening.categories import Action
from moderation.screening.compiled import RuleSet
from moderation.screening.entries import Kind, PatternError, needle_for
from moderation.screening.screen import screen
from moderation.screening.views import ViewName
from tests.moderation.screening.conftest import entry


def expression(pattern: str, **others: object) -> RuleSet:
    return RuleSet([entry(pattern, kind=Kind.REGEX, **others)])  # type: ignore[arg-type]


def test_an_expression_hits_with_the_original_place() -> None:
    rules = expression(r"(kill|burn) (him|her|them)")
    text = "They will BURN  the\u0301m soon"

    (hit,) = screen(text, rules).findings

    assert text[hit.start : hit.end] == "BURN  the\u0301m"
    assert hit.view is ViewName.FOLDED
    assert hit.action is Action.HIDE


def test_several_expressions_and_words_are_searched_together() -> None:
    rules = RuleSet([entry(r"\d{5,}", kind=Kind.REGEX), entry(r"\bgold\b", kind=Kind.REGEX), entry("silver")])

    assert {hit.pattern for hit in screen("Gold 123456 and silver", rules).findings} == {
        r"\d{5,}",
        r"\bgold\b",
        "silver",
    }
    assert screen("golden 1234", rules).is_clean


@pytest.mark.parametrize(
    ("pattern", "position", "says"),
    [
        ("kill (him|her", 5, "never closed"),
        ("kill him)", 8, "closes nothing"),
        ("kill[z-a]", 5, "range"),
        ("kill(?= him)", 4, "ahead"),
        (r"(k)ill\1", 6, "backslash"),
        ("a**", 1, "side by side"),
        ("a{5000}", 1, "too large"),
        ("café", 3, "write e"),
        (".*", 0, "nearly every"),
        ("", 0, "nearly every"),
    ],
)
def test_a_refused_expression_says_what_and_where(pattern: str, position: int, says: str) -> None:
    with pytest.raises(PatternError) as refusal:
        needle_for(pattern, Kind.REGEX)

    assert refusal.value.position == position
    assert says in refusal.value.sentence


def test_an_expression_cannot_hang_the_desk() -> None:
    rules = expression(r"(a+)+$")
    began = time.process_time()

    screen("a" * 63_000 + "!", rules)

    assert time.process_time() - began < 1.0


def test_an_exception_excuses_an_expression() -> None:
    rules = expression(r"silver \w+", exceptions=("silver lining",))

    assert screen("every silver lining", rules).is_clean
    assert screen("silver bullet", rules).findings
