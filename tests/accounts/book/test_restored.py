"""A database restored from yesterday, a clock that jumps: the book notices, says so, and goes on honestly."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.audit import checking
from accounts.audit.anchors import Anchors
from accounts.audit.clock_watch import ClockWatch
from accounts.audit.hqdash_verify import verify
from accounts.audit.restoring import accept_restore
from accounts.audit.sequencer import Sequencer
from accounts.audit.witnesses import Witnesses, from_environment
from accounts.models import AuditCheckpoint, AuditEntry, AuditHalt
from accounts.vault.key_files import book_key
from tests.accounts.book.conftest import act, exported
from tests.accounts.test_audit_book import an_owner_without_scruples
from tests.cast import Cast
from tests.vault import opener_url


def restored(cast: Cast, sequencer: Sequencer, *, checkpoints_lost: int = 2) -> int:
    """Put the database back to where it was some checkpoints ago; how many entries are left."""
    sizes = list(AuditCheckpoint.objects.order_by("-size").values_list("size", flat=True))
    size = sizes[checkpoints_lost]
    with an_owner_without_scruples() as cursor:
        force = [str(cast.force.pk)]
        cursor.execute(
            "DELETE FROM accounts_auditentry WHERE force_id = %s AND id NOT IN "
            "(SELECT entry_id FROM accounts_auditleaf WHERE force_id = %s AND seq < %s)",
            [*force, *force, size],
        )
        cursor.execute("DELETE FROM accounts_auditleaf WHERE force_id = %s AND seq >= %s", [*force, size])
        cursor.execute(
            "DELETE FROM accounts_auditcheckpoint WHERE force_id = %s AND size > %s", [*force, size]
        )
    sequencer.close()
    return int(size)


@pytest.fixture
def stopped(book: None, sequencer: Sequencer, committed_cast: Cast) -> int:
    """How many entries were left in the restored database."""
    left = restored(committed_cast, sequencer)
    act(committed_cast, "after the restore")
    assert sequencer.run_once() == 0
    return left


def test_nothing_is_signed_past_a_fork_and_the_badge_is_red(stopped: int, committed_cast: Cast) -> None:
    halt = AuditHalt.objects.get()
    assert (halt.size, halt.lost) == (stopped, 8)
    assert "restored from an earlier state" in halt.sentence
    client = Client()
    client.force_login(committed_cast.auditor.user)
    page = client.get("/audit/").content.decode()
    assert "Break found" in page
    assert "8 entries are missing" in page
    assert not checking.verify_force(committed_cast.force).is_intact


def test_a_running_sequencer_notices_too(book: None, sequencer: Sequencer, committed_cast: Cast) -> None:
    # Without a new connection: entries and checkpoints just went away beneath it.
    with an_owner_without_scruples() as cursor:
        cursor.execute("DELETE FROM accounts_auditcheckpoint WHERE size > 20")
    act(committed_cast, "meanwhile")

    assert sequencer.run_once() == 0
    assert AuditHalt.objects.filter(accepted_at=None).exists()


def test_accepting_takes_two_steps_a_reason_and_the_right_code(
    stopped: int, sequencer: Sequencer, committed_cast: Cast
) -> None:
    def accept(reason: str = "", code: str = "") -> Any:
        return accept_restore(committed_cast.force.pk, reason=reason, code=code, database_url=opener_url())

    shown = accept()
    code = shown.sentence.rpartition("--confirm ")[2]
    assert "8 signed entries" in shown.sentence
    assert not shown.is_accepted
    assert not accept(reason="disk failure", code="00000000").is_accepted
    assert not accept(code=code).is_accepted
    assert sequencer.run_once() == 0

    assert accept(reason="disk failure", code=code).is_accepted

    assert sequencer.run_once() == 2
    entry = AuditEntry.objects.get(action="book.restore_accepted")
    assert (entry.reason, entry.details["lost"], entry.details["from"]) == ("disk failure", 8, stopped)
    assert "nothing to accept" in accept().sentence


def test_the_loss_is_stated_for_ever_and_everything_else_verifies(
    stopped: int, sequencer: Sequencer, committed_cast: Cast, anchors: Anchors
) -> None:
    code = AuditHalt.objects.get().kept_root.hex()[:8]
    accept_restore(committed_cast.force.pk, reason="disk failure", code=code, database_url=opener_url())
    sequencer.run_once()
    for number in range(10):
        act(committed_cast, f"later {number}")
    sequencer.run_once()

    report = checking.verify_force(committed_cast.force)
    assert report.is_intact, report.problems
    assert "GAP" in report.remarks[0]
    assert "disk failure" in report.remarks[0]

    _export, path = exported(committed_cast, sequencer)
    _m, findings, _k = verify(path, kept=anchors.file("westmere").read_text(), jobs=1)
    assert findings.problems == []
    assert any(remark.startswith("GAP") for remark in findings.remarks)

    # And a new sequencer, which reads everything anew, goes on as well.
    sequencer.close()
    second = Sequencer(database_url=opener_url(), key=book_key(), anchors=anchors)
    act(committed_cast, "with the next one")
    assert second.run_once() >= 1
    second.close()


def test_a_second_restore_is_another_stop(stopped: int, sequencer: Sequencer, committed_cast: Cast) -> None:
    code = AuditHalt.objects.get().kept_root.hex()[:8]
    accept_restore(committed_cast.force.pk, reason="disk failure", code=code, database_url=opener_url())
    sequencer.run_once()
    for number in range(30):
        act(committed_cast, f"later {number}")
        sequencer.run_once()

    restored(committed_cast, sequencer, checkpoints_lost=5)
    act(committed_cast, "again")

    assert sequencer.run_once() == 0
    assert AuditHalt.objects.filter(accepted_at=None).count() == 1


def test_a_note_that_somebody_else_put_there_stops_nothing(
    book: None, sequencer: Sequencer, committed_cast: Cast, anchors: Anchors
) -> None:
    sequencer.close()
    with anchors.file("westmere").open("a") as file:
        file.write(
            "hqdash.book/westmere\n999999\nAAAA\nat 2030-01-01T00:00:00+00:00\n\n— hqdash.book/westmere AAAAAAAA\n"
        )
    second = Sequencer(database_url=opener_url(), key=book_key(), anchors=anchors)
    act(committed_cast, "goes on")

    assert second.run_once() == 1
    second.close()


class PretendedClock:
    """A cursor whose database has another time."""

    def __init__(self, force_id: str) -> None:
        self.ahead = timedelta()
        self.written: list[Any] = []
        self._force_id = force_id
        self._answer: list[Any] = []

    def execute(self, statement: str, parameters: Any = None) -> None:
        if "clock_timestamp" in statement:
            self._answer = [(datetime.now(UTC) + self.ahead,)]
        elif statement.startswith("SELECT id"):
            self._answer = [(self._force_id,)]
        else:
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters)
            self.written.append(parameters)

    def fetchone(self) -> Any:
        return self._answer[0]

    def fetchall(self) -> Any:
        return self._answer


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_jumps_is_written_down_and_stated_and_nobody_is_called_a_forger(
    hours: int, book: None, committed_cast: Cast, sequencer: Sequencer
) -> None:
    watch, clock = ClockWatch(), PretendedClock(str(committed_cast.force.pk))
    watch.look(clock)
    watch.look(clock)
    assert clock.written == []
    clock.ahead = timedelta(hours=hours)
    with an_owner_without_scruples() as cursor:
        act(committed_cast, "with the other time")
        cursor.execute(
            "UPDATE accounts_auditentry SET at = at + %s WHERE reason = 'with the other time'", [clock.ahead]
        )
    watch.look(clock)
    watch.look(clock)
    assert len(clock.written) == 1
    sequencer.run_once()

    report = checking.verify_force(committed_cast.force)
    # The entry that tells of the jump has the true time here: it steps back behind one from the future.
    later = [problem.sentence for problem in report.problems if "dated back" not in problem.sentence]
    assert later == []
    if hours < 0:
        assert report.is_intact, report.problems
    assert any("The clock jumped" in remark for remark in report.remarks)


class Mailbox(BaseHTTPRequestHandler):
    got: list[bytes] = []

    def do_POST(self) -> None:
        self.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def webhook() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Mailbox)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_checkpoints_leave_the_house_by_webhook(webhook: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HQDASH_ANCHOR_WEBHOOK", webhook)
    Mailbox.got.clear()
    witnesses = Witnesses(from_environment(), every=0)

    witnesses.tell({"westmere": "a note"})
    witnesses.wait()
    witnesses.tell({"westmere": "a note"})
    witnesses.wait()

    assert [b"a note" in body for body in Mailbox.got] == [True]


def test_a_witness_that_is_away_holds_up_nothing_and_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, str]] = []

    def send(news: Any) -> None:
        told.append(dict(news))
        if len(told) == 1:
            raise OSError

    witnesses = Witnesses({"mailbox": send}, every=0)
    for _time in range(2):
        witnesses.tell({"westmere": "a note"})
        witnesses.wait()

    assert told == [{"westmere": "a note"}] * 2


def test_a_webhook_without_tls_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HQDASH_ANCHOR_WEBHOOK", "http://example.org/")

    with pytest.raises(ValueError, match="https"):
        from_environment()
