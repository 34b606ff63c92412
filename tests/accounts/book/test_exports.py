"""An export is signed by somebody who is not the web, and an auditor checks it with one file and no network."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from accounts.actions.book_exports import ask_export, expire_exports, fetch_export
from accounts.audit.anchors import Anchors
from accounts.audit.export.archive import VERIFIER
from accounts.audit.reading import Wanted
from accounts.audit.sequencer import Sequencer
from accounts.book_tasks import sweep_exports
from accounts.models import AuditEntry, AuditExport
from hqdash.base import clock
from hqdash.base.errors import Conflict, Missing, NotAllowed, Unprocessable
from hqdash.base.tenancy import across_forces
from tests.accounts.book.conftest import act, exported
from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("book")


def checked(path: Path, *options: str) -> tuple[int, str]:
    """What the verifier says in a process that knows nothing of us."""
    done = subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(path), *options],
        capture_output=True, text=True, check=False, cwd="/", env={},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_the_whole_book_verifies_offline(
    committed_cast: Cast, sequencer: Sequencer, anchors: Anchors
) -> None:
    export, path = exported(committed_cast, sequencer)

    code, said = checked(
        path,
        "--key",
        str(anchors.folder / "westmere.key"),
        "--checkpoints",
        str(anchors.file("westmere")),
        "--parts",
    )

    assert code == 0, said
    assert f"INTACT. All {export.done} entries" in said
    assert export.done >= 20
    assert export.file_bytes == path.stat().st_size


def test_the_archive_explains_itself(committed_cast: Cast, sequencer: Sequencer) -> None:
    _export, path = exported(committed_cast, sequencer)

    with zipfile.ZipFile(path) as file:
        readme = file.read("README.txt").decode()
        manifest = json.loads(file.read("manifest.json"))
        assert file.read("hqdash_verify.py") == VERIFIER.read_bytes()
        unpacked = path.parent / "unpacked"
        file.extractall(unpacked)
    assert "AUDIT LOG OF Westmere Police" in readme
    assert "PSD/2026/17" in readme
    assert manifest["exported_by"] == "psd.01"
    assert set(manifest["files"]) >= {"README.txt", "book.key", "checkpoints.txt", "hqdash_verify.py"}
    # The verifier in an unpacked archive checks what lies around it.
    done = subprocess.run(
        [sys.executable, "-I", str(unpacked / "hqdash_verify.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_selection_carries_the_proof_of_each_entry(committed_cast: Cast, sequencer: Sequencer) -> None:
    export, path = exported(committed_cast, sequencer, whole=False, wanted=Wanted(person="press.03"))

    code, said = checked(path)

    assert code == 0, said
    assert export.done == 7
    assert "That no other entry fits the selection is not proven" in said
    with zipfile.ZipFile(path) as file:
        rows = file.read("entries/000000.rows").decode().splitlines()
    assert {json.loads(row.split("\t")[0])["username"] for row in rows} == {"press.03"}


def test_a_redacted_selection_verifies_and_hides_what_it_hides(
    committed_cast: Cast, sequencer: Sequencer
) -> None:
    _export, path = exported(
        committed_cast,
        sequencer,
        whole=False,
        wanted=Wanted(person="press.03"),
        without=("who", "from", "details"),
    )

    code, said = checked(path)

    assert code == 0, said
    with zipfile.ZipFile(path) as file:
        rows = file.read("entries/000000.rows").decode()
        # The filter itself would name the person.
        assert "press.03" not in file.read("manifest.json").decode()
        assert "press.03" not in file.read("README.txt").decode()
    assert "press.03" not in rows
    assert "suspended" not in rows
    assert "act 0" in rows


def test_what_is_not_signed_by_the_sequencer_is_not_ready(committed_cast: Cast, sequencer: Sequencer) -> None:
    actor = committed_cast.auditor.actor
    export = ask_export(actor=actor, wanted=Wanted(), whole=True, force=committed_cast.force, now=clock.now())
    with pytest.raises(Conflict, match="not ready"):
        fetch_export(actor=actor, export_id=export.pk)

    sweep_exports()
    export.refresh_from_db()
    assert export.state == AuditExport.State.SIGNING
    sequencer.run_once()
    sweep_exports()

    export.refresh_from_db()
    assert export.is_ready
    assert fetch_export(actor=actor, export_id=export.pk)[1].exists()
    names = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert [name for name in names if "export" in name] == [
        "book.export_asked", "book.export_signed", "book.exported", "book.export_fetched",
    ]  # fmt: skip


def test_a_file_is_deleted_after_its_time(committed_cast: Cast, sequencer: Sequencer) -> None:
    export, path = exported(committed_cast, sequencer)

    assert expire_exports(now=clock.now() + timedelta(days=8)) == 1

    assert not path.exists()
    with pytest.raises(Missing, match="deleted after its time"):
        fetch_export(actor=committed_cast.auditor.actor, export_id=export.pk)


def test_what_makes_no_sense_is_refused_before_anything_is_built(committed_cast: Cast) -> None:
    def ask(**order: object) -> None:
        given = {"wanted": Wanted(), "whole": False, **order}
        ask_export(actor=committed_cast.auditor.actor, force=committed_cast.force, now=clock.now(), **given)  # type: ignore[arg-type]

    with pytest.raises(Unprocessable, match="nothing to export"):
        ask(wanted=Wanted(person="nobody"))
    with pytest.raises(Unprocessable, match="no part “shoes”"):
        ask(without=("shoes",))
    with pytest.raises(Unprocessable, match="not a date"):
        ask(wanted=Wanted(since="yesterday"))
    with pytest.raises(NotAllowed):
        ask_export(
            actor=committed_cast.pc.actor,
            wanted=Wanted(),
            whole=False,
            force=committed_cast.force,
            now=clock.now(),
        )
    assert AuditExport.objects.count() == 0


def test_the_page_gives_a_small_export_at_once(committed_cast: Cast, sequencer: Sequencer) -> None:
    client = Client()
    client.force_login(committed_cast.auditor.user)
    stop = threading.Event()
    signing = threading.Thread(target=sequencer.run, args=(stop,), kwargs={"every": 0.05})
    signing.start()
    try:
        answer = client.post(
            "/audit/exports/",
            {"what": "selection", "person": "press.03", "reason": "a complaint"},
            follow=True,
        )
    finally:
        stop.set()
        signing.join()

    assert "The export is ready." in answer.content.decode()
    export = AuditExport.objects.get()
    file = client.get(f"/audit/exports/{export.pk}/")
    assert file["Content-Disposition"].startswith('attachment; filename="audit-westmere-')
    assert b"".join(file.streaming_content)[:2] == b"PK"


def test_nobody_fetches_another_forces_export(committed_cast: Cast, sequencer: Sequencer) -> None:
    export, _path = exported(committed_cast, sequencer)
    for person in (committed_cast.stranger, committed_cast.pc):
        client = Client()
        with across_forces(reason="a test signs a stranger in"):
            client.force_login(person.user)
        assert client.get(f"/audit/exports/{export.pk}/").status_code in (403, 404)


def test_the_table_for_a_spreadsheet_is_still_there(committed_cast: Cast) -> None:
    client = Client()
    client.force_login(committed_cast.auditor.user)

    rows = list(csv.DictReader(client.get("/audit/export.csv?person=press.03").content.decode().splitlines()))

    assert len(rows) == 7


def test_an_export_of_entries_that_have_no_place_yet_leaves_them_out(
    committed_cast: Cast, sequencer: Sequencer
) -> None:
    act(committed_cast, "not placed yet", by="itsec")
    export, path = exported(committed_cast, sequencer, whole=False, wanted=Wanted(person="itsec.01"))

    code, said = checked(path)
    assert (code, export.done) == (0, 0), said
