"""A post is recognised by new id and same text, and an absence is only told when it is proven."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hqdash.networks.matching import Listed, landing, normalised, plain_text, same_text
from hqdash.networks.types import Absent, Landed, Probe, Published, Unsure
from hqdash.networks.wordpress.mapping import paragraphs, title

WORDS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="@\u2028\u2029"),
    min_size=1,
    max_size=80,
).filter(lambda text: bool(text.strip()))


def listed(*posts: tuple[str, str]) -> Sequence[Listed]:
    return [Listed(Published(external_id, "https://example.org"), text) for external_id, text in posts]


def probe(text: str, *seen: str) -> Probe:
    return Probe(text, frozenset(seen))


def test_a_new_id_with_our_text_has_landed() -> None:
    found = landing(probe("B", "1"), listed(("2", "B"), ("1", "A")), whole=False)
    assert found == Landed(Published("2", "https://example.org"))


def test_of_two_equal_posts_the_older_one_is_ours() -> None:
    found = landing(probe("B", "1"), listed(("3", "B"), ("2", "B"), ("1", "A")), whole=False)
    assert isinstance(found, Landed)
    assert found.published.external_id == "2"


def test_a_list_that_reaches_back_proves_an_absence() -> None:
    assert landing(probe("B", "1"), listed(("2", "C"), ("1", "A")), whole=False) == Absent()


def test_a_list_full_of_new_posts_proves_nothing() -> None:
    assert isinstance(landing(probe("B", "1"), listed(("3", "C"), ("2", "D")), whole=False), Unsure)


def test_an_empty_list_proves_nothing_if_there_were_posts_before() -> None:
    assert isinstance(landing(probe("B", "1"), listed(), whole=True), Unsure)


def test_an_empty_list_of_an_empty_account_proves_an_absence() -> None:
    assert landing(probe("B"), listed(), whole=True) == Absent()
    assert isinstance(landing(probe("B"), listed(), whole=False), Unsure)


def test_a_pinned_post_says_nothing_about_how_far_a_list_reaches() -> None:
    pinned = listed(("1", "Pinned"), ("9", "C"), ("8", "D"))
    assert isinstance(landing(probe("B", "1", "2"), pinned, whole=False), Unsure)
    assert landing(probe("B", "1", "2"), [*pinned, *listed(("2", "A"))], whole=False) == Absent()


def test_an_old_post_that_slid_in_after_a_deletion_is_not_ours() -> None:
    slid = listed(("7", "C"), ("5", "A"), ("4", "A2"), ("3", "B"))
    assert landing(probe("B", "5", "4"), slid, whole=False) == Absent()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("See example.org", "See http://example.org/"),
        ("See https://Example.org/a", "See https://example.org/a/"),
        ("Café", "Cafe\u0301"),
        ("Two\n\nlines", "Two lines"),
        ("Thank you", "@somebody @else Thank you"),
        ("Read it", "Read it https://example.org/x"),
        ("@desk hello", "@desk hello"),
    ],
)
def test_what_networks_change_on_the_way_is_seen_through(ours: str, theirs: str) -> None:
    assert same_text(ours, theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Road open", "Road opened"),
        ("Road open", "road open"),
        ("Yes", "Yes indeed"),
        ("A", "A B https://x.org"),
    ],
)
def test_another_text_is_another_post(ours: str, theirs: str) -> None:
    assert not same_text(ours, theirs)


@given(WORDS)
def test_a_text_is_always_its_own(text: str) -> None:
    assert same_text(text, text)
    assert same_text(text, unicodedata.normalize("NFD", text))
    assert normalised(normalised(text)) == normalised(text)


@given(WORDS)
def test_a_text_comes_back_whole_out_of_html(text: str) -> None:
    assert normalised(plain_text(paragraphs(text))) == normalised(text)


@given(
    st.lists(st.integers(0, 30), unique=True, max_size=20),
    st.sets(st.integers(0, 30), max_size=20),
    st.booleans(),
)
def test_a_post_that_is_listed_as_new_is_never_called_absent(
    ids: list[int], seen: set[int], whole: bool
) -> None:
    newest_first = sorted(ids, reverse=True)
    known = {number for number in seen if not ids or number < max(ids)}
    posts = [(str(number), "ours" if number == max(ids) else "other") for number in newest_first]
    found = landing(probe("ours", *map(str, known)), listed(*posts), whole=whole)
    if ids:
        assert found == Landed(Published(str(max(ids)), "https://example.org"))


@given(WORDS)
def test_a_title_is_short_and_from_the_text(text: str) -> None:
    made = title(text)
    assert len(made) <= 81
    assert text.strip().startswith(made.rstrip("…"))
