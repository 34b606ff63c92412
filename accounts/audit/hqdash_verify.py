#!/usr/bin/env python3
"""Verifies an exported audit log of HQ Dash offline, and says in plain words what was tampered with.

    python3 hqdash_verify.py force-2026-11-21.zip
    python3 hqdash_verify.py force-2026-11-21.zip --key force.key --checkpoints kept.txt

Needs Python 3.9 or newer and the package "cryptography" (pip install cryptography); nothing of HQ Dash, no
network, no database. It is one file on purpose, so that it can be read through before it is believed.

It checks, in this order: the signature on the manifest; that each file is the one the manifest names (SHA-256);
each entry against its leaf; the Merkle tree over all leaves (RFC 6962) against the signed checkpoints (C2SP
signed notes, Ed25519); and the checkpoints that you have kept yourself against the same tree.

Exit code: 0 the export is what was signed, 1 something was altered, 2 it could not be checked.
"""

# It is read and run far from here, by whoever has an old Python and no linter.
# ruff: noqa: B905, E501, PLR0911, PLW0603, S101, SIM102, T201, UP017

from __future__ import annotations

import argparse
import base64
import binascii
import json
import multiprocessing
import os
import sys
import time
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from hashlib import sha256, shake_256
from pathlib import Path
from typing import Any

MANIFEST, SIGNATURE, KEY, CHECKPOINTS = "manifest.json", "manifest.sig", "book.key", "checkpoints.txt"
FORMAT = "hqdash/export/1"
HASH = 32
# The first bytes of a line are {"at":"2026-11-20T14:30:00.123456: its time can be cut out without reading the rest.
AT = slice(7, 33)
LONGEST_TRANSACTION = timedelta(hours=1)
MOST_PROBLEMS = 20
SIGNATURES_CHECKED = 2000
PARTS_SAMPLED = 64


class CannotCheck(Exception):
    """What was named is no export, or something that is needed to check it is not there."""


# ----- hashes: what stands in the tree ----------------------------------------------------------------


def hash_pair(left: bytes, right: bytes) -> bytes:
    """An inner node (RFC 6962)."""
    return sha256(b"\x01" + left + right).digest()


def leaf_2(line: bytes, parts: bytes) -> bytes:
    """The leaf of a line: over its exact bytes, and over its parts for copies with something blacked out."""
    return sha256(LEAF_2 + sha256(line).digest() + parts).digest()


def leaf_1(line: bytes) -> bytes:
    """The leaf of a line of the first format, which was made of the parts alone."""
    entry = json.loads(line)
    hashes = [(name, hash_part(name, salt, text)) for name, salt, text in parts_of(entry, 1)]
    return sha256(b"\x00" + _body(b"hqdash/entry/1", entry["id"], hashes)).digest()


def parts_hash(line: bytes) -> bytes:
    """The hash over the parts of a line, as it stands in the leaf."""
    entry = json.loads(line)
    hashes = [(name, hash_part(name, salt, text)) for name, salt, text in parts_of(entry, 2)]
    return sha256(_body(b"hqdash/parts/2", entry["id"], hashes)).digest()


def leaf_of_copy(copy: dict[str, Any]) -> bytes:
    """The leaf of a copy in which some parts are given as a hash only."""
    hashes = [
        (
            name,
            bytes.fromhex(part["hash"])
            if "hash" in part
            else hash_part(name, bytes.fromhex(part["salt"]), part["value"]),
        )
        for name, part in sorted(copy["parts"].items())
    ]
    if copy["format"] == 1:
        return sha256(b"\x00" + _body(b"hqdash/entry/1", copy["id"], hashes)).digest()
    parts = sha256(_body(b"hqdash/parts/2", copy["id"], hashes)).digest()
    return sha256(LEAF_2 + bytes.fromhex(copy["line"]) + parts).digest()


def parts_of(entry: dict[str, Any], form: int) -> list[tuple[str, bytes, str]]:
    """What can be blacked out one by one, in order: its name, its salt and its text."""
    details = entry["details"] if isinstance(entry["details"], dict) else {"": entry["details"]}
    parts = sorted((f"details/{name}", canonical(value)) for name, value in details.items())
    # These names follow in order of the alphabet, behind every "details/".
    parts += [
        ("from", _texts(entry, "session", "address")),
        ("object", _texts(entry, "object_type", "object_id", "object_label")),
        ("place", _texts(entry, "unit_id", "unit_name", "channel_id", "channel_name")),
        ("reason", entry["reason"]),
        ("what", entry["action"]),
        ("when", entry["at"]),
        ("who", _texts(entry, "kind", "username", "actor_id")),
    ]
    # One stream for all salts: a disclosed slice of it says nothing about the slices beside it.
    seed = b"hqdash/entry-salts/%d" % form + bytes.fromhex(entry["salt"])
    salts = shake_256(seed).digest(16 * len(parts))
    return [(name, salts[at * 16 : at * 16 + 16], text) for at, (name, text) in enumerate(parts)]


def hash_part(name: str, salt: bytes, text: str) -> bytes:
    """The hash of one part."""
    return sha256(_head(name) + salt + text.encode()).digest()


