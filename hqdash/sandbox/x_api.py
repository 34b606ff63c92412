"""X API v2 as far as a newsroom uses it: post, delete, reply, read, search, hide."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hqdash.sandbox.accounts import Account, account_by_token
from hqdash.sandbox.door import through_door
from hqdash.sandbox.limits import Allowance
from hqdash.sandbox.reading import json_of
from hqdash.sandbox.world import world_of
from hqdash.sandbox.x_answers import problem
from hqdash.sandbox.x_reads import mentions_of, one_post, recent_search, timeline_of, who_am_i
from hqdash.sandbox.x_writes import create_post, delete_post, hide_reply

QUARTER = 15 * 60.0

# Calls per user in 15 minutes, from the published table.
LIMITS = {
    "create": 100,
    "delete": 50,
    "hide": 50,
    "me": 75,
    "timeline": 900,
    "mentions": 300,
    "lookup": 900,
    "search": 300,
}

Work = Callable[[Request, Account, Any], Response]


class XManners:
    """How X words its failures."""

    def rate_limited(self, account: Account, wait: float) -> Response:
        headers = _headers(
            Allowance(limit=LIMITS["create"], remaining=0, reset_at=time.time() + wait, exceeded=True)
        )
        return _with(problem(429, "Too Many Requests", "Too Many Requests"), headers)

    def server_error(self, status: int) -> Response:
        title = "Service Unavailable" if status == 503 else "Internal Server Error"
        return problem(status, title, title)

    def token_expired(self) -> Response:
        return unauthorized()

    def duplicate_refused(self, operation: str) -> Response:
        return problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")

    def hide_refused(self) -> Response:
        return problem(403, "Forbidden", "You are not permitted to perform this action.")


MANNERS = XManners()


def unauthorized() -> JSONResponse:
    """What X says to a wrong, missing or expired token."""
    return problem(401, "Unauthorized", "Unauthorized")


def _headers(allowance: Allowance) -> dict[str, str]:
    return {
        "x-rate-limit-limit": str(allowance.limit),
        "x-rate-limit-remaining": str(allowance.remaining),
        "x-rate-limit-reset": str(int(allowance.reset_at) + 1),
    }


def _with(response: Response, headers: dict[str, str]) -> Response:
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    return response


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _call(operation: str, endpoint: str, work: Work) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint: who calls, what strikes, what is left of the limit, and then the work."""

    async def answer(request: Request) -> Response:
        world = world_of(request)
        account = account_by_token(world.state, network="x", token=_bearer(request))
        if account is None:
            return unauthorized()
        try:
            body = await json_of(request) if request.method in ("POST", "PUT") else {}
        except ValueError:
            return problem(400, "Bad Request", "The body of the request is not JSON.")
        allowance = world.windows.take(
            account_id=account.external_id, endpoint=endpoint, limit=LIMITS[endpoint], seconds=QUARTER
        )
        if allowance.exceeded:
            return _with(problem(429, "Too Many Requests", "Too Many Requests"), _headers(allowance))
        response = await through_door(
            request,
            account=account,
            operation=operation,
            manners=MANNERS,
            work=lambda: work(request, account, body),
        )
        response = _with(response, _headers(allowance))
        response.headers["api-version"] = "2.167"
        return response

    return answer


def routes() -> list[Route]:
    """All of X, below /x."""
    return [
        Route("/2/tweets", _call("publish", "create", create_post), methods=["POST"]),
        Route("/2/tweets/search/recent", _call("read", "search", recent_search), methods=["GET"]),
        Route("/2/tweets/{post_id:int}", _call("withdraw", "delete", delete_post), methods=["DELETE"]),
        Route("/2/tweets/{post_id:int}", _call("read", "lookup", one_post), methods=["GET"]),
        Route("/2/tweets/{post_id:int}/hidden", _call("hide", "hide", hide_reply), methods=["PUT"]),
        Route("/2/users/me", _call("read", "me", who_am_i), methods=["GET"]),
        Route("/2/users/{user_id:int}/tweets", _call("read", "timeline", timeline_of), methods=["GET"]),
        Route("/2/users/{user_id:int}/mentions", _call("read", "mentions", mentions_of), methods=["GET"]),
    ]
