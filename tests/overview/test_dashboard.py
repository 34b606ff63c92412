"""The command dashboard as a browser gets it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Channel, Grant
from hqdash.base import cards, clock
from hqdash.base.actor import Actor
from hqdash.base.cards import Desk, Window
from hqdash.base.tenancy import acting_for
from hqdash.overview.web.export import harmless
from hqdash.overview.web.live_dashboard import dashboard_fragments
from monitoring.models import Mention
from tests.cast import Cast, Person


@pytest.fixture
def said(cast: Cast) -> list[Mention]:
    """Three comments in Coventry and below, one in Dudley."""
    now = clock.now()
    places = [(cast.facebook, 2), (cast.x, 1), (cast.x_dudley, 1)]
    return [
        Mention.objects.create(
            channel=channel,
            network=channel.network,
            external_id=f"m{number}",
            kind="comment",
            text=f"Where is the {channel.handle} market? <b>{number}</b>",
            author_name="Passer By",
            at=now - timedelta(minutes=5),
            received_at=now - timedelta(minutes=5),
        )
        for channel, count in places
        for number in range(count)
    ]


@pytest.fixture
def broken_desk() -> Iterator[None]:
    """A desk of which every card fails."""

    def fail(*_asked: object) -> list[object]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return []

    cards.hang(
        Desk(
            slug="broken",
            order=99,
            allowed=lambda actor: True,
            figures=fail,  # type: ignore[arg-type]
            needs=fail,  # type: ignore[arg-type]
            series=fail,  # type: ignore[arg-type]
            happenings=fail,  # type: ignore[arg-type]
            columns=fail,  # type: ignore[arg-type]
        )
    )
    yield
    del cards._desks["broken"]


def signed_in(person: Person) -> Client:
    client = Client()
    with acting_for(person.user.force_id):
        client.force_login(person.user)
    return client


def test_a_stranger_signs_in_first(cast: Cast) -> None:
    assert Client().get("/").headers["Location"].startswith("/signin/")


def test_the_whole_force_at_a_glance(cast: Cast, said: list[Mention]) -> None:
    page = signed_in(cast.press).get("/")
    html = page.content.decode()

    assert page.status_code == 200
    assert "Command dashboard" in html
    assert "Mentions per hour" in html
    assert "Activity, last 24 hours" in html
    assert [row.subject.label for row in page.context["table"].rows][:2] == ["Coventry", "Dudley"]
    mentions = [str(column.label) for column in page.context["table"].columns].index("Mentions")
    assert [row.cells[mentions].value for row in page.context["table"].rows][:2] == [3, 1]
    assert page.context["matrix"].total == 4
    assert "<b>" not in html.split('id="stream"')[1].split("Connections")[0]


def test_an_officer_sees_only_their_own_part(cast: Cast, said: list[Mention]) -> None:
    page = signed_in(cast.pc).get("/")
    html = page.content.decode()

    assert "My dashboard" in html
    assert "Dudley" not in html
    assert signed_in(cast.pc).get(f"/?unit={cast.dudley.pk}").status_code == 404
    assert signed_in(cast.stranger).get(f"/?unit={cast.coventry.pk}").status_code == 404


@pytest.mark.parametrize("by", ["unit", "account", "user", "network"])
@pytest.mark.parametrize("chosen", ["1h", "24h", "7d", "30d"])
def test_every_look_takes_few_queries(cast: Cast, said: list[Mention], by: str, chosen: str) -> None:
    client = signed_in(cast.press)
    client.get("/")
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/?by={by}&range={chosen}").status_code == 200

    work = [one for one in queries.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(work) <= 20


def test_break_downs_lead_further_down(cast: Cast, said: list[Mention]) -> None:
    client = signed_in(cast.press)
    units = {row.subject.label: row.subject.url for row in client.get("/").context["table"].rows}
    below = client.get(units["Coventry"]).context["table"]
    assert {row.subject.label for row in below.rows} == {"Coventry itself", "Foleshill"}

    leaf = next(row.subject.url for row in below.rows if row.subject.label == "Foleshill")
    accounts = client.get(leaf).context["table"]
    assert [row.subject.label for row in accounts.rows] == ["@Coventry_demo"]
    assert client.get(accounts.rows[0].subject.url).status_code == 200

    networks = client.get("/?by=network").context["table"]
    assert {row.subject.label for row in networks.rows} == {"Facebook", "X", "WordPress"}


def test_a_card_that_fails_leaves_a_note_and_nothing_else_is_lost(
    cast: Cast, said: list[Mention], broken_desk: None
) -> None:
    page = signed_in(cast.press).get("/")
    html = page.content.decode()

    assert page.status_code == 200
    assert html.count("We could not load") == 5
    assert "Mentions per hour" in html
    assert "division by zero" not in html


def test_accounts_that_need_a_sign_in_are_named(cast: Cast) -> None:
    Channel.objects.filter(pk=cast.facebook.pk).update(state=Channel.State.SIGN_IN_NEEDED)
    page = signed_in(cast.press).get("/")

    assert [str(need.sentence) for need in page.context["needs"]] == [
        "coventrypolice.demo on Facebook: sign-in needed"
    ]
    cells = {row["label"]: [cell["state"] for cell in row["cells"]] for row in page.context["matrix"].rows}
    assert cells["Coventry"] == ["bad", "none", "ok"]


def test_nothing_yet_says_so(cast: Cast) -> None:
    html = signed_in(cast.press).get("/").content.decode()

    assert "No activity in this scope yet" in html
    assert "Nothing has happened yet" in html


def test_somebody_without_a_role_is_told_so(cast: Cast) -> None:
    Grant.objects.filter(user=cast.pc.user).delete()
    page = signed_in(cast.pc).get("/")

    assert page.status_code == 403
    assert "You have no role yet" in page.content.decode()


def test_the_export_holds_the_same_numbers(cast: Cast, said: list[Mention]) -> None:
    answer = signed_in(cast.press).get("/dashboard/export.csv?by=network")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))

    assert answer.headers["Content-Type"].startswith("text/csv")
    assert {row["Network"]: row["Mentions"] for row in rows} == {"X": "2", "Facebook": "2", "WordPress": "0"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_a_spreadsheet_never_runs_what_somebody_wrote(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("Coventry") == "Coventry"


def test_the_live_stream_shows_what_the_actor_may_see_and_ends_with_the_right(
    cast: Cast, said: list[Mention]
) -> None:
    fragments = dashboard_fragments(cast.pc.actor, "24h.")
    assert fragments is not None
    assert {one.target for one in fragments} == {
        "#attention", "#figures", "#activity", "#stream", "#connections",
    }  # fmt: skip
    assert "Dudley" not in "".join(one.html for one in fragments)
    assert dashboard_fragments(cast.pc.actor, f"24h.{cast.dudley.pk}") is None

    Grant.objects.filter(user=cast.pc.user).delete()
    assert dashboard_fragments(cast.pc.actor, "24h.") is None


def test_one_busy_desk_leaves_room_for_the_others(cast: Cast) -> None:
    from hqdash.overview.look import look_at
    from hqdash.overview.wall import Wall

    now = clock.now()

    def loud(_actor: Actor, _window: Window, most: int) -> list[cards.Happening]:
        return [cards.Happening(now, "message", "", f"loud {number}", "", "/") for number in range(most)]

    def rare(_actor: Actor, _window: Window, _most: int) -> list[cards.Happening]:
        return [cards.Happening(now - timedelta(hours=1), "check", "", "rare", "", "/")]

    wall = Wall(look_at(cast.press.actor, {}, now=now))
    wall.desks = [
        Desk(slug="loud", order=1, allowed=lambda actor: True, happenings=loud),
        Desk(slug="rare", order=2, allowed=lambda actor: True, happenings=rare),
    ]

    titles = [one.title for one in wall.happenings(8).items]
    assert len(titles) == 8
    assert titles[-1] == "rare"
