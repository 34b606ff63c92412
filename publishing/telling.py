"""Tells moderation what a post of ours said, so that a comment can be read in its place."""

from __future__ import annotations

from uuid import UUID

from moderation.our_posts import OurPost, tell_with
from publishing.models import Delivery


def our_delivery(channel_id: UUID, external_id: str) -> OurPost | None:
    """The delivery that the network knows under this id; None when it was not sent from here."""
    sent = Delivery.objects.filter(channel_id=channel_id, external_id=external_id).first()
    return OurPost(text=sent.text, at=sent.sent_at, url=sent.url) if sent is not None else None


tell_with(our_delivery)
