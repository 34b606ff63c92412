"""Every read of publishing; each returns only what the actor may see."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.access.gate import can, visible_channels
from accounts.models import Channel
from accounts.permissions import MANAGE_PEOPLE
from hqdash.base.actor import Actor
from publishing.models import Delivery, PersonStop, Post, State
from publishing.permissions import PUBLISH_POST, VIEW_POST


def posts_for(actor: Actor) -> QuerySet[Post]:
    """Posts that went to at least one channel which the actor may look into."""
    own = Delivery.objects.filter(post_id=OuterRef("pk"), channel__in=visible_channels(actor, VIEW_POST))
    return Post.objects.filter(Exists(own)).select_related("author", "responsible", "unit")


def deliveries_for(actor: Actor) -> QuerySet[Delivery]:
    """Deliveries to the channels which the actor may look into; replaced takes are left out."""
    return Delivery.objects.filter(
        superseded=False, channel__in=visible_channels(actor, VIEW_POST)
    ).select_related("channel", "channel__unit")


def stops_for(actor: Actor) -> QuerySet[PersonStop]:
    """Who was stopped for posting too fast, newest first; for those who manage people."""
    stops = PersonStop.objects.select_related("person", "lifted_by").order_by("-at", "id")
    return stops if can(actor, MANAGE_PEOPLE) else stops.none()


def channels_to_post_to(actor: Actor) -> QuerySet[Channel]:
    """The channels that the actor may publish to, by unit."""
    return (
        visible_channels(actor, PUBLISH_POST)
        .select_related("unit")
        .order_by("unit__code", "network", "handle")
    )


def with_counts(actor: Actor, posts: QuerySet[Post]) -> QuerySet[Post]:
    """Add ``channels``, ``delivered`` and ``failed`` to each post, over the channels that the actor may see."""
    current = Q(deliveries__superseded=False, deliveries__channel__in=visible_channels(actor, VIEW_POST))
    return posts.annotate(
        channels=Count("deliveries", filter=current),
        delivered=Count("deliveries", filter=current & Q(deliveries__state=State.SENT)),
        failed=Count(
            "deliveries",
            filter=current & Q(deliveries__state__in=[State.REFUSED, State.EXPIRED, State.NEEDS_PERSON]),
        ),
    )
