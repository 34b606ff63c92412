"""Every read of monitoring; each returns only what the actor may see."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from accounts.access.gate import visible_channels
from accounts.models import Channel
from hqdash.base.actor import Actor
from monitoring.models import Mention
from monitoring.permissions import VIEW_MENTION


def mention_channels_for(actor: Actor) -> QuerySet[Channel]:
    """The channels whose mentions the actor may see."""
    return visible_channels(actor, VIEW_MENTION)


def mentions_for(actor: Actor) -> QuerySet[Mention]:
    """Every mention that the actor may see, with its channel and unit."""
    return Mention.objects.filter(channel__in=mention_channels_for(actor)).select_related("channel__unit")


def mentions_under(actor: Actor, channel_id: UUID, post_ids: list[str]) -> QuerySet[Mention]:
    """What the public wrote under these posts of ours (the network's ids), oldest first."""
    rows = mentions_for(actor).filter(channel_id=channel_id, post_id__in=post_ids)
    return rows.order_by("at", "id")
