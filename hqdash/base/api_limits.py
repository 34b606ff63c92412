"""How many requests one key and one person may make in a minute; without Redis, each process counts alone."""

from __future__ import annotations

import logging
import time
from collections import Counter
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from hqdash.base.actor import Actor

log = logging.getLogger(__name__)
WINDOW = 60
_here: Counter[str] = Counter()
_lock = Lock()


class PerKeyAndPerson(BaseThrottle):
    """A fixed minute for each key, and one for each person over all their keys and sessions."""

    def __init__(self) -> None:
        self._left = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        """False once one of the two counts is used up."""
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            return True
        now = time.time()
        self._left = WINDOW - now % WINDOW
        minute = int(now // WINDOW)
        names = [(f"api:person:{actor.user_id}", settings.API_REQUESTS_PER_PERSON)]
        if actor.scopes is not None:
            names.append((f"api:key:{actor.session}", settings.API_REQUESTS_PER_KEY))
        return all(_count(f"{name}:{minute}") <= most for name, most in names)

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return max(1.0, self._left)


def _count(name: str) -> int:
    try:
        cache.add(name, 0, timeout=2 * WINDOW)
        return int(cache.incr(name))
    except ValueError:
        # It ran out between the two calls.
        return 1
    except (RedisError, OSError) as problem:
        log.warning("requests are counted by each process alone while Redis is away: %s", problem)
        with _lock:
            if len(_here) > 10_000:
                _here.clear()
            _here[name] += 1
            return _here[name]
