"""Folding sees through disguise and never loses the place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.screening.fold import fold, origins, steps_between

DISGUISED = [
    ("ｆｕｃｋ", "fuck"),
    ("𝖋𝖚𝖈𝖐", "fuck"),
    ("ⓕⓤⓒⓚ", "fuck"),
    ("🅵🅤🅲🅺", "fuck"),
    ("fսcк", "fuck"),
    ("f\u200bu\u00adck", "fuck"),
    ("fúčk", "fuck"),
    ("fu\u0489ck", "fuck"),
    ("ꜰᴜᴄᴋ", "fuck"),
    ("KІLL", "kill"),
    ("Straße", "strasse"),
    ("I’ll  kill\u00a0you", "i'll kill you"),
    ("don´t", "don't"),
]


@pytest.mark.parametrize(("written", "read"), DISGUISED)
def test_a_disguise_is_read_as_it_looks(written: str, read: str) -> None:
    assert fold(written) == read


def test_ascii_digits_and_letters_stay_themselves() -> None:
    assert fold("0 1 m rn l I") == "0 1 m rn l i"


def test_half_a_character_does_not_stop_a_screening() -> None:
    assert fold("a\ud800b") == "a\ufffdb"


def test_the_steps_are_said_in_words() -> None:
    assert steps_between("f\u200bú\u0301ck", "fuck") == (
        "zero width space removed",
        "ú > u",
        "combining mark removed",
    )
    assert steps_between("FUCK", "fuck") == ()


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(" \n\t\u200b\u0301éｆß½´Ω"))))
def test_every_folded_character_has_an_original(text: str) -> None:
    places = list(origins(text))
    folded = fold(text)

    assert len(places) == len(folded)
    assert places == sorted(places)
    for letter, place in zip(folded, places, strict=True):
        assert letter in fold(text[place])
