"""The page of mentions: whose they are, how they are found, and what is not shown again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Channel
from hqdash.base import clock
from hqdash.base.tenancy import acting_for
from monitoring.models import Mention
from tests.cast import Cast, Person


def say(channel: Channel, text: str, *, minutes: int = 0, visibility: str = "visible") -> Mention:
    at = clock.now() - timedelta(minutes=minutes)
    return Mention.objects.create(
        channel=channel,
        network=channel.network,
        external_id=f"{text}{minutes}",
        kind="comment",
        text=text,
        author_name="Passer By",
        at=at,
        received_at=at,
        visibility=visibility,
    )


def page(person: Person, query: str = "") -> str:
    client = Client()
    with acting_for(person.user.force_id):
        client.force_login(person.user)
    answer = client.get(f"/monitoring/mentions/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_officer_reads_what_was_said_in_their_own_part(cast: Cast) -> None:
    say(cast.facebook, "Market on Sunday?")
    say(cast.x_dudley, "Castle closed?")

    assert "Market on Sunday?" in page(cast.pc)
    assert "Castle closed?" not in page(cast.pc)
    assert "Castle closed?" in page(cast.press)
    assert "Castle closed?" not in page(cast.press, f"?unit={cast.coventry.pk}")
    assert "Market on Sunday?" not in page(cast.stranger)


@pytest.mark.parametrize("query", ["?q=castle", "?network=x", "?channel={x_dudley}", "?unit={dudley}"])
def test_filters_find(cast: Cast, query: str) -> None:
    say(cast.facebook, "Market on Sunday?")
    say(cast.x_dudley, "Castle closed?")
    html = page(cast.press, query.format(x_dudley=cast.x_dudley.pk, dudley=cast.dudley.pk))

    assert "Castle closed?" in html
    assert "Market on Sunday?" not in html


def test_what_was_hidden_is_not_shown_again(cast: Cast) -> None:
    say(cast.facebook, "something vile", visibility="hidden")
    html = page(cast.press)

    assert "something vile" not in html
    assert "Taken out of sight" in html
    assert "something vile" not in page(cast.press, "?visibility=hidden")


def test_markup_of_the_public_stays_text(cast: Cast) -> None:
    say(cast.facebook, "<script>alert(1)</script>")

    assert "<script>alert(1)" not in page(cast.press)


def test_older_ones_are_a_page_further_and_none_is_lost_or_doubled(cast: Cast) -> None:
    said = {f"word {number:03d}." for number in range(120)}
    for number, text in enumerate(sorted(said)):
        say(cast.facebook, text, minutes=number // 3)
    seen: list[str] = []
    query = ""
    for _page in range(3):
        html = page(cast.press, query)
        seen += [text for text in said if text in html]
        query = html.partition('href="?after=')[2].partition('"')[0]
        query = f"?after={query}" if query else ""

    assert sorted(seen) == sorted(said)
    assert query == ""


@pytest.mark.parametrize("query", ["?unit=nonsense", "?channel=nonsense", "?q=%00", "?after=nonsense"])
def test_damaged_addresses_are_answered_calmly(cast: Cast, query: str) -> None:
    client = Client()
    client.force_login(cast.press.user)

    assert client.get(f"/monitoring/mentions/{query}").status_code in {200, 400, 422}
