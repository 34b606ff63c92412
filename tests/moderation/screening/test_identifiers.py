"""British numbers and marks are not read as disguised words; a disguise that only resembles one is."""

from __future__ import annotations

import pytest

from moderation.screening.compiled import RuleSet
from moderation.screening.screen import screen
from tests.moderation.screening.conftest import entry

RULES = RuleSet(
    entry(word)
    for word in ("ass", "sex", "bitch", "fuck", "shit", "bum", "twat", "boobies", "faggot", "dyke")
)


@pytest.mark.parametrize(
    "text",
    [
        "A55 closed eastbound",
        "Postcode W1T 5EX",
        "postcode w1t 5ex",
        "Vehicle reg FU11 CKS",
        "B1 TCH is a plate",
        "B1TCH reported as stolen plate",
        "Invoice A55-0155, order 4SS-1235",
        "crime number 5318008",
        "ID: F4G7-K1K3-2210 is a session id",
        "bit.ly/4ss is down",
        "Base64: YjF0Y2g= in the log",
        "Twatt Church Hall, Orkney",
        "£455 stolen",
    ],
)
def test_a_mark_stays_a_mark(text: str) -> None:
    assert screen(text, RULES).is_clean


@pytest.mark.parametrize("text", ["sh1t", "SH1T 4SS", "b1+ch", "@ss", "you b17ch", "twatt", "what an a$$"])
def test_a_disguise_is_no_mark(text: str) -> None:
    assert screen(text, RULES).findings


def test_a_place_named_like_a_word_is_known_by_what_stands_before_it() -> None:
    assert screen("Road closed at Dyke this morning", RULES).is_clean
    assert screen("what a Dyke", RULES).findings
    assert screen("closed at dyke", RULES).findings
