"""How long the door stays closed after too many failed attempts, and for whom."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable

from allauth.core.internal.ratelimit import Rate, get_cache_key, get_rates
from django.core.cache import cache
from django.http import HttpRequest

from accounts.sign_in.known_device import known_as

_APP, _ACTION = "allauth.account", "login_failed"


def counted_under(request: HttpRequest, username: str) -> str:
    """What attempts are counted under: the name, and apart from all others a browser that its owner has used."""
    name = username.strip().lower()
    device = known_as(request, name)
    return f"name:{name}:{device}" if device else f"name:{name}"


def minutes_left(request: HttpRequest, username: str) -> int:
    """After how many minutes another attempt from here is worth making; 0 when it is now."""
    return _minutes(request, counted_under(request, username))


def second_step_minutes_left(request: HttpRequest, user_id: object) -> int:
    """The same for the second step, which is counted per person."""
    return _minutes(request, f"mfa-auth-user-{user_id}")


def locked_out(usernames: Iterable[str]) -> set[str]:
    """Those of these names to whom the door is closed at this moment, in any browser that they have not used."""
    rate = next(rate for rate in get_rates(app=_APP, action=_ACTION) if rate.per == "key")
    keys = {_key(None, rate, f"name:{name.lower()}"): name for name in usernames}
    histories = cache.get_many(keys)
    return {keys[key] for key, history in histories.items() if _seconds(history, rate) > 0}


def _minutes(request: HttpRequest, key: str) -> int:
    rates = get_rates(app=_APP, action=_ACTION)
    return max(
        (math.ceil(_seconds(cache.get(_key(request, rate, key), []), rate) / 60) for rate in rates), default=0
    )


def _key(request: HttpRequest | None, rate: Rate, key: str) -> str:
    return str(get_cache_key(request, app=_APP, action=_ACTION, rate=rate, key=key))


def _seconds(history: list[float], rate: Rate) -> float:
    # Newest first; the door opens when the oldest of a full count no longer counts.
    if len(history) < rate.amount:
        return 0.0
    return max(0.0, float(history[rate.amount - 1] + rate.duration - time.time()))
