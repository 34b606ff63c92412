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
from hashlib import sha256, shake_256
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
        return cls(*values, json.loads(details) if isinstance(details, str) else details, bytes(salt))


COLUMNS = tuple(field.name for field in fields(Line))


def leaf_of(line: Line) -> bytes:
    """The leaf hash of a line."""
    return leaf_from_hashes(line.id, _hashes(_parts(line), line.salt))


def leaf_from_hashes(line_id: int, hashes: Mapping[str, bytes]) -> bytes:
    """The leaf hash from the hashes of the parts, which is all that a redacted copy has."""
    body = [b"hqdash/entry/1", line_id.to_bytes(8, "big"), len(hashes).to_bytes(4, "big")]
    for name in sorted(hashes):
        packed = name.encode()
        body += (len(packed).to_bytes(4, "big"), packed, hashes[name])
    return hash_leaf(b"".join(body))


def disclosed(line: Line, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A copy to hand out; of the parts in `without` (such as `who` or `details/text`) it has only the hash."""
    parts = _parts(line)
    hashes, salts = _hashes(parts, line.salt), _salts(parts, line.salt)
    return {
        "id": line.id,
        "parts": {
            name: {"hash": hashes[name].hex()}
            if name in without
            else {"salt": salts[name].hex(), "value": text}
            for name, text in parts.items()
        },
    }


def leaf_of_copy(copy: Mapping[str, Any]) -> bytes:
    """The leaf hash of a copy that was handed out, redacted or not."""
    return leaf_from_hashes(
        copy["id"],
        {
            name: bytes.fromhex(part["hash"])
            if "hash" in part
            else _hash_part(name, bytes.fromhex(part["salt"]), part["value"])
            for name, part in copy["parts"].items()
        },
    )


def _parts(line: Line) -> dict[str, str]:
    """What can be blacked out one by one, each as canonical text."""
    parts = {
        "when": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "what": line.action,
        "who": _canonical([line.kind, line.username, _text(line.actor_id)]),
        "from": _canonical([line.session, line.address]),
        "object": _canonical([line.object_type, line.object_id, line.object_label]),
        "place": _canonical([_text(line.unit_id), line.unit_name, _text(line.channel_id), line.channel_name]),
        "reason": line.reason,
    }
    for name, value in line.details.items():
        parts[f"details/{name}"] = _canonical(value)
    return parts


def _hashes(parts: Mapping[str, str], salt: bytes) -> dict[str, bytes]:
    salts = _salts(parts, salt)
    return {name: _hash_part(name, salts[name], text) for name, text in parts.items()}


def _hash_part(name: str, salt: bytes, text: str) -> bytes:
    packed = name.encode()
    return sha256(len(packed).to_bytes(4, "big") + packed + salt + text.encode()).digest()


def _salts(parts: Mapping[str, str], salt: bytes) -> dict[str, bytes]:
    # One call for all of them: a disclosed slice says nothing about the slices beside it.
    stream = shake_256(b"hqdash/entry-salts/1" + salt).digest(PART_SALT_LENGTH * len(parts))
    return {
        name: stream[at * PART_SALT_LENGTH : (at + 1) * PART_SALT_LENGTH]
        for at, name in enumerate(sorted(parts))
    }


def _text(identity: UUID | str | None) -> str:
    return str(identity) if identity else ""
