"""What holds for every text that anybody could ever write."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.screening.categories import Action, Category, most_that
from moderation.screening.compiled import RuleSet
from moderation.screening.fold import fold
from moderation.screening.screen import screen
from moderation.screening.starter import starter_dictionaries
from moderation.screening.views import MOST_THAT_A_VIEW_MAY_DO, ViewName

STARTER = RuleSet(entry for listed in starter_dictionaries() for entry in listed.entries())
TERMS = [term.pattern.strip("*") for listed in starter_dictionaries() for term in listed.terms]
pieces = st.one_of(
    st.text(max_size=12), st.sampled_from(TERMS), st.sampled_from([" ", "\u200b", "\u0301", "ｆ"])
)
texts = st.lists(pieces, max_size=12).map("".join)


@settings(max_examples=300)
@given(texts)
def test_a_finding_stands_where_it_says(text: str) -> None:
    for hit in screen(text, STARTER).findings:
        assert 0 <= hit.start < hit.end <= len(text)
        if hit.view in (ViewName.PLAIN, ViewName.FOLDED):
            assert fold(hit.pattern.strip("*")).strip() in fold(text[hit.start : hit.end])


@settings(max_examples=300)
@given(texts)
def test_a_finding_never_does_more_than_its_category_may(text: str) -> None:
    verdict = screen(text, STARTER)
    for hit in verdict.findings:
        assert hit.action <= hit.asked
        assert hit.action <= most_that(hit.category)
        assert hit.action <= MOST_THAT_A_VIEW_MAY_DO[hit.view]
        assert (hit.view is ViewName.PLAIN) == (not hit.steps)
    assert verdict.action <= max((hit.action for hit in verdict.findings), default=Action.NONE)


@given(st.text(alphabet="0123456789 .,;:-+/()?!\n"))
def test_a_text_without_letters_never_hits(text: str) -> None:
    assert screen(text, STARTER).is_clean


@given(texts)
def test_protected_speech_turns_abuse_into_a_review(text: str) -> None:
    verdict = screen(f"{text} you piece of shit, this is a police state", STARTER)

    hiding = {hit.category for hit in verdict.findings if hit.action >= Action.HIDE}
    if hiding <= {Category.ABUSE}:
        assert verdict.action is Action.REVIEW
