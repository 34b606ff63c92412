"""What holds for every text that anybody could ever write."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.screening.categories import PROTECTED, Action, Category, most_that
from moderation.screening.compiled import RuleSet
from moderation.screening.fold import fold
from moderation.screening.screen import screen
from moderation.screening.starter import starter_dictionaries
from moderation.screening.views import MOST_THAT_A_VIEW_MAY_DO, ViewName
from tests.moderation.screening.conftest import entry

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


WORD = "scumbag"
ONE_WORD = RuleSet([entry(WORD, category=Category.HATE, action=Action.REMOVE)])
disguised = st.text(alphabet="scumbagSCUMBAG0145$@!*_.- \u200b\u0301ѕс", min_size=1, max_size=60)
spelt = st.lists(
    st.sampled_from([*WORD, "5", "$", "@", "4", "*", "u", " ", ".", "\u200b", "gg", "uuu"]), max_size=24
).map("".join)


@settings(max_examples=400)
@given(st.one_of(disguised, spelt))
def test_a_disguise_stands_in_the_text_and_keeps_to_its_cap(text: str) -> None:
    for hit in screen(text, ONE_WORD).findings:
        assert 0 <= hit.start < hit.end <= len(text)
        # At least half of the word is there to be seen, and the hit begins and ends with what was read.
        assert len(fold(text[hit.start : hit.end])) * 2 >= len(WORD)
        assert fold(text[hit.start]).strip()
        assert hit.action is min(Action.REMOVE, MOST_THAT_A_VIEW_MAY_DO[hit.view])


@settings(max_examples=200)
@given(st.one_of(disguised, spelt))
def test_a_disguise_never_leads_further_than_the_plain_word(text: str) -> None:
    assert screen(text, ONE_WORD).action <= screen(WORD, ONE_WORD).action


@given(texts)
def test_a_text_is_judged_alike_the_second_time(text: str) -> None:
    assert screen(text, STARTER) == screen(text, STARTER)


@settings(max_examples=200)
@given(st.one_of(texts, disguised))
def test_criticism_is_never_a_ground_for_anything(text: str) -> None:
    for hit in screen(f"{text} this is a p0lice st4te, p o l i c e state", STARTER).findings:
        if hit.category in PROTECTED:
            assert hit.action is Action.NONE
