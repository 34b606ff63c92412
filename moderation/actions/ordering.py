"""Writes down what is to be done at the network; workers carry it out afterwards."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from hqdash.base.events import announce
from moderation.events import ActOrdered
from moderation.models import Decision, NetworkAct
from monitoring.models import Mention

IN_FLIGHT = (NetworkAct.State.LEASED, NetworkAct.State.ACTING, NetworkAct.State.UNKNOWN)


def order_act(*, decision: Decision, mention: Mention, verb: str, now: datetime) -> NetworkAct | None:
    """Put one act in line behind those that have begun; what has not begun yet is dropped for it.

    None when nothing is left to do: the comment is as the decision wants it, and nothing is under way.
    """
    drop_waiting(mention, now=now)
    earlier = NetworkAct.objects.filter(mention=mention)
    if is_as_wanted(mention, verb) and not earlier.filter(state__in=IN_FLIGHT).exists():
        return None
    last = earlier.aggregate(last=Max("place"))["last"] or 0
    act = NetworkAct.objects.create(
        mention=mention,
        channel_id=mention.channel_id,
        decision=decision,
        verb=verb,
        place=last + 1,
        created_at=now,
    )
    announce(ActOrdered(act.force_id, act.pk))
    return act


def drop_waiting(mention: Mention, *, now: datetime) -> int:
    """Drop what waits for its turn: of an act in this state, nothing has happened at the network."""
    waiting = NetworkAct.objects.filter(mention=mention, state=NetworkAct.State.DUE)
    return waiting.update(state=NetworkAct.State.DROPPED, settled_at=now)


def is_as_wanted(mention: Mention, verb: str) -> bool:
    """True when the network last confirmed just what the verb would do."""
    wanted = {
        NetworkAct.Verb.HIDE: {Mention.Visibility.HIDDEN, Mention.Visibility.REMOVED},
        NetworkAct.Verb.UNHIDE: {Mention.Visibility.VISIBLE, Mention.Visibility.REMOVED},
        NetworkAct.Verb.REMOVE: {Mention.Visibility.REMOVED},
    }
    return mention.visibility in wanted[NetworkAct.Verb(verb)]