def canonical(value: Any) -> str:
    """The one way in which a value is written as JSON here."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _texts(entry: dict[str, Any], *names: str) -> str:
    return canonical([entry[name] or "" for name in names])


def _body(domain: bytes, line_id: int, hashes: Sequence[tuple[str, bytes]]) -> bytes:
    named = b"".join(_head(name) + part for name, part in hashes)
    return domain + line_id.to_bytes(8, "big") + len(hashes).to_bytes(4, "big") + named


def _head(name: str) -> bytes:
    packed = name.encode()
    return len(packed).to_bytes(4, "big") + packed


LEAF_2 = b"\x00hqdash/entry/2\n"


# ----- the tree ---------------------------------------------------------------------------------------


def levels_of(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """Every complete subtree over these leaves: level by level, the leaves first."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = zip(below[::2], below[1::2])
        levels.append([sha256(b"\x01" + left + right).digest() for left, right in pairs])
    return levels


def peaks_at(levels: Sequence[Sequence[bytes]], size: int) -> list[bytes]:
    """The roots of the complete subtrees that make up the first `size` leaves, from left to right."""
    peaks, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            peaks.append(levels[level][start >> level])
            start += 1 << level
    return peaks


def root_over(peaks: Sequence[bytes]) -> bytes:
    """The root above these subtrees."""
    if not peaks:
        return sha256(b"").digest()
    node = peaks[-1]
    for peak in reversed(peaks[:-1]):
        node = hash_pair(peak, node)
    return node


