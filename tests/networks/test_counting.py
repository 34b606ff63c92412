"""Texts are as long as the networks say they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hqdash.networks import all_networks, get_network
from hqdash.networks.counting import fits, graphemes, weighted
from hqdash.networks.network import NoSuchNetwork

# From the published conformance tests of twitter-text 3.1.
KNOWN = [
    ("", 0),
    ("This is a test.", 15),
    ("a" * 280, 280),
    ("のののののののののの", 20),
    ("日本語", 6),
    ("http://test.com", 23),
    ("This is a test https://example.com/with/a/very/long/path?and=query", 38),
    ("example.com", 23),
    ("H🐱☺👨‍👩‍👧‍👦", 7),
    ("😷😷", 4),
    ("👨‍👩‍👧‍👦", 2),
    ("é", 1),
    ("e\u0301", 1),
    ("“smart quotes”", 14),
]


@pytest.mark.parametrize(("text", "length"), KNOWN)
def test_x_counts_like_twitter_text(text: str, length: int) -> None:
    assert weighted(text) == length


def test_a_text_that_does_not_fit_says_by_how_much() -> None:
    count = fits(get_network("x"), "a" * 285)
    assert (count.used, count.limit, count.left, count.fits) == (285, 280, -5, False)
    assert fits(get_network("facebook"), "a" * 285).fits
    assert fits(get_network("wordpress"), "a" * 285).fits


def test_a_family_is_one_character_to_a_reader() -> None:
    assert graphemes("👨‍👩‍👧‍👦") == 1
    assert graphemes("🇬🇧") == 1


@given(st.text(max_size=300))
def test_every_text_has_a_length_everywhere(text: str) -> None:
    for network in all_networks():
        assert fits(network, text).used >= 0


def test_cards_are_found_by_their_folders() -> None:
    assert [network.slug for network in all_networks()] == ["facebook", "wordpress", "x"]
    with pytest.raises(NoSuchNetwork):
        get_network("myspace")
