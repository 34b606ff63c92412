"""A disguised word is seen through, named with its view and steps, and never leads further than its view may."""

from __future__ import annotations

import pytest

from moderation.screening.categories import Action, Category
from moderation.screening.compiled import RuleSet
from moderation.screening.entries import Kind
from moderation.screening.explanation import Finding
from moderation.screening.screen import screen
from moderation.screening.views import MOST_THAT_A_VIEW_MAY_DO, ViewName
from tests.moderation.screening.conftest import entry

WORDS = ("fuck", "shit", "bitch", "kill", "idiot", "scumbag", "cunt", "ass", "kill you", "death to", "god")
RULES = RuleSet(
    [
        *(entry(word, action=Action.REMOVE) for word in WORDS),
        entry("muppet*", kind=Kind.WILDCARD, action=Action.REMOVE),
        entry("*head", kind=Kind.WILDCARD, action=Action.REMOVE),
    ]
)


def found_in(text: str) -> list[Finding]:
    return list(screen(text, RULES).findings)


@pytest.mark.parametrize(
    ("text", "seen", "pattern", "view"),
    [
        ("what a b1tch!", "b1tch", "bitch", ViewName.LEET),
        ("$hit happens", "$hit", "shit", ViewName.LEET),
        ("oh fvck off", "fvck", "fuck", ViewName.LEET),
        ("you m0ppet", "", "", None),
        ("you mupp3ts", "mupp3t", "muppet*", ViewName.LEET),
        ("a d!ckh3ad", "h3ad", "*head", ViewName.LEET),
        ("fuuuuck", "fuuuuck", "fuck", ViewName.ELONGATED),
        ("SHIIIIIT", "SHIIIIIT", "shit", ViewName.ELONGATED),
        ("idiiot", "idiiot", "idiot", ViewName.DOUBLED),
        ("oh f u c k off", "f u c k", "fuck", ViewName.SPACED),
        ("f.u.c.k", "f.u.c.k", "fuck", ViewName.SPACED),
        ("f_u_c_k", "f_u_c_k", "fuck", ViewName.SPACED),
        ("5 h 1 t", "5 h 1 t", "shit", ViewName.SPACED),
        ("you are a s c u m b a g", "s c u m b a g", "scumbag", ViewName.SPACED),
        ("fu ck this", "fu ck", "fuck", ViewName.SPLIT),
        ("scum.bag", "", "", None),
        ("sc.umbag", "sc.umbag", "scumbag", ViewName.SPLIT),
        ("f*ck this", "f*ck", "fuck", ViewName.MASKED),
        ("f**k this", "f**k", "fuck", ViewName.MASKED),
        ("sh@t", "sh@t", "shit", ViewName.MASKED),
        ("fukc this", "fukc", "fuck", ViewName.FUZZY),
        ("you idot", "idot", "idiot", ViewName.FUZZY),
        ("I will k i l l you", "k i l l you", "kill you", ViewName.SPACED),
        ("I will k1ll you", "k1ll you", "kill you", ViewName.LEET),
        ("I will klil you", "klil you", "kill you", ViewName.FUZZY),
        ("kill-you", "kill-you", "kill you", ViewName.SPLIT),
        ("#deathto them", "deathto", "death to", ViewName.SPLIT),
        ("fu\u200bсk", "fu\u200bсk", "fuck", ViewName.FOLDED),
        ("ｆ＊ｃｋ", "ｆ＊ｃｋ", "fuck", ViewName.MASKED),
        ("f\u200b4ck f4ck", "", "", None),
    ],
)
def test_a_disguise_is_named_and_stands_where_it_says(
    text: str, seen: str, pattern: str, view: ViewName | None
) -> None:
    hits = [hit for hit in found_in(text) if hit.pattern == pattern]
    if view is None:
        assert all(hit.view in (ViewName.MASKED, ViewName.FUZZY) for hit in found_in(text))
        return

    assert text[hits[0].start : hits[0].end] == seen
    assert hits[0].view is view
    assert hits[0].steps
    assert hits[0].action is min(Action.REMOVE, MOST_THAT_A_VIEW_MAY_DO[view])


def test_each_view_has_its_cap() -> None:
    caps = MOST_THAT_A_VIEW_MAY_DO

    assert {view for view in ViewName if caps[view] is Action.REMOVE} == {
        ViewName.PLAIN,
        ViewName.FOLDED,
        ViewName.LEET,
        ViewName.ELONGATED,
        ViewName.SPACED,
    }
    assert {view for view in ViewName if caps[view] is Action.HIDE} == {
        ViewName.SPLIT,
        ViewName.MASKED,
        ViewName.DOUBLED,
    }
    assert caps[ViewName.FUZZY] is Action.REVIEW
    assert set(caps) == set(ViewName)


def test_the_steps_say_what_was_undone() -> None:
    (hit,) = found_in("oh $h\u200b1t")
    assert set(hit.steps) == {"$ > s", "1 > i", "zero width space removed"}

    (hit,) = found_in("f*ck")
    assert hit.steps == ("* read as u",)

    (hit,) = found_in("fukc")
    assert hit.steps == ("two letters swapped: fuck",)


@pytest.mark.parametrize(
    "text",
    [
        "goood morning",
        "class, assess, assassin, Scunthorpe, shiitake",
        "A S S E S S the risk",
        "C L A S S of 2019",
        "a b c d e f g",
        "N H S staff, P C S O Jones, R I P Dave",
        "is he killed or killing?",
        "mass-age of the bus is hit",
        "he asked for a duck",
        "£455 and 5 s h i p s",
        "https://example.org/f4ck/sh1t and sh1t@example.org",
        "@sh1t_man please respond",
    ],
)
def test_ordinary_words_are_never_read_as_something_else(text: str) -> None:
    assert found_in(text) == []


def test_a_word_written_as_it_is_needs_no_second_reading() -> None:
    (hit,) = found_in("fuck")

    assert hit.view is ViewName.PLAIN
    assert hit.steps == ()


def test_an_exception_holds_for_a_disguised_word_too() -> None:
    rules = RuleSet([entry("cock", kind=Kind.LITERAL, exceptions=("cock of the north",))])

    assert screen("the c0ck of the north", rules).is_clean
    assert screen("you c0ck", rules).findings


def test_a_misspelt_word_never_hides_anything() -> None:
    rules = RuleSet([entry("scumbag", category=Category.HATE, action=Action.REMOVE)])

    assert screen("you scumabg", rules).action is Action.REVIEW
    assert screen("you scumbag", rules).action is Action.REMOVE


def test_what_was_seen_before_is_seen_again() -> None:
    rules = RuleSet([entry("fuck")])
    texts = ["f u c k", "fu ck", "f*ck", "fukc", "fuuuck"]

    first = [screen(text, rules) for text in texts]
    assert [screen(text, rules) for text in texts] == first
