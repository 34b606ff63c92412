"""What a leaver leaves behind in publishing: posts that have yet to go out."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.gate import visible_channels
from accounts.leaving import Belongings, when_leaving
from accounts.models import Channel, User
from hqdash.base.actor import Actor
from publishing.actions.hand_over import WAITING, hand_over_posts, waiting_posts_of
from publishing.permissions import PUBLISH_POST

MOST_NAMED = 3


def count_of(user: User) -> int:
    """How many of the person's posts have yet to go out."""
    return waiting_posts_of(user).count()


def obstacle(leaver: User, heir: User) -> str:
    """The accounts that the heir may not post to, in a sentence; empty if there is none."""
    wanted = Channel.objects.filter(
        deliveries__post__in=waiting_posts_of(leaver),
        deliveries__state__in=WAITING,
        deliveries__superseded=False,
    )
    answers_for = Actor(force_id=heir.force_id, user_id=heir.pk, username=heir.username)
    beyond = (
        wanted.exclude(pk__in=visible_channels(answers_for, PUBLISH_POST).values("pk"))
        .distinct()
        .order_by("network", "handle")
    )
    named = [channel.at_handle for channel in beyond[: MOST_NAMED + 1]]
    if not named:
        return ""
    shown = ", ".join(named[:MOST_NAMED]) + (" …" if len(named) > MOST_NAMED else "")
    return _(
        "%(heir)s may not post to %(accounts)s, where scheduled posts wait. "
        "Choose somebody else, or give them a role there first."
    ) % {"heir": heir.username, "accounts": shown}


when_leaving(
    Belongings(
        label=gettext_lazy("scheduled posts"),
        count=count_of,
        hand_over=lambda actor, leaver, heir: hand_over_posts(actor=actor, leaver=leaver, heir=heir),
        obstacle=obstacle,
    )
)
