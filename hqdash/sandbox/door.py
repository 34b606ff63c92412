"""The way in for every API call: strikes it with the faults in force, or lets the work be done."""

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hqdash.sandbox.accounts import Account
from hqdash.sandbox.faults import Fault
from hqdash.sandbox.serving import CutConnection
from hqdash.sandbox.world import world_of

LONG_SILENCE = 600.0

GATEWAY_PAGE = """<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>nginx</center>
</body>
</html>
"""


class Manners(Protocol):
    """How one network words the failures that all networks have."""

    def rate_limited(self, account: Account, wait: float) -> Response: ...
    def server_error(self, status: int) -> Response: ...
    def token_expired(self) -> Response: ...
    def duplicate_refused(self, operation: str) -> Response: ...
    def hide_refused(self) -> Response: ...


async def through_door(
    request: Request, *, account: Account, operation: str, manners: Manners, work: Callable[[], Response]
) -> Response:
    """The answer to one call. `work` stores and answers without a pause, so two calls never mix."""
    world = world_of(request)
    faults = {fault.kind: fault for fault in world.faults.strike(account, operation)}
    skew = _clock_skew(request, account)
    if "latency" in faults:
        await asyncio.sleep(faults["latency"].value)
    if "cut_before" in faults:
        return CutConnection(after=faults["cut_before"].value)
    if "hang" in faults:
        return CutConnection(after=faults["hang"].value or LONG_SILENCE)
    response = _refusal(faults, account, operation, manners) or work()
    if "lost_answer" in faults:
        return CutConnection(after=faults["lost_answer"].value)
    response.headers["date"] = formatdate(time.time() + skew, usegmt=True)
    return response


def _clock_skew(request: Request, account: Account) -> float:
    skew = world_of(request).faults.standing(account, "clock_skew")
    request.state.clock_skew = skew
    return skew


def skew_of(request: Request) -> float:
    """How far this network's clock is out, in seconds, for this call."""
    return float(getattr(request.state, "clock_skew", 0.0))


def listed_before(request: Request, account: Account) -> float | None:
    """With a read lag in force: the moment up to which lists are complete."""
    lag = world_of(request).faults.standing(account, "read_lag")
    return time.time() - lag if lag else None


def _refusal(faults: dict[str, Fault], account: Account, operation: str, manners: Manners) -> Response | None:
    """The first of these that is in force; a gateway in front of a network fails before the network."""
    worded: dict[str, Callable[[float], Response]] = {
        "html_error": lambda _: HTMLResponse(GATEWAY_PAGE, status_code=502),
        "server_error": lambda value: manners.server_error(int(value) or 503),
        "token_expired": lambda _: manners.token_expired(),
        "rate_limited": lambda value: manners.rate_limited(account, value or 60.0),
        "duplicate_refused": lambda _: manners.duplicate_refused(operation),
        "hide_refused": lambda _: manners.hide_refused(),
    }
    return next((say(faults[kind].value) for kind, say in worded.items() if kind in faults), None)
