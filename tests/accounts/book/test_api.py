"""The book over the JSON door: read with a proof, exported, and closed to whoever may not read it."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.test import Client

from accounts.audit.hqdash_verify import is_included, leaf_2, parts_hash, verify
from accounts.audit.sequencer import Sequencer
from accounts.models import AuditEntry
from hqdash.base.tenancy import acting_for
from tests.accounts.book.conftest import act
from tests.cast import Cast, Person

pytestmark = pytest.mark.usefixtures("book")
ENTRIES = "/api/v1/audit/entries/"


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person.user)
    return client


def got(client: Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def test_entries_are_filtered_and_paged(committed_cast: Cast) -> None:
    client = client_of(committed_cast.auditor)

    first = got(client, f"{ENTRIES}?person=press.03&limit=5")
    second = got(client, first["next"])

    assert [len(first["items"]), len(second["items"])] == [5, 2]
    assert second["next"] is None
    entry = first["items"][0]
    assert (entry["username"], entry["intact"]) == ("press.03", True)
    assert "went from connected to suspended" in entry["sentence"]


def test_one_entry_comes_with_a_proof_that_anybody_can_check(
    committed_cast: Cast, sequencer: Sequencer
) -> None:
    client = client_of(committed_cast.auditor)
    for entry in AuditEntry.objects.filter(username="desk.a3"):
        proof = got(client, f"{ENTRIES}{entry.pk}/")["proof"]
        line = proof["line"].encode()
        assert leaf_2(line, parts_hash(line)).hex() == proof["leaf"]
        hashes = [bytes.fromhex(one) for one in proof["hashes"]]
        root = bytes.fromhex(proof["root"])
        assert is_included(bytes.fromhex(proof["leaf"]), proof["place"], proof["size"], hashes, root)
        assert proof["proven"]
        assert proof["checkpoint"].startswith("hqdash.book/westmere\n")
    act(committed_cast, "not placed yet")
    assert got(client, f"{ENTRIES}{AuditEntry.objects.latest('id').pk}/")["proof"] is None


def test_checkpoints_and_verification(committed_cast: Cast) -> None:
    client = client_of(committed_cast.auditor)

    assert len(got(client, "/api/v1/audit/checkpoints/")["items"]) >= 5
    answer = client.post("/api/v1/audit/verifications/", content_type="application/json")
    assert json.loads(answer.content)["intact"] is True


def test_an_export_is_ordered_and_fetched(committed_cast: Cast, sequencer: Sequencer, tmp_path: Any) -> None:
    client = client_of(committed_cast.auditor)
    stop = threading.Event()
    signing = threading.Thread(target=sequencer.run, args=(stop,), kwargs={"every": 0.05})
    signing.start()
    try:
        answer = client.post(
            "/api/v1/audit/exports/",
            json.dumps({"person": "press.03", "reason": "PSD/2026/17"}),
            "application/json",
        )
    finally:
        stop.set()
        signing.join()
    made = json.loads(answer.content)
    assert (answer.status_code, made["state"], made["done"]) == (201, "ready", 7)

    file = client.get(f"{answer['Location']}file/")
    path = tmp_path / "fetched.zip"
    path.write_bytes(b"".join(file.streaming_content))
    assert verify(path, jobs=1)[1].problems == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("cursor=zzz", "cursor"), ("limit=0", "limit"), ("since=yesterday", "since"), ("unit=nowhere", "unit"),
     ("shoes=1", "shoes")],
)  # fmt: skip
def test_what_makes_no_sense_names_the_field(committed_cast: Cast, query: str, field: str) -> None:
    answer = client_of(committed_cast.auditor).get(f"{ENTRIES}?{query}")

    assert answer.status_code == 422
    assert field in answer.content.decode()


@pytest.mark.parametrize("who", ["pc", "desk", "press"])
@pytest.mark.parametrize("path", ["entries/", "entries/1/", "checkpoints/", "exports/"])
def test_the_others_may_not_read_it(committed_cast: Cast, who: str, path: str) -> None:
    assert client_of(getattr(committed_cast, who)).get(f"/api/v1/audit/{path}").status_code == 403


def test_another_forces_entry_does_not_exist(committed_cast: Cast) -> None:
    with acting_for(committed_cast.other_force.pk):
        theirs = AuditEntry.objects.latest("id").pk
    assert client_of(committed_cast.auditor).get(f"{ENTRIES}{theirs}/").status_code == 404
