"""Counts what needs which key: a missing one is named, and a former one is forgotten only when nothing needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_ROOTS = """
SELECT k.root_key_id, count(DISTINCT k.id), count(DISTINCT k.force_id), count(c.id)
FROM accounts_forcekey AS k
LEFT JOIN accounts_credential AS c ON c.key_id = k.key_id AND c.force_id = k.force_id
GROUP BY k.root_key_id ORDER BY k.root_key_id
"""
_FORCES = """
SELECT f.slug, max(k.epoch),
    (SELECT count(*) FROM accounts_credential AS c WHERE c.force_id = f.id),
    (SELECT count(*) FROM accounts_credential AS c WHERE c.force_id = f.id AND c.key_id <> (
        SELECT n.key_id FROM accounts_forcekey AS n WHERE n.force_id = f.id ORDER BY n.epoch DESC LIMIT 1))
FROM accounts_force AS f LEFT JOIN accounts_forcekey AS k ON k.force_id = f.id
GROUP BY f.id, f.slug ORDER BY f.slug
"""


@dataclass(frozen=True, slots=True)
class RootNeeded:
    """A root key and what cannot be opened without it."""

    root_key_id: str
    force_keys: int
    forces: int
    credentials: int

    def missing(self, looked_in: Sequence[Path]) -> str:
        """One sentence for whoever has to bring it."""
        places = ", ".join(str(path) for path in looked_in)
        return (
            f"The root key {self.root_key_id} is missing: {self.credentials} credentials of {self.forces} forces "
            f"cannot be opened without it. Looked in {places}. Bring the file back, then restart the opener."
        )


@dataclass(frozen=True, slots=True)
class ForceSealed:
    """How far a force's credentials are sealed with its newest key."""

    slug: str
    epoch: int
    credentials: int
    under_earlier_keys: int


def roots_needed(cursor: Any) -> list[RootNeeded]:
    """Every root key that something in the database needs."""
    cursor.execute(_ROOTS)
    return [RootNeeded(*row) for row in cursor.fetchall()]


def forces_sealed(cursor: Any) -> list[ForceSealed]:
    """Every force, by slug."""
    cursor.execute(_FORCES)
    return [ForceSealed(slug, epoch or 0, kept, earlier) for slug, epoch, kept, earlier in cursor.fetchall()]


def as_words(cursor: Any, *, ring_ids: Sequence[str], looked_in: Sequence[Path]) -> dict[str, Any]:
    """The standing of the vault as plain values, for a command in another process."""
    needed = roots_needed(cursor)
    return {
        "present": ring_ids[0] if ring_ids else "",
        "ring": list(ring_ids),
        "looked_in": [str(path) for path in looked_in],
        "roots": [asdict(root) for root in needed],
        "forces": [asdict(force) for force in forces_sealed(cursor)],
        "missing": [root.missing(looked_in) for root in needed if root.root_key_id not in ring_ids],
    }
