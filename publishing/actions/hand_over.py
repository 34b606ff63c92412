"""Gives what somebody scheduled to a colleague, so that it goes out in a name that may still speak."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.audit.book import record
from accounts.models import User
from hqdash.base import live
from hqdash.base.actor import Actor
from publishing.audited import POST_HANDED_OVER
from publishing.models import Delivery, Post, State

WAITING = (State.SCHEDULED, State.LEASED)


def waiting_posts_of(user: User) -> QuerySet[Post]:
    """Posts of which something has yet to go out in this person's name."""
    waiting = Delivery.objects.filter(post_id=OuterRef("pk"), superseded=False, state__in=WAITING)
    mine = Q(responsible=user) | Q(responsible=None, author=user)
    return Post.objects.filter(mine, Exists(waiting))


@transaction.atomic
def hand_over_posts(*, actor: Actor, leaver: User, heir: User) -> int:
    """Let ``heir`` answer for every waiting post of ``leaver``; how many there were.

    The heir's own rights are asked when each goes out, as the leaver's would have been. Whoever calls has
    been asked for the right to do this: it is a part of somebody's leaving.
    """
    posts = list(waiting_posts_of(leaver).select_for_update(of=("self",)).select_related("unit"))
    Post.objects.filter(pk__in=[post.pk for post in posts]).update(responsible=heir)
    for post in posts:
        record(actor, POST_HANDED_OVER, post, unit=post.unit, before=leaver.username, heir=heir.username)
        live.tell(actor.force_id, "post", id=post.pk)
    return len(posts)
