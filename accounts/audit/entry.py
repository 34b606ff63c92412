"""Turns an entry into the exact bytes that the tree stands on, and into copies with parts blacked out.

The database itself writes the line, from the columns as they lie there: the sequencer, the verification and
every export take the same bytes from the same expression, so nothing is lost on the way through a program.
The leaf (format 2) is made of two hashes: one over the whole line, which lets a full copy be checked with hardly
any work, and one over the hashes of its parts, each with a salt of its own, so that a copy for a freedom of
information request still verifies with some of them left out. What is in a leaf is said once, in
`hqdash_verify.py`, which has to stand alone; entries of the first format go on verifying by their parts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from accounts.audit.hqdash_verify import hash_part, leaf_1, leaf_2, leaf_of_copy, parts_hash, parts_of

__all__ = ["FORMAT", "LINE", "disclosed", "leaf_1", "leaf_2", "leaf_of", "leaf_of_copy", "parts_hash"]

FORMAT = 2
"""What the sequencer writes today."""

_TEXTS = (
    *("username", "kind", "session", "address", "object_type", "object_id", "object_label"),
    *("unit_id", "unit_name", "channel_id", "channel_name", "reason"),
)
_NULLABLE = ("actor_id", "unit_id", "channel_id")


def _member(column: str) -> str:
    value = f"to_json(e.{column})::text"
    value = f"coalesce({value}, 'null')" if column in _NULLABLE else value
    return f"""',"{column}":' || {value}"""


# The time stands first and has a fixed length, so that a reader of millions of lines can cut it out.
LINE = " || ".join(
    [
        """'{"at":"' || to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00","id":' || e.id""",
        *(_member(column) for column in ("action", "actor_id", *_TEXTS)),
        """',"details":' || e.details::text || ',"salt":"' || encode(e.salt, 'hex') || '"}'""",
    ]
)
"""The line of the entry `e`, as an expression of SQL: JSON in a fixed order, without needless spaces."""


def leaf_of(line: bytes, form: int, parts: bytes | None) -> bytes:
    """The leaf of a line, in the format in which it once got its place."""
    return leaf_1(line) if form == 1 or parts is None else leaf_2(line, parts)


def disclosed(line: bytes, form: int = FORMAT, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A copy to hand out; of the parts in `without` (such as `who` or `details/text`) it has only the hash.

    `details` stands for all details. What is blacked out cannot be guessed: neither its salt nor that of the
    line is in the copy.
    """
    entry: Mapping[str, Any] = json.loads(line)
    copy: dict[str, Any] = {"format": form, "id": entry["id"]}
    if form != 1:
        copy["line"] = sha256(line).hexdigest()
    copy["parts"] = {
        name: {"hash": hash_part(name, salt, text).hex()}
        if name in without or name.partition("/")[0] in without
        else {"salt": salt.hex(), "value": text}
        for name, salt, text in parts_of(dict(entry), form)
    }
    return copy
