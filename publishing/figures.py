"""Counts of posts and deliveries over time, made once for all the cards of one look at the wall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Subquery

from accounts.access.gate import visible_channels
from accounts.models import Channel
from hqdash.base.actor import Actor
from hqdash.base.cards import Window
from hqdash.base.once import once
from hqdash.base.recently import recently
from publishing.models import State
from publishing.permissions import VIEW_POST

FAILED = (State.REFUSED, State.EXPIRED, State.NEEDS_PERSON)
UNDER_WAY = (State.SCHEDULED, State.LEASED, State.SENDING, State.UNKNOWN)
FEW_CHANNELS = 20

# One pass over one index. The inner part counts, the outer packs each channel's steps into one row.
_DELIVERIES = """
SELECT channel_id, state, array_agg((extract(epoch FROM bin - %s) / %s)::int), array_agg(n)
FROM (
    SELECT channel_id, state, date_bin(%s * interval '1 second', created_at, %s) AS bin, count(*) AS n
    FROM publishing_delivery
    WHERE force_id = %s AND created_at >= %s AND created_at < %s AND NOT superseded {where}
    GROUP BY 1, 2, 3
) AS counted
GROUP BY 1, 2
"""
_POSTS = """
SELECT author.username, count(*), coalesce(sum(failed.n), 0)
FROM publishing_post AS post
JOIN accounts_user AS author ON author.id = post.author_id
LEFT JOIN (
    SELECT post_id, count(*) AS n FROM publishing_delivery
    WHERE force_id = %s AND created_at >= %s AND created_at < %s AND NOT superseded
      AND state IN ('refused', 'expired', 'needs_person') {where}
    GROUP BY 1
) AS failed ON failed.post_id = post.id
WHERE post.force_id = %s AND post.created_at >= %s AND post.created_at < %s {only_own}
GROUP BY 1
"""
_ONLY_OWN = """
AND EXISTS (SELECT 1 FROM publishing_delivery AS own
            WHERE own.post_id = post.id AND own.channel_id = ANY(%s) AND NOT own.superseded)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as far as figures are grouped by it."""

    unit_id: UUID
    network: str


@dataclass(slots=True)
class Counts:
    """Deliveries of each channel and state, and how those that arrived spread over the steps."""

    steps: int
    places: dict[UUID, Place] = field(default_factory=dict)
    whole_force: bool = False
    by_channel: dict[tuple[UUID, str], int] = field(default_factory=dict)
    course: list[int] = field(default_factory=list)

    def of(self, states: Iterable[str]) -> int:
        """How many deliveries are in one of these states."""
        wanted = set(states)
        return sum(number for (_channel, state), number in self.by_channel.items() if state in wanted)

    def grouped(self, grouping: str, states: Iterable[str]) -> dict[str, float]:
        """The same by unit, account or network; the key is the unit's or channel's id or the slug."""
        wanted = set(states)
        groups: dict[str, float] = {}
        for (channel_id, state), number in self.by_channel.items():
            if state in wanted:
                place = self.places[channel_id]
                keys = {"unit": str(place.unit_id), "account": str(channel_id), "network": place.network}
                groups[keys[grouping]] = groups.get(keys[grouping], 0) + number
        return groups


def counts_for(actor: Actor, window: Window) -> Counts:
    """Deliveries within the window that the actor may see."""
    return once(("deliveries", actor.force_id, actor.user_id, window), lambda: _counted(actor, window))


def posts_by_author(actor: Actor, window: Window) -> dict[str, tuple[int, int]]:
    """Posts of each author within the window, and how many of their deliveries failed."""
    return once(("posts", actor.force_id, actor.user_id, window), lambda: _posts(actor, window))


def _counted_empty(actor: Actor, window: Window) -> Counts:
    channels = visible_channels(actor, VIEW_POST)
    if window.unit_ids is not None:
        channels = channels.filter(unit__in=window.unit_ids)
    all_of_force = Channel.objects.order_by().values("force_id").annotate(n=Count("pk")).values("n")
    rows = channels.annotate(of=Subquery(all_of_force)).values_list("id", "unit_id", "network", "of")
    counts, of = Counts(window.steps, course=[0] * window.steps), -1
    for channel_id, unit_id, network, of in rows:  # noqa: B007  # the same number in every row
        counts.places[channel_id] = Place(unit_id, network)
    counts.whole_force = len(counts.places) == of
    return counts


def _counted(actor: Actor, window: Window) -> Counts:
    counts = _counted_empty(actor, window)
    for channel_id, state, steps, numbers in _rows(actor, window, list(counts.places)):
        if channel_id not in counts.places:
            continue
        counts.by_channel[channel_id, state] = sum(numbers)
        if state == State.SENT:
            for step, number in zip(steps, numbers, strict=True):
                counts.course[min(step, counts.steps - 1)] += number
    return counts


def _rows(actor: Actor, window: Window, channel_ids: list[UUID]) -> list[tuple[Any, ...]]:
    """Of few channels their own rows, by their own index; otherwise those of the whole force, for all lookers."""
    if not channel_ids:
        return []
    values: list[Any] = [window.start, window.step_seconds, window.step_seconds, window.start]
    values += [actor.force_id, window.start, window.end]
    if len(channel_ids) <= FEW_CHANNELS:
        return _ask(_DELIVERIES.format(where="AND channel_id = ANY(%s)"), [*values, channel_ids])
    return recently(("deliveries", *values), lambda: _ask(_DELIVERIES.format(where=""), values))


def _posts(actor: Actor, window: Window) -> dict[str, tuple[int, int]]:
    counts = counts_for(actor, window)
    span: list[Any] = [actor.force_id, window.start, window.end]
    if counts.whole_force:
        statement = _POSTS.format(where="", only_own="")
        rows = recently(("posts", *span), lambda: _ask(statement, [*span, *span]))
    else:
        channels = list(counts.places)
        statement = _POSTS.format(where="AND channel_id = ANY(%s)", only_own=_ONLY_OWN)
        rows = _ask(statement, [*span, channels, *span, channels])
    return {username: (int(posts), int(failed)) for username, posts, failed in rows}


def _ask(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
