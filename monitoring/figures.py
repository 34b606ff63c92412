"""Counts of mentions over time, made once for all the cards of one look at the wall."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection

from hqdash.base.actor import Actor
from hqdash.base.cards import Window
from hqdash.base.once import once
from hqdash.base.recently import recently
from monitoring.queries import mention_channels_for

# One pass over one index; the network's clock plays no part, so that late news cannot rewrite the past.
_COUNT = """
SELECT channel_id, array_agg((extract(epoch FROM bin - %s) / %s)::int), array_agg(n), array_agg(hidden)
FROM (
    SELECT channel_id, date_bin(%s * interval '1 second', received_at, %s) AS bin, count(*) AS n,
           count(*) FILTER (WHERE visibility <> 'visible') AS hidden
    FROM monitoring_mention
    WHERE force_id = %s AND received_at >= %s AND received_at < %s {where}
    GROUP BY 1, 2
) AS counted
GROUP BY 1
"""
FEW_CHANNELS = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as far as figures are grouped by it."""

    channel_id: UUID
    unit_id: UUID
    network: str


@dataclass(slots=True)
class Counts:
    """Mentions of each channel in each step of a window."""

    steps: int
    places: dict[UUID, Place] = field(default_factory=dict)
    by_channel: dict[UUID, list[int]] = field(default_factory=dict)
    hidden_course: list[int] = field(default_factory=list)
    """Those that were hidden or removed, by the time at which they came."""

    @property
    def hidden(self) -> int:
        """All that are out of sight."""
        return sum(self.hidden_course)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(sum(row) for row in self.by_channel.values())

    @property
    def course(self) -> list[int]:
        """All channels together, step by step."""
        return added(self.by_channel.values(), self.steps)

    def grouped(self, grouping: str) -> dict[str, list[int]]:
        """The same by unit, account or network; the key is the unit's or channel's id or the network's slug."""
        rows: dict[str, list[list[int]]] = {}
        for channel_id, row in self.by_channel.items():
            place = self.places[channel_id]
            keys = {"unit": str(place.unit_id), "account": str(channel_id), "network": place.network}
            rows.setdefault(keys[grouping], []).append(row)
        return {key: added(group, self.steps) for key, group in rows.items()}


def added(rows: Iterable[list[int]], steps: int) -> list[int]:
    """Several rows as one."""
    total = [0] * steps
    for row in rows:
        for step, number in enumerate(row):
            total[step] += number
    return total


def counts_for(actor: Actor, window: Window) -> Counts:
    """What the actor may see within the window; the cards of one page share one count."""
    return once(("mentions", actor.force_id, actor.user_id, window), lambda: _counted(actor, window))


def _counted(actor: Actor, window: Window) -> Counts:
    channels = mention_channels_for(actor)
    if window.unit_ids is not None:
        channels = channels.filter(unit__in=window.unit_ids)
    counts = Counts(window.steps, hidden_course=[0] * window.steps)
    for channel_id, unit_id, network in channels.values_list("id", "unit_id", "network"):
        counts.places[channel_id] = Place(channel_id, unit_id, network)
    for channel_id, steps, numbers, hidden in _rows(actor, window, list(counts.places)):
        if channel_id in counts.places:
            row = counts.by_channel.setdefault(channel_id, [0] * counts.steps)
            for step, number, unseen in zip(steps, numbers, hidden, strict=True):
                row[min(step, counts.steps - 1)] += number
                counts.hidden_course[min(step, counts.steps - 1)] += unseen
    return counts


def _rows(actor: Actor, window: Window, channel_ids: list[UUID]) -> list[tuple[Any, ...]]:
    """Of few channels their own rows, by their own index; otherwise those of the whole force, for all lookers."""
    if not channel_ids:
        return []
    values: list[Any] = [window.start, window.step_seconds, window.step_seconds, window.start]
    values += [actor.force_id, window.start, window.end]

    def ask(where: str = "", *more: Any) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(where=where), [*values, *more])
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    if len(channel_ids) <= FEW_CHANNELS:
        return ask("AND channel_id = ANY(%s)", channel_ids)
    return recently(("mentions", *values), ask)
