"""Stores what was read: each item once, however often and by however many workers it is read."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from accounts.models import Channel
from hqdash.networks.types import Item
from monitoring.models import Mention
from monitoring.rules import storable

log = logging.getLogger(__name__)

LONGEST_ID = 200
_COLUMNS = (
    "id, force_id, channel_id, network, external_id, kind, text, author_id, author_handle, author_name, at, "
    "parent_id, post_id, permalink, visibility"
)
_ONE = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"


def store_items(channel: Channel, items: Iterable[Item]) -> tuple[UUID, ...]:
    """Insert those that are not here yet, oldest first; the ids of the really new ones.

    What the account itself wrote is not a mention of it. Runs in the caller's transaction.
    """
    rows: dict[str, list[Any]] = {}
    for item in items:
        if channel.external_id and item.author_id == channel.external_id:
            continue
        if not item.external_id or len(item.external_id) > LONGEST_ID:
            log.warning("%s gave an item whose id cannot be kept: %.80r", channel.network, item.external_id)
            continue
        rows[storable(item.external_id)] = _row(channel, item)
    if not rows:
        return ()
    # One order for all workers: two of them that insert the same items never wait for each other crosswise.
    values = [rows[external_id] for external_id in sorted(rows)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO monitoring_mention ({_COLUMNS}) VALUES {', '.join([_ONE] * len(values))} "
            "ON CONFLICT (force_id, channel_id, external_id) DO NOTHING RETURNING id",
            [value for row in values for value in row],
        )
        new = {found[0] for found in cursor.fetchall()}
    oldest_first = sorted(values, key=lambda row: row[10])
    return tuple(row[0] for row in oldest_first if row[0] in new)


def _row(channel: Channel, item: Item) -> list[Any]:
    permalink = storable(item.permalink)
    return [
        uuid4(),
        channel.force_id,
        channel.pk,
        channel.network,
        storable(item.external_id),
        item.kind,
        storable(item.text),
        storable(item.author_id)[:200],
        storable(item.author_handle)[:200],
        storable(item.author_name)[:300],
        item.at,
        storable(item.parent_id)[:200],
        storable(item.post_id)[:200],
        # A link that was cut leads nowhere.
        permalink if len(permalink) <= 1000 and permalink.startswith(("https://", "http://")) else "",
        Mention.Visibility.HIDDEN if item.hidden else Mention.Visibility.VISIBLE,
    ]
