"""The audit log as people see it: filtered, checked line by line, and closed to whoever may not read it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions.book import verify_now
from accounts.actions.organisation import grant_role
from accounts.audit.anchors import Anchors
from accounts.audit.book import record
from accounts.audit.sequencer import Sequencer
from accounts.audited import CHANNEL_STATE_CHANGED, VAULT_OPENED
from accounts.models import AuditEntry, Role
from accounts.tasks import verify_books
from accounts.vault.key_files import book_key
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.tenancy import acting_for
from tests.cast import Cast, Person
from tests.vault import opener_url


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def page_of(person: Person, query: str = "") -> str:
    client = Client()
    client.force_login(person.user)
    answer = client.get(f"/audit/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def act(cast: Cast, person: Person, reason: str, *, after: str = "suspended") -> None:
    record(person.actor, CHANNEL_STATE_CHANGED, cast.x, reason=reason, before="connected", after=after)


def test_a_line_says_who_did_what_where_and_what_it_changed(cast: Cast) -> None:
    act(cast, cast.desk, "lost phone")

    page = page_of(cast.auditor)
    assert "@Coventry_demo on x went from connected to suspended: lost phone" in page
    assert "desk.a3" in page
    assert "Foleshill" in page
    assert "channel.state_changed" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?person=desk.a3", {"by the desk"}),
        ("?person=nobody", set()),
        ("?account=Coventry", {"by the desk", "by the press office"}),
        ("?account=Fenland", set()),
        ("?action=channel.state_changed", {"by the desk", "by the press office"}),
        ("?action=channels", {"by the desk", "by the press office"}),
        ("?action=vault", set()),
        ("?q=press+office", {"by the press office"}),
        ("?q=archived", {"by the press office"}),
        ("?since=2020-01-01", {"by the desk", "by the press office"}),
        ("?until=2020-01-01", set()),
    ],
)
def test_filters_are_part_of_the_address(cast: Cast, query: str, found: set[str]) -> None:
    act(cast, cast.desk, "by the desk")
    act(cast, cast.press, "by the press office", after="archived")

    rows = page_of(cast.auditor, query).partition("<tbody")[2]
    assert {reason for reason in ("by the desk", "by the press office") if reason in rows} == found


def test_the_unit_filter_counts_everything_below_it(cast: Cast) -> None:
    act(cast, cast.desk, "in Foleshill")

    assert "in Foleshill" in page_of(cast.auditor, f"?unit={cast.coventry.pk}")
    assert "in Foleshill" not in page_of(cast.auditor, f"?unit={cast.dudley.pk}")


@pytest.mark.parametrize("query", ["?since=yesterday", "?unit=1", "?after=zzz"])
def test_a_filter_that_makes_no_sense_is_said_so(cast: Cast, query: str) -> None:
    client = Client()
    client.force_login(cast.auditor.user)

    assert client.get(f"/audit/{query}").status_code == 422


@pytest.mark.parametrize("who", ["pc", "desk", "press"])
@pytest.mark.parametrize("path", ["/audit/", "/audit/export.csv"])
def test_the_others_may_not_read_it_and_the_refusal_is_in_it(cast: Cast, who: str, path: str) -> None:
    client = Client()
    client.force_login(getattr(cast, who).user)

    assert client.get(path).status_code == 403
    refused = AuditEntry.objects.latest("id")
    assert (refused.action, refused.username) == ("access.refused", getattr(cast, who).user.username)


def test_a_stranger_reads_nothing_of_another_force(cast: Cast) -> None:
    act(cast, cast.desk, "canary of Westmere")

    client = Client()
    with acting_for(cast.other_force.pk):
        client.force_login(cast.stranger.user)
        grant_role(
            actor=Actor.clock(cast.other_force.pk),
            user=cast.stranger.user,
            unit=cast.other_root,
            role=Role.objects.get(slug=Role.AUDITOR),
            now=clock.now(),
            reason="to read the book of Fenland",
        )

    for path in ("/audit/", f"/audit/?account={cast.x.pk}", "/audit/?q=canary", "/audit/export.csv"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "canary of Westmere" not in answer.content.decode()


def test_reading_is_recorded_with_what_was_looked_for(cast: Cast) -> None:
    page_of(cast.auditor, "?person=pc.4512")

    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.username) == ("book.read", "psd.01")
    assert entry.details == {"filters": {"person": "pc.4512"}}


def test_a_long_book_is_paged(cast: Cast) -> None:
    for number in range(60):
        act(cast, cast.desk, f"act {number:02}")

    first = page_of(cast.auditor, "?person=desk.a3")
    assert "act 59" in first
    assert "act 09" not in first
    older = first.split("after=")[1].split('"')[0].replace("&amp;", "&")
    second = page_of(cast.auditor, f"?person=desk.a3&after={older}")
    assert "act 09" in second
    assert "act 59" not in second


def test_a_longer_book_costs_no_more_queries(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.auditor.user)
    act(cast, cast.desk, "act")
    client.get("/audit/")
    with CaptureQueriesContext(connection) as short:
        client.get("/audit/")
    for number in range(60):
        act(cast, cast.desk, f"act {number}")
    with CaptureQueriesContext(connection) as long:
        client.get("/audit/")

    assert len(long) == len(short)
    of_the_book = [query["sql"] for query in long if "accounts_audit" in query["sql"]]
    # Numbers, lines, leaves, the last checkpoint, a stop if there is one, and the note that it was read.
    assert len(of_the_book) == 6, of_the_book


def test_the_export_has_the_filtered_lines_and_no_formula(cast: Cast) -> None:
    act(cast, cast.desk, "=HYPERLINK(1)")
    act(cast, cast.press, "another")
    client = Client()
    client.force_login(cast.auditor.user)

    answer = client.get("/audit/export.csv?person=desk.a3")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["person"] for row in rows] == ["desk.a3"]
    assert rows[0]["reason"] == "'=HYPERLINK(1)"
    assert "attachment" in answer["Content-Disposition"]
    exported = AuditEntry.objects.latest("id")
    assert (exported.action, exported.details["lines"]) == ("book.exported", 1)


@pytest.fixture
def sequencer(committed_cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sequencer:
    monkeypatch.setenv("HQDASH_CHECKPOINTS", str(tmp_path))
    return Sequencer(database_url=opener_url(), key=book_key(), anchors=Anchors(tmp_path, every=0))


def test_the_badge_says_how_far_the_book_is_verified(committed_cast: Cast, sequencer: Sequencer) -> None:
    assert "Not signed yet" in page_of(committed_cast.auditor)
    sequencer.run_once()
    assert "Signed to" in page_of(committed_cast.auditor)
    sequencer.close()

    verify_books()

    assert "Verified to" in page_of(committed_cast.auditor)


def test_an_altered_line_shows_red_at_once_and_the_break_is_named(
    committed_cast: Cast, sequencer: Sequencer
) -> None:
    act(committed_cast, committed_cast.desk, "as it was")
    sequencer.run_once()
    sequencer.close()
    altered = AuditEntry.objects.get(reason="as it was")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditentry DISABLE TRIGGER append_only")
        cursor.execute("UPDATE accounts_auditentry SET reason = 'as it suits' WHERE id = %s", [altered.pk])
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE ALWAYS TRIGGER append_only")

    page = page_of(committed_cast.auditor)
    assert "Break found" in page
    assert f"Entry {altered.pk} was altered" in page

    standing = verify_now(actor=committed_cast.auditor.actor, force=committed_cast.force)
    assert standing.is_broken
    assert AuditEntry.objects.latest("id").details["outcome"] == "broken"
    assert "channel.state_changed by desk.a3" in page_of(committed_cast.auditor, "?person=nobody")


def test_verify_now_is_a_button_that_works_without_scripts(
    committed_cast: Cast, sequencer: Sequencer
) -> None:
    sequencer.run_once()
    sequencer.close()
    client = Client()
    client.force_login(committed_cast.auditor.user)

    answer = client.post("/audit/", follow=True)

    assert answer.status_code == 200
    assert "The audit log is intact" in answer.content.decode()


def test_the_openings_of_the_vault_are_shown_when_asked_for(cast: Cast) -> None:
    record(cast.system, VAULT_OPENED, cast.x, purpose="read")

    assert "The vault was opened" not in page_of(cast.auditor)
    assert "The vault was opened for @Coventry_demo on x: read" in page_of(cast.auditor, "?all=1")
    assert "The vault was opened" in page_of(cast.auditor, "?action=vault.opened")
