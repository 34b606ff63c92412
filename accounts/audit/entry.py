"""Turns a line of the book into the bytes that the tree hashes; it still verifies with parts blacked out.

Every part is hashed with a salt of its own, and the leaf is made of those hashes. A copy for a freedom of
information request shows the hash instead of a part that must not be disclosed: whoever reads it can check
the line against the signed checkpoint, and cannot guess the hidden part, because its salt is not disclosed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256, shake_256
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

from accounts.audit.tree import hash_leaf

PART_SALT_LENGTH = 16
_canonical = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the book as plain values, in the order in which it is read from the database."""

    id: int
    at: datetime
    action: str
    actor_id: UUID | str | None
    username: str
    kind: str
    session: str
    address: str
    object_type: str
    object_id: str
    object_label: str
    unit_id: UUID | str | None
    unit_name: str
    channel_id: UUID | str | None
    channel_name: str
    reason: str
    details: Mapping[str, Any]
    salt: bytes

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Line:
        """A line from the values of COLUMNS, whatever the database's driver makes of JSON and bytes."""
        *values, details, salt = row
        known = json.loads(details) if isinstance(details, str) else details
        return cls(*values, known, bytes(salt))  # type: ignore[call-arg]  # as many as COLUMNS


COLUMNS = tuple(field.name for field in fields(Line))


def leaf_of(line: Line) -> bytes:
    """The leaf hash of a line."""
    return _leaf(line.id, [(name, _hash_part(name, salt, text)) for name, salt, text in _salted_parts(line)])


def disclosed(line: Line, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A copy to hand out; of the parts in `without` (such as `who` or `details/text`) it has only the hash."""
    return {
        "id": line.id,
        "parts": {
            name: {"hash": _hash_part(name, salt, text).hex()}
            if name in without
            else {"salt": salt.hex(), "value": text}
            for name, salt, text in _salted_parts(line)
        },
    }


def leaf_of_copy(copy: Mapping[str, Any]) -> bytes:
    """The leaf hash of a copy that was handed out, redacted or not."""
    hashes = [
        (
            name,
            bytes.fromhex(part["hash"])
            if "hash" in part
            else _hash_part(name, bytes.fromhex(part["salt"]), part["value"]),
        )
        for name, part in sorted(copy["parts"].items())
    ]
    return _leaf(copy["id"], hashes)


def _leaf(line_id: int, hashes: Sequence[tuple[str, bytes]]) -> bytes:
    body = [b"hqdash/entry/1", line_id.to_bytes(8, "big"), len(hashes).to_bytes(4, "big")]
    for name, part_hash in hashes:
        body += (_head(name), part_hash)
    return hash_leaf(b"".join(body))


def _salted_parts(line: Line) -> list[tuple[str, bytes, str]]:
    """What can be blacked out one by one, in order: its name, its salt and its canonical text."""
    parts = [(f"details/{name}", _canonical(value)) for name, value in line.details.items()]
    parts.sort()
    # These names follow in order of the alphabet, behind every "details/".
    parts += (
        ("from", _canonical_texts(line.session, line.address)),
        ("object", _canonical_texts(line.object_type, line.object_id, line.object_label)),
        ("place", _canonical_texts(line.unit_id, line.unit_name, line.channel_id, line.channel_name)),
        ("reason", line.reason),
        ("what", line.action),
        ("when", line.at.astimezone(UTC).isoformat(timespec="microseconds")),
        ("who", _canonical_texts(line.kind, line.username, line.actor_id)),
    )
    # One stream for all salts: a disclosed slice of it says nothing about the slices beside it.
    salts = shake_256(b"hqdash/entry-salts/1" + line.salt).digest(PART_SALT_LENGTH * len(parts))
    return [
        (name, salts[at * PART_SALT_LENGTH : (at + 1) * PART_SALT_LENGTH], text)
        for at, (name, text) in enumerate(parts)
    ]


def _hash_part(name: str, salt: bytes, text: str) -> bytes:
    return sha256(_head(name) + salt + text.encode()).digest()


@lru_cache(maxsize=1024)
def _head(name: str) -> bytes:
    """The name with its length before it; there are few names and millions of lines."""
    packed = name.encode()
    return len(packed).to_bytes(4, "big") + packed


def _canonical_texts(*texts: UUID | str | None) -> str:
    """The same as `_canonical` of a list of texts, several times as fast."""
    return "[" + ",".join(encode_basestring(str(text) if text else "") for text in texts) + "]"
