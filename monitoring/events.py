"""What has happened in monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MentionStored:
    """New mentions are in the database."""

    force_id: UUID
    mention_ids: tuple[UUID, ...]
