"""Writes down where reading stopped, as one opaque text that only the connector understands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any


def write(state: dict[str, Any]) -> str:
    """The state as a cursor; what is empty is left out."""
    kept = {name: value for name, value in state.items() if value not in (None, "", [], {})}
    return json.dumps(kept, separators=(",", ":"), sort_keys=True) if kept else ""


def read(cursor: str) -> dict[str, Any]:
    """The state in a cursor; an empty or foreign one means: from the beginning."""
    try:
        state = json.loads(cursor) if cursor else {}
    except ValueError:
        return {}
    return state if isinstance(state, dict) else {}


def mark(external_id: str) -> str:
    """A short stand-in for an id: cursors must stay small when thousands comment at once."""
    return blake2b(external_id.encode(), digest_size=6).hexdigest()


def marks(external_ids: Iterable[str]) -> list[str]:
    """Marks for many ids."""
    return [mark(external_id) for external_id in external_ids]
