"""The server-sent stream behind a live page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from typing import Any, TypeVar

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.html import escape
from redis.exceptions import RedisError

from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.page_nonce import stamped
from hqdash.base.tenancy import acting_for

log = logging.getLogger(__name__)
T = TypeVar("T")
HEARTBEAT_SECONDS = 15
LOOKS_AT_THE_DOOR_SECONDS = 5
"""How soon a stream notices that its session has ended, however quiet the page is."""
QUIET_SECONDS = 0.25
"""Events that come close together are shown together."""
LONGEST_WAIT_SECONDS = 0.5
REST_PER_WORK = 2
"""One reader of a busy page takes at most a third of a worker."""


def live_stream(request: HttpRequest) -> HttpResponseBase:
    """``GET /live/?page=<name>&id=<key>``: the changed parts of that page as they change."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return HttpResponse(status=401)
    page = live.page_named(request.GET.get("page", ""))
    if page is None:
        return HttpResponse(status=404)
    page = replace(page, render=stamped(page.render, request.GET.get("nonce", "")))
    key = request.GET.get("id", "")
    if _render(page, actor, key) is None:
        return HttpResponse(status=403)
    response = StreamingHttpResponse(
        _events(page, actor, key, request.session.session_key or ""), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


async def _events(page: live.LivePage, actor: Actor, key: str, session_key: str) -> AsyncIterator[bytes]:
    yield b"retry: 2000\n\n"
    while True:
        try:
            async with contextlib.aclosing(_bells(actor)) as bells:
                # Whatever happened while nobody listened is made up for by one fresh rendering.
                async for chunk in _follow(page, actor, key, session_key, bells):
                    yield chunk
            return
        except (RedisError, OSError):
            # The bell is away: go on by looking every two seconds until it is back.
            await asyncio.sleep(2)
            fresh = await _fresh(page, actor, key, session_key)
            if fresh is None:
                return
            yield fresh


async def _follow(
    page: live.LivePage, actor: Actor, key: str, session_key: str, bells: AsyncIterator[dict[str, Any] | None]
) -> AsyncIterator[bytes]:
    yield await _fresh(page, actor, key, session_key) or b": gone\n\n"
    last_beat = last_look = rested_at = time.monotonic() + page.pause
    waiting_since: float | None = None
    async for bell in bells:
        now = time.monotonic()
        if bell is not None and bell.get("topic") in page.topics:
            waiting_since = waiting_since or now
        # A moment of quiet shows what came together; where it never gets quiet, nobody waits longer than this.
        gathered = waiting_since is not None and (bell is None or now - waiting_since >= LONGEST_WAIT_SECONDS)
        if gathered and now >= rested_at:
            waiting_since = None
            fresh = await _fresh(page, actor, key, session_key)
            if fresh is None:
                return
            yield fresh
            took = time.monotonic() - now
            rested_at = time.monotonic() + max(page.pause, REST_PER_WORK * took)
        if time.monotonic() - last_look > LOOKS_AT_THE_DOOR_SECONDS:
            last_look = time.monotonic()
            if not await _in_thread(_still_signed_in, session_key):
                return
        if time.monotonic() - last_beat > HEARTBEAT_SECONDS:
            last_beat = time.monotonic()
            # A named event: comments never reach the scripts of the page, and its pill shows how fresh it is.
            yield b"event: beat\ndata: 1\n\n"


async def _bells(actor: Actor) -> AsyncGenerator[dict[str, Any] | None, None]:
    """Every bell of the force; None each time it has been quiet for a moment."""
    bell = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2)
    pubsub = bell.pubsub()
    try:
        await pubsub.subscribe(live.channel_of(actor.force_id))
        while True:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=QUIET_SECONDS)
            yield json.loads(message["data"]) if message else None
    finally:
        await pubsub.aclose()  # type: ignore[no-untyped-call]
        await bell.aclose()


async def _fresh(page: live.LivePage, actor: Actor, key: str, session_key: str) -> bytes | None:
    if not await _in_thread(_still_signed_in, session_key):
        return None
    fragments = await _in_thread(_render, page, actor, key)
    if fragments is None:
        return None
    parts = "".join(
        f'<hx-partial hx-target="{escape(part.target)}" hx-swap="{escape(part.swap)}">{part.html}</hx-partial>'
        for part in fragments
    )
    lines = "".join(f"data: {line}\n" for line in parts.splitlines() or [""])
    return f"id: {time.time_ns() // 1_000_000}\n{lines}\n".encode()


async def _in_thread(work: Callable[..., T], *args: Any) -> T:
    # Not Django's one shared thread: a slow page of one reader must not hold up the streams of all others.
    def run() -> T:
        close_old_connections()
        return work(*args)

    return await sync_to_async(run, thread_sensitive=False)()


def _render(page: live.LivePage, actor: Actor, key: str) -> list[live.Fragment] | None:
    with acting_for(actor.force_id):
        return page.render(actor, key)


def _still_signed_in(session_key: str) -> bool:
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    return Session.objects.filter(session_key=session_key, expire_date__gt=timezone.now()).exists()
