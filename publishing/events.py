"""What has happened in publishing."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PostPublished:
    """A post was decided on; its deliveries are in the outbox."""

    force_id: UUID
    post_id: UUID


@dataclass(frozen=True, slots=True)
class DeliveryChanged:
    """A delivery has taken a step."""

    force_id: UUID
    delivery_id: UUID
    state: str
