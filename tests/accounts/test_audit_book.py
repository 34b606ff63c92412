"""The book is written with the change, cannot be changed, and gives itself away when somebody changes it anyway."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from accounts.audit import checking
from accounts.audit.anchors import Anchors
from accounts.audit.book import record
from accounts.audit.sequencer import Sequencer
from accounts.audit.verify import Report
from accounts.audited import CHANNEL_STATE_CHANGED, CREDENTIAL_STORED
from accounts.models import AuditCheckpoint, AuditEntry, AuditLeaf
from accounts.vault.key_files import book_key
from hqdash.base.tenancy import acting_for
from tests.cast import Cast
from tests.vault import opener_url


@pytest.fixture
def anchors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Anchors:
    monkeypatch.setenv("HQDASH_CHECKPOINTS", str(tmp_path))
    return Anchors(tmp_path, every=0)


@pytest.fixture
def sequencer(committed_cast: Cast, anchors: Anchors) -> Iterator[Sequencer]:
    sequencer = Sequencer(database_url=opener_url(), key=book_key(), anchors=anchors)
    sequencer.run_once()
    yield sequencer
    sequencer.close()


@pytest.fixture
def book(sequencer: Sequencer, committed_cast: Cast) -> list[int]:
    """Ten acts by the desk, each with its place; their entry ids."""
    first = AuditEntry.objects.count()
    for number in range(10):
        write(committed_cast, reason=f"act {number}")
    assert sequencer.run_once() == 10
    return list(AuditEntry.objects.order_by("id").values_list("id", flat=True)[first:])


def write(cast: Cast, *, reason: str = "") -> None:
    record(
        cast.desk.actor, CHANNEL_STATE_CHANGED, cast.x, reason=reason, before="connected", after="suspended"
    )


def verified(cast: Cast) -> Report:
    return checking.verify_force(cast.force)


def only_problem(cast: Cast) -> str:
    report = verified(cast)
    assert len(report.problems) == 1, [problem.sentence for problem in report.problems]
    return report.problems[0].sentence


@contextmanager
def an_owner_without_scruples() -> Iterator[Any]:
    """Somebody with the owner's login, who switches the triggers off first."""
    tables = ("accounts_auditentry", "accounts_auditleaf", "accounts_auditcheckpoint")
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")


def test_an_entry_says_who_did_what_where_and_why(cast: Cast) -> None:
    write(cast, reason="lost phone")

    entry = AuditEntry.objects.latest("id")
    assert (entry.username, entry.action, entry.reason) == ("desk.a3", "channel.state_changed", "lost phone")
    assert (entry.channel_id, entry.unit_id) == (cast.x.pk, cast.foleshill.pk)
    assert entry.details == {"before": "connected", "after": "suspended"}