def is_included(leaf: bytes, place: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from this leaf to this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= place < size:
        return False
    here, last, node = place, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            node = hash_pair(sibling, node)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            node = hash_pair(node, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and node == root


# ----- signed notes (C2SP) ----------------------------------------------------------------------------


class Key:
    """The public key of a book, with the name that it signs under."""

    def __init__(self, line: str) -> None:
        try:
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        except ImportError:
            raise CannotCheck(
                "The package “cryptography” is not installed: pip install cryptography"
            ) from None
        try:
            self.name, _hash, packed = line.strip().split("+", 2)
            raw = base64.b64decode(packed, validate=True)
            if raw[:1] != b"\x01":
                raise ValueError
            self.raw = raw[1:]
            self._public = Ed25519PublicKey.from_public_bytes(self.raw)
        except (ValueError, binascii.Error):
            raise CannotCheck("This is not the key of a book.") from None
        self._invalid = InvalidSignature

    @property
    def fingerprint(self) -> str:
        """What to compare with the fingerprint that the force has published."""
        return ":".join(f"{byte:02x}" for byte in sha256(self.raw).digest()[:16])

    def opened(self, note: str, name: str) -> str | None:
        """The text of the note if this key has signed it under this name."""
        text, mark, signatures = note.rpartition("\n\n")
        if not mark:
            return None
        text += "\n"
        key_hash = sha256(name.encode() + b"\n\x01" + self.raw).digest()[:4]
        for line in signatures.splitlines():
            if not line.startswith(f"— {name} "):
                continue
            try:
                packed = base64.b64decode(line.rpartition(" ")[2], validate=True)
                if packed[:4] == key_hash:
                    self._public.verify(packed[4:], text.encode())
                    return text
            except (self._invalid, binascii.Error, ValueError):
                continue
        return None


class Checkpoint:
    """How large the book was at one moment, and the root over all of it."""

    def __init__(self, note: str, kept: bool = False) -> None:
        try:
            self.note, self.kept = note, kept
            self.origin, size, root, *more = note.partition("\n\n")[0].splitlines()
            self.size, self.root = int(size), base64.b64decode(root, validate=True)
            self.at = _moment(next(line[3:] for line in more if line.startswith("at ")))
        except (ValueError, StopIteration, binascii.Error):
            raise CannotCheck("One of the checkpoints cannot be read.") from None


def split_notes(text: str) -> list[str]:
    """The notes of a file of checkpoints, oldest first."""
    notes: list[str] = []
    lines: list[str] = []
    for line in text.splitlines(keepends=True):
        if lines and lines[-1].startswith("— ") and not line.startswith("— "):
            notes.append("".join(lines))
            lines = []
        if lines or line.strip():
            lines.append(line)
    return [*notes, "".join(lines)] if lines else notes


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


# ----- the files --------------------------------------------------------------------------------------


class Archive:
    """The files of an export, in its zip or unpacked in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = None if path.is_dir() else zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise CannotCheck(f"{path} is not an export that can be read: {error}") from None

    def names(self) -> set[str]:
        """Every file in it."""
        if self._zip is not None:
            return {name for name in self._zip.namelist() if not name.endswith("/")}
        return {
            str(file.relative_to(self.path).as_posix()) for file in self.path.rglob("*") if file.is_file()
        }

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None when it is not there or was damaged."""
        try:
            return self._zip.read(name) if self._zip is not None else (self.path / name).read_bytes()
        except (KeyError, OSError, zipfile.BadZipFile, EOFError, ValueError):
            return None
        except Exception as error:  # zlib.error is not exported where zlib is missing
            if type(error).__name__ == "error":
                return None
            raise


class Findings:
    """What was found: problems end in exit code 1, remarks do not."""

    def __init__(self) -> None:
        self.problems: list[tuple[int, str]] = []
        self.remarks: list[str] = []
        self.entries = 0
        self.covered: Checkpoint | None = None

    def problem(self, sentence: str, place: int = -1) -> None:
        """Note something that does not fit; those without a place stand first."""
        if len(self.problems) < MOST_PROBLEMS and (place, sentence) not in self.problems:
            self.problems.append((place, sentence))

    def sentences(self) -> list[str]:
        """The problems in the order of the book."""
        return [sentence for _place, sentence in sorted(self.problems, key=lambda one: one[0])]


# ----- one file of entries, in a process of its own ---------------------------------------------------

_archive: Archive | None = None


def _begin(path: str) -> None:
    global _archive
    _archive = Archive(Path(path))


def check_rows(task: tuple[str, str, list[int], list[int], bool]) -> dict[str, Any]:
    """Read one file of entries and its leaves: hashes, subtrees for the checkpoints in it, and what does not fit."""
    entries_name, leaves_name, sizes, told, all_parts = task
    assert _archive is not None
    data = _archive.read(entries_name)
    listed = _archive.read(leaves_name)
    result: dict[str, Any] = {
        "sha256": {
            entries_name: None if data is None else sha256(data).hexdigest(),
            leaves_name: None if listed is None else sha256(listed).hexdigest(),
        },
        "misfits": [], "peaks": {}, "peaks_of_entries": {}, "back": [], "told": [], "bad_parts": [],
    }  # fmt: skip
    rows = split_rows(data or b"")
    leaves = leaves_of_rows(rows)
    result["rows"] = len(rows)
    if leaves and listed == b"".join(leaves):
        levels = levels_of(leaves)
        result["peaks"] = result["peaks_of_entries"] = {
            size: peaks_at(levels, size) for size in sizes if size <= len(leaves)
        }
        result["peaks"][len(leaves)] = peaks_at(levels, len(leaves))
        result["leaves"] = len(leaves)
    else:
        claimed = [listed[at : at + HASH] for at in range(0, len(listed), HASH)] if listed else []
        result["leaves"] = len(claimed)
        for name, those in (("peaks", claimed), ("peaks_of_entries", leaves)):
            levels = levels_of(those)
            result[name] = {
                size: peaks_at(levels, size) for size in [*sizes, len(those)] if size <= len(those)
            }
        longest = max(len(leaves), len(claimed))
        result["misfits"] = [at for at in range(longest) if leaves[at : at + 1] != claimed[at : at + 1]][:1]
    step = 1 if all_parts else max(1, len(rows) // PARTS_SAMPLED)
    result["bad_parts"] = [at for at in range(0, len(rows), step) if not parts_fit(rows[at])][:1]
    times = [row[AT] for row in rows]
    result["back"] = steps_back(times)
    result["first_at"], result["last_at"] = (times[0], times[-1]) if times else (b"", b"")
    # Which entries tell of the clock and of gaps is in the manifest: searching for them would take as long as all hashes.
    result["told"] = [(at, rows[at].partition(b"\t")[0]) for at in told if at < len(rows)]
    return result


def split_rows(data: bytes) -> list[bytes]:
    """The rows of a file of entries: a line, a tab, the hash over its parts."""
    rows = data.split(b"\n")
    if rows and not rows[-1]:
        rows.pop()
    return rows


def leaves_of_rows(rows: Sequence[bytes]) -> list[bytes]:
    """The leaf of each row; an empty one for a row that is not a row."""
    unhex, prefix = binascii.unhexlify, LEAF_2
    try:
        # The parts are the last 64 letters: no row has to be searched, and no JSON to be read.
        return [sha256(prefix + sha256(row[:-65]).digest() + unhex(row[-64:])).digest() for row in rows]
    except binascii.Error:
        # A row of the first format, or one that was altered.
        return [leaf_of_row(row) for row in rows]


def leaf_of_row(row: bytes) -> bytes:
    """The leaf of one row of either format."""
    line, _tab, parts = row.rpartition(b"\t")
    try:
        return leaf_1(line) if parts == b"-" else leaf_2(line, binascii.unhexlify(parts))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return b""


def parts_fit(row: bytes) -> bool:
    """Whether the hash over the parts is that of the line's parts."""
    line, _tab, parts = row.rpartition(b"\t")
    try:
        return parts == b"-" or parts_hash(line).hex().encode() == parts
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return True  # the row was altered, and is named for that


def steps_back(times: Sequence[bytes]) -> list[tuple[int, str, str]]:
    """Where an entry says it is more than an hour older than the one before it."""
    found = []
    for at in range(1, len(times)):
        before, now = times[at - 1], times[at]
        # Within the same hour, or forwards: nearly all of them are passed by after one comparison.
        if now < before and now[:13] != before[:13]:
            try:
                first, second = datetime.fromisoformat(before.decode()), datetime.fromisoformat(now.decode())
            except ValueError:
                continue
            if first - second > LONGEST_TRANSACTION:
                found.append((at, before.decode(), now.decode()))
    return found


# ----- the whole book ---------------------------------------------------------------------------------


class Whole:
    """An export of every entry from the first to a checkpoint."""

    def __init__(self, archive: Archive, manifest: dict[str, Any], findings: Findings) -> None:
        self.archive, self.manifest, self.findings = archive, manifest, findings
        self.names = sorted(name for name in manifest["files"] if name.startswith("entries/"))
        self.chunk = int(manifest["chunk"])
        self.gaps: list[dict[str, Any]] = []

    def check(self, checkpoints: list[Checkpoint], jobs: int, all_parts: bool) -> dict[str, str | None]:
        """Go through all entries; the SHA-256 of each file that was read on the way."""
        sizes: dict[int, list[int]] = {}
        for checkpoint in checkpoints:
            if checkpoint.size > 0:
                number, local = divmod(checkpoint.size - 1, self.chunk)
                sizes.setdefault(number, []).append(local + 1)
        told: dict[int, list[int]] = {}
        for place in self.manifest.get("told") or []:
            told.setdefault(int(place) // self.chunk, []).append(int(place) % self.chunk)
        tasks = [
            (
                name,
                self.leaves_name(name),
                [size for size in sorted(set(sizes.get(n, []))) if size <= self.expected(name)],
                sorted(set(told.get(n, []))),
                all_parts,
            )
            for n, name in enumerate(self.names)
        ]
        results = _in_processes(check_rows, tasks, self.archive.path, jobs)
        hashes: dict[str, str | None] = {}
        for result in results:
            hashes.update(result["sha256"])
        self.findings.entries = sum(result["rows"] for result in results)
        told_entries = [
            (n * self.chunk + at, json.loads(line))
            for n, result in enumerate(results)
            for at, line in result["told"]
            if _is_json(line)
        ]
        self.gaps = [gap for _place, entry in told_entries for gap in gap_of(entry)]
        checkpoints = [one for one in checkpoints if not is_lost(one, self.gaps)]
        ok_leaves = self._roots(results, checkpoints, "peaks")
        ok_rows = self._roots(results, checkpoints, "peaks_of_entries")
        broken = next((n for n, result in enumerate(results) if result["misfits"]), None)
        if broken is not None:
            if ok_rows:
                self.findings.problem(
                    f"The list of leaves in {tasks[broken][1]} was altered; the entries themselves are what was signed."
                )
            else:
                self._name_first(broken, results[broken]["misfits"][0])
        if not ok_rows and not ok_leaves:
            self._name_range(results, checkpoints, broken is not None)
        elif ok_leaves and ok_rows and checkpoints:
            self.findings.covered = max((one for one in checkpoints if one.size <= self.total), key=lambda one: one.size, default=None)  # fmt: skip
        self._clock_and_gaps(results, told_entries)
        for n, result in enumerate(results):
            if result["bad_parts"] and not result["misfits"]:
                place = n * self.chunk + result["bad_parts"][0]
                self.findings.problem(
                    f"{self.named(place)}: the hash over its parts is not that of the line. Copies of it with "
                    "something blacked out may say something else than the line itself.",
                    place,
                )
        return hashes

    @property
    def total(self) -> int:
        """How many entries there should be."""
        return int(self.manifest["entries"])

    def expected(self, name: str) -> int:
        """How many entries a file should have."""
        return int(self.manifest["files"][name]["rows"])

    def leaves_name(self, entries_name: str) -> str:
        """The file with the leaves of a file of entries."""
        return "leaves/" + entries_name[len("entries/") :].replace(".rows", ".bin")

    def _roots(self, results: list[dict[str, Any]], checkpoints: list[Checkpoint], which: str) -> bool:
        """Whether every checkpoint up to the end fits the tree over these leaves."""
        return self._first_misfit(results, checkpoints, which) is None

    def _first_misfit(
        self, results: list[dict[str, Any]], checkpoints: list[Checkpoint], which: str
    ) -> Checkpoint | None:
        outer: list[list[bytes]] = [[]]
        for result in results:
            full = result[which].get(self.chunk)
            if full is None:
                outer.append([])
                break
            outer.append(_grown(outer[-1], len(outer) - 1, full[0]))
        for checkpoint in sorted(checkpoints, key=lambda one: one.size):
            if checkpoint.size > self.total or checkpoint.size <= 0:
                continue
            number, local = divmod(checkpoint.size - 1, self.chunk)
            inner = results[number][which].get(local + 1) if number < len(results) else None
            if inner is None or number >= len(outer) or (number and not outer[number]):
                return checkpoint
            if root_over([*outer[number], *inner]) != checkpoint.root:
                return checkpoint
        return None

    def _name_range(self, results: list[dict[str, Any]], checkpoints: list[Checkpoint], named: bool) -> None:
        bad = self._first_misfit(results, checkpoints, "peaks")
        if bad is None:
            return
        good = max((one.size for one in checkpoints if one.size < bad.size and not one.kept), default=0)
        good = max([good, *(one.size for one in checkpoints if one.size < bad.size)])
        whose = "that you have kept" if bad.kept else "signed"
        also = (
            ", and leaves as well" if named else ": entries and leaves fit each other, but not the signature"
        )
        self.findings.problem(
            f"Between places {good:,} and {bad.size - 1:,} the book was rewritten{also}. The checkpoint {whose} at "
            f"{_when(bad.at)} covers another text. The first entry in question is {self.named(good)}.",
            good,
        )

    def _rows(self, number: int) -> list[bytes]:
        return split_rows(self.archive.read(self.names[number]) or b"") if number < len(self.names) else []

    def named(self, place: int) -> str:
        """An entry in words: its number, place, time, act and person."""
        number, local = divmod(place, self.chunk)
        rows = self._rows(number)
        return named_row(rows[local], place) if local < len(rows) else f"Place {place:,}"

    def _name_first(self, number: int, local: int) -> None:
        """Say what happened at the first row that is not what was signed."""
        places: dict[bytes, int] = {}
        for name in self.names:
            listed = self.archive.read(self.leaves_name(name)) or b""
            for at in range(0, len(listed), HASH):
                places.setdefault(listed[at : at + HASH], len(places))
        place = number * self.chunk + local
        rows = [*self._rows(number)[local:], *self._rows(number + 1)[:2]]
        self.findings.problem(self._what_happened(place, rows, places), place)

    def _what_happened(self, place: int, rows: list[bytes], places: dict[bytes, int]) -> str:
        if not rows:
            return f"Place {place:,} is missing: the book was cut off there."
        belongs = places.get(leaf_of_row(rows[0]))
        following = places.get(leaf_of_row(rows[1])) if len(rows) > 1 else None
        here = named_row(rows[0], place)
        if belongs is None:
            if following == place:
                return f"{here} is not in the signed book: it was inserted."
            return f"{here} was altered after it was written."
        if belongs > place:
            at_other = self._row_at(belongs)
            if at_other and places.get(leaf_of_row(at_other)) == place:
                return f"{here} and {named_row(at_other, belongs)} have been swapped."
            if following in (belongs + 1, None):
                count = belongs - place
                if count == 1:
                    return f"The entry at place {place:,} is missing: it was removed. Behind the gap stands {here}."
                return f"{count:,} entries from place {place:,} are missing: they were removed. Behind the gap stands {here}."
            return f"{here} stands in the wrong order: it belongs to place {belongs:,}."
        return f"{here} stands there a second time: it belongs to place {belongs:,}."

    def _row_at(self, place: int) -> bytes:
        number, local = divmod(place, self.chunk)
        rows = self._rows(number)
        return rows[local] if local < len(rows) else b""

    def _clock_and_gaps(self, results: list[dict[str, Any]], told: list[tuple[int, dict[str, Any]]]) -> None:
        """Say where the clock jumped and where a restored database left a gap; an unexplained step back is a problem."""
        steps = []
        for n, result in enumerate(results):
            if n:
                border = [results[n - 1]["last_at"], result["first_at"]]
                steps += [(n * self.chunk, *step[1:]) for step in steps_back(border)]
            steps += [(n * self.chunk + at, before, after) for at, before, after in result["back"]]
        judge_clock(self.findings, steps, told, self.named)


def judge_clock(findings: Findings, steps: list[Any], told: list[Any], named: Any) -> None:
    """What steps of the clock mean, given what the log itself says about its clock."""
    for place, before, after in steps:
        if any(explains(entry, after) for _place, entry in told):
            continue
        findings.problem(
            f"{named(place)} says it was written at {after[:19].replace('T', ' ')} UTC, but stands behind one of "
            f"{before[:19].replace('T', ' ')} UTC: it was dated back or inserted later.",
            place,
        )
    findings.remarks += [sentence for place, entry in told for sentence in told_in_words(place, entry)]


def told_in_words(place: int, entry: dict[str, Any]) -> list[str]:
    """What an entry of the log says about its clock or about a gap in it."""
    details = entry.get("details") or {}
    if entry.get("action") == "clock.jumped":
        return [
            f"The clock jumped near place {place:,}: from {details.get('before')} to {details.get('after')} "
            f"({details.get('seconds')} seconds). Entries keep the time that the database had; their order is that "
            "of their places."
        ]
    return [
        f"GAP: at place {place:,} {entry['username']} let the book go on from a restored database. What stood from "
        f"place {gap['from']:,} to {gap['to'] - 1:,}, signed until {details.get('signed_at')}, is lost. "
        f"Reason: {entry['reason']}"
        for gap in gap_of(entry)
    ]


def explains(entry: dict[str, Any], after: str) -> bool:
    """Whether this entry of the log tells of a clock that was set back to about this time."""
    details = entry.get("details") or {}
    try:
        if entry["action"] != "clock.jumped" or entry["kind"] != "clock" or float(details["seconds"]) > 0:
            return False
        gap = _moment(str(details["after"])) - datetime.fromisoformat(after).replace(tzinfo=timezone.utc)
    except (KeyError, ValueError, TypeError):
        return False
    return abs(gap) <= timedelta(minutes=10)


def gap_of(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """What was lost, if this entry tells of a restored database that somebody let the book go on from."""
    details = entry.get("details") or {}
    if entry.get("action") != "book.restore_accepted":
        return []
    try:
        return [{"from": int(details["from"]), "to": int(details["to"]), "accepted_at": str(entry["at"])}]
    except (KeyError, ValueError, TypeError):
        return []


def is_lost(checkpoint: Checkpoint, gaps: Sequence[dict[str, Any]]) -> bool:
    """Whether this checkpoint is of entries that were lost with a database, as the book itself says."""
    return any(
        int(gap["from"]) < checkpoint.size <= int(gap["to"]) and checkpoint.at <= _moment(gap["accepted_at"])
        for gap in gaps
    )


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _grown(peaks: list[bytes], count: int, node: bytes) -> list[bytes]:
    """The peaks over whole chunks after one more of them."""
    peaks = list(peaks)
    while count & 1:
        node = hash_pair(peaks.pop(), node)
        count >>= 1
    return [*peaks, node]


def _in_processes(work: Any, tasks: list[Any], path: Path, jobs: int) -> list[Any]:
    if jobs <= 1 or len(tasks) < 2:
        _begin(str(path))
        return [work(task) for task in tasks]
    with multiprocessing.Pool(min(jobs, len(tasks)), _begin, (str(path),)) as pool:
        return pool.map(work, tasks, chunksize=1)


# ----- a selection of entries, each with its proof ----------------------------------------------------


def check_selected(task: tuple[str, int, str]) -> dict[str, Any]:
    """Check each row of one file of a selection: it leads to the root by its own proof."""
    name, size, root = task
    assert _archive is not None
    data = _archive.read(name)
    rows = split_rows(data or b"")
    wrong = []
    found = []
    for at, row in enumerate(rows):
        *_line, place, proof = row.split(b"\t")
        try:
            found.append(int(place))
            packed = base64.b64decode(proof, validate=True)
            hashes = [packed[start : start + HASH] for start in range(0, len(packed), HASH)]
            fits = is_included(leaf_of_selected(row), int(place), size, hashes, bytes.fromhex(root))
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            fits = False
        if not fits:
            wrong.append(at)
    sha = None if data is None else sha256(data).hexdigest()
    return {"sha256": {name: sha}, "rows": len(rows), "wrong": wrong[:3], "places": found}


def leaf_of_selected(row: bytes) -> bytes:
    """The leaf of a row of a selection, whole or with parts blacked out."""
    fields = row.split(b"\t")
    return leaf_of_copy(json.loads(fields[0])) if len(fields) == 3 else leaf_of_row(b"\t".join(fields[:2]))


def check_selection(
    archive: Archive, manifest: dict[str, Any], findings: Findings, checkpoint: Checkpoint, jobs: int
) -> dict[str, str | None]:
    """Every entry of a selection against the root of its checkpoint."""
    names = sorted(name for name in manifest["files"] if name.startswith("entries/"))
    results = _in_processes(
        check_selected, [(name, checkpoint.size, checkpoint.root.hex()) for name in names], archive.path, jobs
    )
    findings.entries = sum(result["rows"] for result in results)
    hashes: dict[str, str | None] = {}
    seen: list[int] = []
    for name, result in zip(names, results):
        hashes.update(result["sha256"])
        rows = split_rows(archive.read(name) or b"") if result["wrong"] else []
        for at in result["wrong"]:
            place = result["places"][at] if at < len(result["places"]) else -1
            findings.problem(
                f"{named_row(rows[at], place)} was altered, or is not in the signed book.", place
            )
        seen += result["places"]
    packed = archive.read("places.bin") or b""
    hashes["places.bin"] = sha256(packed).hexdigest() if packed or "places.bin" in archive.names() else None
    listed = [int.from_bytes(packed[at : at + 8], "big") for at in range(0, len(packed), 8)]
    if listed != seen:
        _name_difference(findings, listed, seen)
    findings.covered = checkpoint
    return hashes


def _name_difference(findings: Findings, listed: list[int], seen: list[int]) -> None:
    for place in sorted(set(listed) - set(seen))[:3]:
        findings.problem(f"The entry at place {place:,} was exported, but is missing: it was removed.", place)
    for place in sorted(set(seen) - set(listed))[:3]:
        findings.problem(f"The entry at place {place:,} was not exported: it was inserted.", place)
    if sorted(listed) == sorted(seen):
        at = next(at for at, (one, other) in enumerate(zip(listed, seen)) if one != other)
        findings.problem(
            f"The entries at places {listed[at]:,} and {seen[at]:,} stand in another order.", listed[at]
        )
    elif set(listed) == set(seen):
        twice = next(place for place in seen if seen.count(place) > listed.count(place))
        findings.problem(f"The entry at place {twice:,} stands there a second time.", twice)


def named_row(row: bytes, place: int) -> str:
    """An entry in words, from whatever of its row can be read."""
    where = f"at place {place:,}" if place >= 0 else "at no known place"
    try:
        entry = json.loads(row.partition(b"\t")[0])
        if "parts" in entry:
            shown = {name: part.get("value", "(blacked out)") for name, part in entry["parts"].items()}
            what, who, at = shown["what"], shown["who"], shown["when"]
        else:
            what, who, at = entry["action"], entry["username"], entry["at"]
        return f"Entry {entry['id']} ({where}: {what} by {who}, {str(at)[:19].replace('T', ' ')} UTC)"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"The entry {where} (it cannot be read)"


# ----- everything together ----------------------------------------------------------------------------


def verify(
    path: Path, *, key_line: str = "", kept: str = "", jobs: int = 0, all_parts: bool = False
) -> tuple[dict[str, Any], Findings, Key]:
    """Check an export; the manifest, what was found, and the key that it was checked with."""
    archive, findings = Archive(path), Findings()
    manifest, raw = _manifest(archive)
    own = archive.read(KEY)
    line = key_line or (own or b"").decode("utf-8", "replace")
    if not line.strip():
        raise CannotCheck(f"The export has no {KEY}: name the key that you were given with --key.")
    key = Key(line)
    if key_line and own and own.decode("utf-8", "replace").strip() != key_line.strip():
        findings.problem(
            "The export carries another key than the one that you were given: it was signed by somebody else."
        )
    slug = str(manifest["force"]["slug"])
    _check_signature(archive, raw, key, slug, findings)
    checkpoints = _checkpoints(archive, key, slug, kept, findings)
    final = next((one for one in checkpoints if not one.kept and _is_final(one, manifest)), None)
    jobs = jobs or os.cpu_count() or 1
    gaps = manifest.get("gaps") or []
    if final is None:
        findings.problem(
            "No signed checkpoint covers this export: that with which it was made is missing or altered."
        )
    if manifest["kind"] == "whole":
        whole = Whole(archive, manifest, findings)
        hashes = whole.check(checkpoints, jobs, all_parts)
        gaps = whole.gaps
    elif final is not None:
        hashes = check_selection(archive, manifest, findings, final, jobs)
    else:
        hashes = {}
    _check_files(archive, manifest, hashes, findings)
    _check_rolled_back(manifest, checkpoints, gaps, findings)
    return manifest, findings, key


def _manifest(archive: Archive) -> tuple[dict[str, Any], bytes]:
    raw = archive.read(MANIFEST)
    if raw is None:
        raise CannotCheck(
            f"{archive.path} has no {MANIFEST}: it is not an export of HQ Dash, or was damaged."
        )
    try:
        manifest = json.loads(raw)
        if manifest["format"] != FORMAT:
            raise CannotCheck(
                f"This export has the format {manifest['format']}; this verifier knows {FORMAT}."
            )
        checked = (
            manifest["kind"],
            manifest["files"].items(),
            int(manifest["entries"]),
            int(manifest["checkpoint"]["size"]),
        )
        if (
            not checked
            or manifest["kind"] not in ("whole", "selection", "redacted")
            or int(manifest["chunk"]) < 1
        ):
            raise ValueError
        str(manifest["force"]["slug"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CannotCheck(f"The {MANIFEST} cannot be read.") from None
    return manifest, raw


def _is_final(one: Checkpoint, manifest: dict[str, Any]) -> bool:
    stated = manifest["checkpoint"]
    return one.size == int(stated["size"]) and one.root.hex() == stated["root"]


def _check_signature(archive: Archive, raw: bytes, key: Key, slug: str, findings: Findings) -> None:
    note = (archive.read(SIGNATURE) or b"").decode("utf-8", "replace")
    text = key.opened(note, f"hqdash.export/{slug}")
    if text is None:
        findings.problem(
            "The manifest is not signed with this key: it was altered, or the export is not from this installation."
        )
    elif f"sha256 {sha256(raw).hexdigest()}" not in text.splitlines():
        findings.problem("The manifest was altered: its signature is for another text.")


def _checkpoints(archive: Archive, key: Key, slug: str, kept: str, findings: Findings) -> list[Checkpoint]:
    """Every checkpoint that counts: its signature was checked, or there are too many and it is one of the rest."""
    origin, found = f"hqdash.book/{slug}", []
    own = (archive.read(CHECKPOINTS) or b"").decode("utf-8", "replace")
    for is_kept, text in ((False, own), (True, kept)):
        notes = split_notes(text)
        step = max(1, len(notes) // SIGNATURES_CHECKED)
        for number, note in enumerate(notes):
            whose = "that you have kept" if is_kept else "in the export"
            if number % step == 0 or number >= len(notes) - 10:
                if key.opened(note, origin) is None:
                    findings.problem(
                        f"Checkpoint {number + 1} of those {whose} is not signed with this book's key."
                    )
                    continue
            try:
                checkpoint = Checkpoint(note, is_kept)
            except CannotCheck:
                findings.problem(f"Checkpoint {number + 1} of those {whose} cannot be read.")
                continue
            if checkpoint.origin == origin:
                found.append(checkpoint)
    return found


def _check_files(
    archive: Archive, manifest: dict[str, Any], hashes: dict[str, str | None], findings: Findings
) -> None:
    for name, stated in sorted(manifest["files"].items()):
        if name not in hashes:
            content = archive.read(name)
            hashes[name] = None if content is None else sha256(content).hexdigest()
        if hashes[name] is None:
            findings.problem(f"The file {name} is missing or damaged.", sys.maxsize)
        elif hashes[name] != stated["sha256"]:
            findings.problem(
                f"The file {name} is not the one that was exported: its SHA-256 differs.", sys.maxsize
            )
    for name in sorted(archive.names() - set(manifest["files"]) - {MANIFEST, SIGNATURE}):
        findings.remarks.append(f"The file {name} does not belong to the export; it was not checked.")


def _check_rolled_back(
    manifest: dict[str, Any],
    checkpoints: list[Checkpoint],
    gaps: Sequence[dict[str, Any]],
    findings: Findings,
) -> None:
    """A checkpoint from before the export that covers more than it was cut off, or the database rolled back."""
    size, made = int(manifest["checkpoint"]["size"]), _moment(manifest["exported_at"])
    beyond = [one for one in checkpoints if one.size > size and not is_lost(one, gaps)]
    # Signed in whole seconds: what was signed in the moment of the export may be newer than it.
    unexplained = [one for one in beyond if one.at <= made - timedelta(seconds=2)]
    if len(unexplained) < len(beyond):
        findings.remarks.append(
            "Some of your checkpoints are newer than this export; they could not be compared."
        )
    if unexplained:
        last = max(unexplained, key=lambda one: one.size)
        findings.problem(
            f"The checkpoint of {_when(last.at)} covers {last.size:,} entries, but this export, made later, ends after "
            f"{size:,}: entries were removed from the end, or the database was rolled back to an earlier state. "
            f"The first entry that is missing is the one at place {size:,}.",
            size,
        )


def _when(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%d %b %Y %H:%M:%S UTC")


def describe(manifest: dict[str, Any], findings: Findings, key: Key, took: float) -> Iterable[str]:
    """The result as a person reads it."""
    force = manifest["force"]
    yield f"Audit log of {force.get('name', '')} ({force['slug']}), exported {manifest['exported_at']} by {manifest['exported_by']}"
    kinds = {
        "whole": "the whole book up to its last checkpoint",
        "selection": f"a selection ({canonical(manifest.get('filters') or {})})",
        "redacted": f"a selection with parts blacked out ({', '.join(manifest.get('without') or [])})",
    }
    yield f"This export is {kinds[manifest['kind']]}: {findings.entries:,} entries."
    yield f"Key {key.name}, fingerprint {key.fingerprint}"
    yield "Compare this fingerprint with the one that the force has published; an export can be signed with any key."
    yield ""
    yield from (f"Note: {remark}" for remark in findings.remarks)
    if findings.problems:
        yield f"ALTERED. {len(findings.problems)} thing(s) do not fit; the first in the book stands first:"
        yield from (
            f"  {number}. {sentence}" for number, sentence in enumerate(findings.sentences(), start=1)
        )
    else:
        upto = f", signed on {_when(findings.covered.at)}" if findings.covered else ""
        yield f"INTACT. All {findings.entries:,} entries are what was signed{upto}."
        if manifest["kind"] != "whole":
            yield "That no other entry fits the selection is not proven; only an export of the whole book shows that."
    yield f"({took:.1f} s)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names."""
    parser = argparse.ArgumentParser(
        prog="hqdash_verify.py", description="Verifies an exported audit log of HQ Dash, offline."
    )
    parser.add_argument("export", type=Path, nargs="?", default=Path(__file__).resolve().parent, help="the zip, or the folder it was unpacked to (default: the folder of this file)")  # fmt: skip
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key of the book that you were given")
    parser.add_argument(
        "--checkpoints", type=Path, metavar="FILE", help="checkpoints that you have kept yourself"
    )
    parser.add_argument(
        "--parts", action="store_true", help="check the hash over the parts of every entry, not of a sample"
    )
    parser.add_argument(
        "--jobs", type=int, default=0, metavar="N", help="processes to use (default: one per processor)"
    )
    parser.add_argument("--json", action="store_true", help="say it as JSON")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        key_line = options.key.read_text(encoding="utf-8") if options.key else ""
        kept = options.checkpoints.read_text(encoding="utf-8") if options.checkpoints else ""
        manifest, findings, key = verify(
            options.export, key_line=key_line, kept=kept, jobs=options.jobs, all_parts=options.parts
        )
    except (CannotCheck, OSError, UnicodeDecodeError) as error:
        print(f"This could not be checked: {error}", file=sys.stderr)
        return 2
    took = time.monotonic() - began
    if options.json:
        print(json.dumps({
            "intact": not findings.problems, "entries": findings.entries, "problems": findings.sentences(),
            "remarks": findings.remarks, "fingerprint": key.fingerprint, "seconds": round(took, 2),
        }))  # fmt: skip
    else:
        print("\n".join(describe(manifest, findings, key, took)))
    return 1 if findings.problems else 0


if __name__ == "__main__":
    sys.exit(main())
