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


@dataclass(frozen=True, slots=True)
class ChangesProposed:
    """Somebody waits for a second administrator."""

    force_id: UUID
    change_set_id: UUID


@dataclass(frozen=True, slots=True)
class TiersChanged:
    """A set of changes came into force: what people may do is no longer what it was."""

    force_id: UUID
    change_set_id: UUID


@dataclass(frozen=True, slots=True)
class UserLeft:
    """Somebody left the force; what they had waiting is the heir's now."""

    force_id: UUID
    user_id: UUID
    heir_id: UUID | None


@dataclass(frozen=True, slots=True)
class SignInEndsSoon:
    """A channel's sign-in ends within so many days."""

    force_id: UUID
    channel_id: UUID
    days: int
