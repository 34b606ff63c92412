"""A leaf with the entry it stands for, and what is said of one that is not what was hashed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.audit.entry import leaf_of
from accounts.audit.hqdash_verify import parts_hash
from accounts.audit.report import MOST_PROBLEMS, Report


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf with the line of its entry, if that is still there."""

    seq: int
    entry_id: int
    leaf: bytes
    form: int
    parts: bytes | None
    line: bytes | None

    @property
    def named(self) -> str:
        """The entry in words."""
        if self.line is None:
            return f"Entry {self.entry_id}"
        entry = json.loads(self.line)
        when = str(entry["at"])[:19].replace("T", " ")
        return (
            f"Entry {self.entry_id} (place {self.seq}: {entry['action']} by {entry['username']}, {when} UTC)"
        )

    def would_fit(self, entry_id: int, leaf: bytes, form: int) -> bool:
        """Whether the line, under another entry's number, is what was hashed for that one."""
        if self.line is None:
            return False
        line = self.line.replace(b'"id":%d,' % self.entry_id, b'"id":%d,' % entry_id, 1)
        return leaf_of(line, form, parts_hash(line)) == leaf


def name_misfits(misfits: Sequence[Placed], report: Report) -> None:
    """Say of every entry that is not what was hashed whether it was removed, swapped or altered."""
    named: set[int] = set()
    for one in misfits:
        if one.line is None:
            report.add(
                f"Entry {one.entry_id} (place {one.seq}) is missing: it was deleted.",
                place=one.seq,
                entry_id=one.entry_id,
            )
        elif one.seq not in named:
            other = next((other for other in misfits[:MOST_PROBLEMS] if _swapped(one, other)), None)
            if other is not None:
                named.add(other.seq)
                sentence = f"Entries {one.entry_id} and {other.entry_id} have been swapped."
            else:
                sentence = f"{one.named} was altered after it was written."
            report.add(sentence, place=one.seq, entry_id=one.entry_id)


def _swapped(one: Placed, other: Placed) -> bool:
    if one.seq >= other.seq:
        return False
    return one.would_fit(other.entry_id, other.leaf, other.form) and other.would_fit(
        one.entry_id, one.leaf, one.form
    )
