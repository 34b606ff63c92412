"""Words, phrases, wildcards and domains hit what they should and nothing around it."""

from __future__ import annotations

import pytest

from moderation.screening.categories import Action, Category
from moderation.screening.compiled import RuleSet, RuleSets
from moderation.screening.entries import Direction, Entry, Kind, PatternError, needle_for
from moderation.screening.screen import PLACES_PER_ENTRY, screen
from moderation.screening.views import ViewName
from tests.moderation.screening.conftest import entry


def found_in(text: str, *entries: Entry) -> list[str]:
    """The original characters of every finding."""
    return [text[hit.start : hit.end] for hit in screen(text, RuleSet(entries)).findings]


def test_only_whole_words_hit() -> None:
    word = entry("ass", kind=Kind.LITERAL)

    assert found_in("you ASS!", word) == ["ASS"]
    assert found_in("class, assist, grass, @ass_hertfordshire", word) == []
    # Invisible characters inside a longer word do not make it two words.
    assert found_in("cl\u200bass", word) == []


def test_a_phrase_survives_any_gap() -> None:
    phrase = entry("go away now")

    assert found_in("Go  away\n\tnow.", phrase) == ["Go  away\n\tnow"]
    assert found_in("ago away now", phrase) == []


def test_a_wildcard_is_open_on_one_side() -> None:
    start, end = entry("muppet*", kind=Kind.WILDCARD), entry("*head", kind=Kind.WILDCARD)

    assert found_in("muppetry", start) == ["muppet"]
    assert found_in("supermuppet", start) == []
    assert found_in("blockhead headline", end) == ["head"]


def test_a_domain_hits_its_parts_and_not_its_namesakes() -> None:
    domain = entry("bad.example", kind=Kind.DOMAIN)

    assert found_in("see https://www.bad.example/join.", domain) == ["bad.example"]
    assert found_in("see pay.bad.example now", domain) == ["bad.example"]
    assert found_in("notbad.example bad.example.org bad-bad.example", domain) == []
    assert found_in("ｂａｄ。example", domain) == ["ｂａｄ。example"]


def test_a_folded_hit_names_the_original_span_and_its_steps() -> None:
    (hit,) = screen("oh fu\u200bсk!", RuleSet([entry("fuck")])).findings

    assert (hit.start, hit.end) == (3, 8)
    assert hit.view is ViewName.FOLDED
    assert hit.steps == ("zero width space removed", "с > c")


def test_an_exception_excuses_and_is_named() -> None:
    word = entry("cock", kind=Kind.LITERAL, exceptions=("cock of the north",))

    verdict = screen("meet at The Cock of the North", RuleSet([word]))
    assert verdict.is_clean
    assert verdict.excused[0].because == "cock of the north"
    assert found_in("what a cock of the walk", word) == ["cock"]


def test_a_place_is_innocent_with_its_capitals_only() -> None:
    insult = entry("bell end")

    assert found_in("Bell End is closed, use Rowley Road", insult) == []
    assert found_in("what a bell end", insult) == ["bell end"]


def test_a_word_inside_an_address_means_nothing() -> None:
    word = entry("cum", kind=Kind.LITERAL)

    assert found_in("http://www.cum.qc.ca/ and p.cum@example.org", word) == []
    assert found_in("cum http://example.org", word) == ["cum"]


def test_our_own_words_have_their_own_entries() -> None:
    ours = entry("guilty", category=Category.OUT_LEGAL, action=Action.REVIEW, direction=Direction.OUTBOUND)
    rules = RuleSet([ours])

    assert screen("he is guilty", rules).is_clean
    assert screen("he is guilty", rules, direction=Direction.OUTBOUND).action is Action.REVIEW


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("", Kind.LITERAL),
        ("\u200b", Kind.LITERAL),
        ("!!", Kind.PHRASE),
        ("*", Kind.WILDCARD),
        ("a*", Kind.WILDCARD),
        ("*ass*", Kind.WILDCARD),
        ("a*ss*", Kind.WILDCARD),
        ("word", Kind.WILDCARD),
        ("not a host", Kind.DOMAIN),
        ("x" * 201, Kind.LITERAL),
    ],
)
def test_a_pattern_that_cannot_work_is_refused_with_a_sentence(pattern: str, kind: Kind) -> None:
    with pytest.raises(PatternError) as refusal:
        needle_for(pattern, kind)

    assert refusal.value.sentence.endswith(".")


def test_a_repeated_word_is_explained_by_its_first_places() -> None:
    assert len(found_in("twit " * 5000, entry("twit"))) == PLACES_PER_ENTRY


def test_a_rule_set_is_compiled_once_and_swapped_whole() -> None:
    sets = RuleSets(keep=1)
    loads: list[str] = []

    def load(name: str) -> list[Entry]:
        loads.append(name)
        return [entry(name)]

    first = sets.get(frozenset({"v1"}), lambda: load("one"))
    assert sets.get(frozenset({"v1"}), lambda: load("one")) is first
    second = sets.get(frozenset({"v2"}), lambda: load("two"))

    assert loads == ["one", "two"]
    assert screen("two", second).findings and not screen("two", first).findings
    sets.get(frozenset({"v1"}), lambda: load("again"))
    assert loads == ["one", "two", "again"]
