"""What has happened in accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ChannelStateChanged:
    """A channel was connected, needs a new sign-in, or was suspended."""

    force_id: UUID
    channel_id: UUID
    state: str
