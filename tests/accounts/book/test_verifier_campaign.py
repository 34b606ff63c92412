"""Whatever somebody does to an export, however much else they adjust to it, the verifier says so."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from accounts.audit.anchors import Anchors
from accounts.audit.hqdash_verify import Findings, leaves_of_rows, split_rows, verify
from accounts.audit.reading import Wanted
from accounts.audit.sequencer import Sequencer
from tests.accounts.book.conftest import act, exported
from tests.cast import Cast

CHUNK = 8
Files = dict[str, bytes]
Rows = list[bytes]


def files_of(path: Path) -> Files:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def rows_of(files: Files) -> Rows:
    return [row for name in sorted(files) if name.startswith("entries/") for row in split_rows(files[name])]


def packed(path: Path, files: Files) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def with_rows(files: Files, rows: Rows, *, leaves_too: bool, manifest_too: bool) -> Files:
    """The archive after somebody has changed its rows, and whatever else they thought of."""
    changed = {name: content for name, content in files.items() if not name.startswith("entries/")}
    for number in range(0, max(len(rows), 1), CHUNK):
        some = rows[number : number + CHUNK]
        changed[f"entries/{number // CHUNK:06}.rows"] = b"".join(row + b"\n" for row in some)
        if leaves_too:
            changed[f"leaves/{number // CHUNK:06}.bin"] = b"".join(leaves_of_rows(some))
    if manifest_too:
        manifest = json.loads(changed["manifest.json"])
        manifest["files"] = {
            name: {**manifest["files"].get(name, {}), "sha256": sha256(content).hexdigest(),
                   "rows": len(split_rows(content)), "bytes": len(content)}
            for name, content in changed.items() if not name.startswith("manifest")
        }  # fmt: skip
        changed["manifest.json"] = json.dumps(manifest).encode()
    return changed


def edit(rows: Rows, dice: random.Random) -> int:
    at = dice.randrange(len(rows))
    letter = dice.randrange(len(rows[at]))
    swapped = bytes([rows[at][letter] ^ (1 << dice.randrange(7))])
    rows[at] = (
        rows[at][:letter] + (swapped if swapped not in (b"\n", b"\r") else b"?") + rows[at][letter + 1 :]
    )
    return at


def reword(rows: Rows, dice: random.Random) -> int:
    at = dice.choice([at for at, row in enumerate(rows) if b"desk.a3" in row])
    rows[at] = rows[at].replace(b"desk.a3", b"pc.4512")
    return at


def delete(rows: Rows, dice: random.Random) -> int:
    at = dice.randrange(len(rows))
    del rows[at]
    return at


def swap(rows: Rows, dice: random.Random) -> int:
    one, other = sorted(dice.sample(range(len(rows)), 2))
    rows[one], rows[other] = rows[other], rows[one]
    return one


def insert(rows: Rows, dice: random.Random) -> int:
    at = dice.randrange(len(rows))
    rows.insert(at, dice.choice(rows).replace(b'"id":', b'"id":9'))
    return at


def repeat(rows: Rows, dice: random.Random) -> int:
    at = dice.randrange(1, len(rows))
    rows.insert(at, rows[at - 1])
    return at


def move(rows: Rows, dice: random.Random) -> int:
    one, other = sorted(dice.sample(range(len(rows)), 2))
    rows.insert(one, rows.pop(other))
    return one


def cut(rows: Rows, dice: random.Random) -> int:
    at = dice.randrange(1, len(rows))
    del rows[at:]
    return at


CRIMES: list[Callable[[Rows, random.Random], int]] = [edit, reword, delete, swap, insert, repeat, move, cut]


def is_well_named(crime: object, at: int, named: int, *, leaves_too: bool) -> bool:
    """Where the list of leaves was left alone, the very place is named; else where the signatures still fit up to."""
    return named <= at if leaves_too or crime is cut else named == at


def first_place(findings: Findings) -> int:
    return min((place for place, _sentence in findings.problems if 0 <= place < 10**9), default=-1)


@pytest.mark.usefixtures("book")
def test_every_crime_is_found_wherever_it_is_done(
    committed_cast: Cast, sequencer: Sequencer, anchors: Anchors, tmp_path: Path
) -> None:
    _export, path = exported(committed_cast, sequencer)
    files = files_of(path)
    key = (anchors.folder / "westmere.key").read_text()
    dice = random.Random(20261121)
    missed, misnamed = [], []
    for number in range(400):
        crime = CRIMES[number % len(CRIMES)]
        leaves_too, manifest_too = dice.random() < 0.4, dice.random() < 0.5
        rows = rows_of(files)
        at = crime(rows, dice)
        if rows == rows_of(files):
            continue
        changed = with_rows(files, rows, leaves_too=leaves_too, manifest_too=manifest_too)
        _manifest, findings, _key = verify(packed(tmp_path / "x.zip", changed), key_line=key, jobs=1)
        told = (number, crime.__name__, at, leaves_too, manifest_too, findings.sentences())
        if not findings.problems:
            missed.append(told)
        elif not is_well_named(crime, at, first_place(findings), leaves_too=leaves_too):
            misnamed.append(told)
    assert missed == []
    assert misnamed == []


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize("without", [(), ("who",)])
def test_every_crime_on_a_selection_is_found(
    committed_cast: Cast, sequencer: Sequencer, tmp_path: Path, without: tuple[str, ...]
) -> None:
    _export, path = exported(
        committed_cast, sequencer, whole=False, wanted=Wanted(person="desk.a3"), without=without
    )
    files = files_of(path)
    dice = random.Random(4)
    missed = []
    for number in range(120):
        crime = [edit, delete, swap, insert, repeat, move, cut][number % 7]
        rows = rows_of(files)
        crime(rows, dice)
        if rows == rows_of(files):
            continue
        changed = with_rows(files, rows, leaves_too=False, manifest_too=number % 2 == 0)
        if not verify(packed(tmp_path / "x.zip", changed), jobs=1)[1].problems:
            missed.append((number, crime.__name__))
    assert missed == []


@pytest.mark.usefixtures("book")
def test_any_flipped_bit_of_the_archive_is_found(
    committed_cast: Cast, sequencer: Sequencer, tmp_path: Path
) -> None:
    _export, path = exported(committed_cast, sequencer)
    files = files_of(path)
    dice = random.Random(7)
    unnoticed = []
    for _time in range(200):
        name = dice.choice([name for name in files if not name.startswith("manifest.sig")])
        at = dice.randrange(len(files[name]))
        content = bytearray(files[name])
        content[at] ^= 1 << dice.randrange(8)
        try:
            _m, findings, _k = verify(packed(tmp_path / "x.zip", {**files, name: bytes(content)}), jobs=1)
        except Exception as error:
            assert type(error).__name__ == "CannotCheck", (name, at, error)
            continue
        if not findings.problems:
            unnoticed.append((name, at))
    assert unnoticed == []


@pytest.mark.usefixtures("book")
def test_an_export_signed_with_another_key_is_not_taken_for_ours(
    committed_cast: Cast, sequencer: Sequencer, anchors: Anchors, tmp_path: Path
) -> None:
    _export, path = exported(committed_cast, sequencer)
    ours = (anchors.folder / "westmere.key").read_text()
    theirs = (anchors.folder / "fenland.key").read_text()

    _m, findings, _k = verify(path, key_line=theirs, jobs=1)

    assert any("another key" in sentence for sentence in findings.sentences())
    assert not verify(path, key_line=ours, jobs=1)[1].problems


@pytest.mark.usefixtures("book")
def test_a_roll_back_is_found_with_the_checkpoints_that_somebody_kept(
    committed_cast: Cast, sequencer: Sequencer, anchors: Anchors
) -> None:
    _early, early_path = exported(committed_cast, sequencer)
    act(committed_cast, "after the first export")
    sequencer.run_once()
    kept = anchors.file("westmere").read_text()

    _m, findings, _k = verify(early_path, kept=kept, jobs=1)
    assert not findings.problems
    assert any("newer than this export" in remark for remark in findings.remarks)

    # The same entries, said to have been exported after that checkpoint: a longer book was cut off.
    files = files_of(early_path)
    manifest = json.loads(files["manifest.json"])
    manifest["exported_at"] = "2030-01-01T00:00:00+00:00"
    later = packed(
        early_path.with_name("later.zip"), {**files, "manifest.json": json.dumps(manifest).encode()}
    )
    said = " ".join(verify(later, kept=kept, jobs=1)[1].sentences())
    assert "rolled back" in said


def test_what_is_no_export_cannot_be_checked(tmp_path: Path) -> None:
    from accounts.audit.hqdash_verify import main

    (tmp_path / "letter.txt").write_text("Dear auditor")
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as file:
        file.writestr("hello", "world")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(io.BytesIO(b"PK\x03\x04 not really").getvalue())

    for path in (tmp_path / "letter.txt", tmp_path / "nowhere.zip", empty, broken, tmp_path):
        assert main([str(path)]) == 2, path
