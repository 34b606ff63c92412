"""Live pages: an event on the bell makes the server render the changed parts again and push them.

The bell carries a topic and ids, never content: what a browser gets is rendered for its own actor, with
the permission checked at every event.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.db import transaction

from hqdash.base.actor import Actor

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a page to be replaced: a CSS selector and its new HTML."""

    target: str
    html: str
    swap: str = "innerHTML"


Renderer = Callable[[Actor, str], "list[Fragment] | None"]


@dataclass(frozen=True, slots=True)
class LivePage:
    """A page that changes by itself: which topics concern it, and how its parts are rendered."""

    name: str
    topics: frozenset[str]
    render: Renderer
    pause: float = 0.0
    """At least so many seconds lie between two renderings: what moves too often cannot be read."""


_pages: dict[str, LivePage] = {}


def page(name: str, *, topics: set[str], pause: float = 0.0) -> Callable[[Renderer], Renderer]:
    """Register ``render(actor, key)``: the fresh parts, or None when the actor may no longer look."""

    def keep(render: Renderer) -> Renderer:
        _pages[name] = LivePage(name, frozenset(topics), render, pause)
        return render

    return keep


def page_named(name: str) -> LivePage | None:
    """The live page of that name, if there is one."""
    return _pages.get(name)


def channel_of(force_id: UUID) -> str:
    """The pub/sub channel of a force."""
    return f"hqdash.live.{force_id}"


def tell(force_id: UUID, topic: str, **ids: Any) -> None:
    """Ring for everybody who looks at ``topic`` once the transaction has committed; never raises."""
    message = json.dumps({"topic": topic, **{name: str(value) for name, value in ids.items()}})

    def send() -> None:
        try:
            _bell().publish(channel_of(force_id), message)
        except (redis.RedisError, OSError) as problem:
            log.warning("live bell for %s did not ring: %s", topic, problem)

    transaction.on_commit(send)


@cache
def _bell() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=1)