def test_an_entry_disappears_with_the_change_that_failed(committed_cast: Cast) -> None:
    before = AuditEntry.objects.count()

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write(committed_cast)
        raise ZeroDivisionError

    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("table", ["accounts_auditentry", "accounts_auditleaf", "accounts_auditcheckpoint"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET force_id = force_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_even_the_owner_of_the_tables_is_refused(cast: Cast, table: str, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(ProgrammingError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_every_entry_gets_its_place_and_the_book_verifies(book: list[int], committed_cast: Cast) -> None:
    report = verified(committed_cast)

    assert report.is_intact, report.problems
    assert report.entries == AuditEntry.objects.count()
    assert report.waiting == 0
    assert report.verified_to is not None
    assert list(AuditLeaf.objects.order_by("seq").values_list("entry_id", flat=True))[-10:] == book


def test_each_force_has_a_book_of_its_own(book: list[int], committed_cast: Cast, anchors: Anchors) -> None:
    with acting_for(committed_cast.other_force.pk):
        theirs = AuditEntry.objects.count()
        assert not AuditEntry.objects.filter(id__in=book).exists()

    assert checking.verify_force(committed_cast.other_force).entries == theirs
    assert anchors.file("westmere").exists()
    assert anchors.file("fenland").exists()


def test_an_entry_of_an_open_transaction_waits_and_is_not_overtaken(
    book: list[int], sequencer: Sequencer, committed_cast: Cast
) -> None:
    slow = psycopg2.connect(opener_url())
    with slow.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_auditentry (force_id, action, username, kind, session, address, object_type, "
            "object_id, object_label, unit_name, channel_name, reason, details, salt) "
            "VALUES (%s, 'slow', 'system', 'clock', '', '', '', '', '', '', '', '', '{}', %s)",
            [str(committed_cast.force.pk), bytes(32)],
        )
    write(committed_cast, reason="quick")

    assert sequencer.run_once() == 0
    assert verified(committed_cast).waiting == 1
    slow.commit()
    slow.close()
    assert sequencer.run_once() == 2
    last = list(AuditLeaf.objects.order_by("seq").values_list("entry_id", flat=True))[-2:]
    assert last == sorted(last)
    assert verified(committed_cast).is_intact


def test_an_altered_entry_is_found_and_named(book: list[int], committed_cast: Cast) -> None:
    with an_owner_without_scruples() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET username = 'pc.4512' WHERE id = %s", [book[4]])

    sentence = only_problem(committed_cast)
    assert f"Entry {book[4]} " in sentence
    assert "was altered" in sentence


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'another'",
        'details = \'{"before": "connected"}\'',
        "at = at + interval '1 second'",
        "address = '10.1.1.1'",
        "unit_id = NULL",
        "action = 'channel.connected'",
    ],
)
def test_no_column_can_be_altered_unnoticed(book: list[int], committed_cast: Cast, change: str) -> None:
    with an_owner_without_scruples() as cursor:
        cursor.execute(f"UPDATE accounts_auditentry SET {change} WHERE id = %s", [book[4]])

    assert f"Entry {book[4]} " in only_problem(committed_cast)


def test_a_deleted_entry_is_found_and_named(book: list[int], committed_cast: Cast) -> None:
    with an_owner_without_scruples() as cursor:
        cursor.execute("DELETE FROM accounts_auditentry WHERE id = %s", [book[4]])

    assert only_problem(committed_cast).startswith(f"Entry {book[4]} ")
    assert "is missing" in only_problem(committed_cast)


def test_an_entry_deleted_with_its_leaf_is_found(book: list[int], committed_cast: Cast) -> None:
    with an_owner_without_scruples() as cursor:
        cursor.execute("DELETE FROM accounts_auditleaf WHERE entry_id = %s", [book[4]])
        cursor.execute("DELETE FROM accounts_auditentry WHERE id = %s", [book[4]])

    assert "is missing: what stood there was removed" in only_problem(committed_cast)


def test_swapped_entries_are_found_and_named(book: list[int], committed_cast: Cast) -> None:
    with an_owner_without_scruples() as cursor:
        for old, new in ((book[2], -1), (book[7], book[2]), (-1, book[7])):
            cursor.execute("UPDATE accounts_auditentry SET id = %s WHERE id = %s", [new, old])

    assert only_problem(committed_cast) == f"Entries {book[2]} and {book[7]} have been swapped."


def test_an_entry_altered_together_with_its_leaf_is_found(book: list[int], committed_cast: Cast) -> None:
    from accounts.audit.entry import LINE, leaf_2, parts_hash

    with an_owner_without_scruples() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET username = 'pc.4512' WHERE id = %s", [book[4]])
        cursor.execute(f"SELECT {LINE} FROM accounts_auditentry AS e WHERE id = %s", [book[4]])
        line = cursor.fetchone()[0].encode()
        parts = parts_hash(line)
        cursor.execute(
            "UPDATE accounts_auditleaf SET leaf_hash = %s, parts = %s WHERE entry_id = %s",
            [leaf_2(line, parts), parts, book[4]],
        )

    assert "the book was rewritten" in only_problem(committed_cast)


def test_reordered_leaves_are_found(book: list[int], committed_cast: Cast) -> None:
    with an_owner_without_scruples() as cursor:
        cursor.execute("SELECT seq FROM accounts_auditleaf WHERE entry_id = %s", [book[2]])
        (seq,) = cursor.fetchone()
        for old, new in ((seq, -1), (seq + 1, seq), (-1, seq + 1)):
            cursor.execute("UPDATE accounts_auditleaf SET seq = %s WHERE seq = %s", [new, old])

    sentences = " ".join(problem.sentence for problem in verified(committed_cast).problems)
    assert f"Entries {book[2]} and {book[3]} stand in the wrong order" in sentences


def forge(cursor: Any, cast: Cast, *, txid: int, at: str) -> int:
    cursor.execute(
        "INSERT INTO accounts_auditentry (force_id, action, username, kind, session, address, object_type, "
        "object_id, object_label, unit_name, channel_name, reason, details, salt, txid, at) "
        f"VALUES (%s, 'post.approved', 'sgt.2087', 'person', '', '', '', '', '', '', '', '', '{{}}', %s, %s, {at})"
        " RETURNING id",
        [cast.force.pk, bytes(32), txid],
    )
    return int(cursor.fetchone()[0])


def test_an_entry_forged_into_the_past_gets_no_place_and_is_named(
    book: list[int], committed_cast: Cast, sequencer: Sequencer
) -> None:
    txid = AuditEntry.objects.get(pk=book[0]).txid
    with an_owner_without_scruples() as cursor:
        forged = forge(cursor, committed_cast, txid=txid, at="now() - interval '2 days'")

    assert sequencer.run_once() == 0
    sentence = only_problem(committed_cast)
    assert f"Entry {forged} (post.approved by sgt.2087" in sentence
    assert "inserted behind the sequencer's back" in sentence


def test_an_entry_that_only_claims_to_be_old_is_named(
    book: list[int], committed_cast: Cast, sequencer: Sequencer
) -> None:
    with an_owner_without_scruples() as cursor:
        cursor.execute("SELECT txid_current()")
        forged = forge(cursor, committed_cast, txid=cursor.fetchone()[0], at="now() - interval '2 days'")

    assert sequencer.run_once() == 1
    assert f"Entry {forged} " in only_problem(committed_cast)
    assert "dated back" in only_problem(committed_cast)


def test_a_roll_back_of_the_whole_database_is_found_by_the_checkpoints_outside(
    book: list[int], committed_cast: Cast
) -> None:
    before = AuditCheckpoint.objects.order_by("-size")[1].size
    with an_owner_without_scruples() as cursor:
        cursor.execute("DELETE FROM accounts_auditcheckpoint WHERE size > %s", [before])
        cursor.execute("DELETE FROM accounts_auditleaf WHERE seq >= %s", [before])
        cursor.execute("DELETE FROM accounts_auditentry WHERE id = ANY(%s)", [book])

    sentence = only_problem(committed_cast)
    assert "kept outside the database" in sentence
    assert "rolled back" in sentence


def test_without_the_checkpoints_outside_a_roll_back_stays_unseen(
    book: list[int], committed_cast: Cast
) -> None:
    # This is why they have to leave the house.
    before = AuditCheckpoint.objects.order_by("-size")[1].size
    with an_owner_without_scruples() as cursor:
        cursor.execute("DELETE FROM accounts_auditcheckpoint WHERE size > %s", [before])
        cursor.execute("DELETE FROM accounts_auditleaf WHERE seq >= %s", [before])
        cursor.execute("DELETE FROM accounts_auditentry WHERE id = ANY(%s)", [book])

    assert checking.verify_force(committed_cast.force, outside=[]).is_intact


def test_a_forged_checkpoint_stops_the_sequencer_and_is_named(
    book: list[int], committed_cast: Cast, sequencer: Sequencer
) -> None:
    with an_owner_without_scruples() as cursor:
        cursor.execute(
            "UPDATE accounts_auditcheckpoint SET root = %s, note = 'Signed, honestly.'", [bytes(32)]
        )
    write(committed_cast)

    assert sequencer.run_once() == 0
    assert "its signature does not fit" in verified(committed_cast).problems[0].sentence


def test_only_one_sequencer_works_at_a_time(
    book: list[int], committed_cast: Cast, sequencer: Sequencer, anchors: Anchors
) -> None:
    second = Sequencer(database_url=opener_url(), key=book_key(), anchors=anchors)
    write(committed_cast)

    assert second.run_once() == 0
    sequencer.close()
    assert second.run_once() == 1
    second.close()


def test_more_than_one_batch_is_followed_in_several_steps(
    book: list[int], committed_cast: Cast, sequencer: Sequencer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.audit.sequencer.BATCH", 3)
    with transaction.atomic():
        for _ in range(5):
            write(committed_cast)
    for _ in range(3):
        write(committed_cast)

    taken = [sequencer.run_once() for _ in range(5)]

    assert sum(taken) == 8
    assert taken[-1] == 0
    assert verified(committed_cast).is_intact
    assert verified(committed_cast).waiting == 0


def test_the_command_says_that_the_book_is_intact(
    book: list[int], committed_cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("audit", "verify")

    said = capsys.readouterr().out
    assert "westmere: intact, verified to" in said
    assert "fenland: intact" in said


def test_the_command_names_what_is_broken_and_ends_with_one(
    book: list[int], committed_cast: Cast, anchors: Anchors, capsys: pytest.CaptureFixture[str]
) -> None:
    with an_owner_without_scruples() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET reason = '' WHERE id = %s", [book[0]])

    with pytest.raises(SystemExit) as end:
        call_command("audit", "verify", "--force", "westmere", "--checkpoints", str(anchors.file("westmere")))

    said = capsys.readouterr().out
    assert end.value.code == 1
    assert "westmere: BROKEN" in said
    assert f"Entry {book[0]} (place " in said
    assert "fenland" not in said


def test_what_the_opener_writes_is_part_of_the_book(
    book: list[int], committed_cast: Cast, sequencer: Sequencer
) -> None:
    record(
        committed_cast.admin.actor, CREDENTIAL_STORED, committed_cast.x, fields=["access_token"], share=0.1
    )

    assert sequencer.run_once() == 1
    assert verified(committed_cast).is_intact


def test_a_book_that_is_being_written_meanwhile_is_not_called_broken(
    book: list[int], sequencer: Sequencer, committed_cast: Cast
) -> None:
    stop = threading.Event()

    def go_on_writing() -> None:
        with acting_for(committed_cast.force.pk):
            while not stop.is_set():
                write(committed_cast, reason="meanwhile")
                sequencer.run_once()
        connection.close()

    writer = threading.Thread(target=go_on_writing)
    writer.start()
    try:
        reports = [verified(committed_cast) for _time in range(40)]
    finally:
        stop.set()
        writer.join()

    assert [problem.sentence for report in reports for problem in report.problems] == []
    assert reports[-1].entries > reports[0].entries
