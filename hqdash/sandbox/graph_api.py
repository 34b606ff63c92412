"""Graph API v26.0 as far as a Page needs it: its feed, its comments, who tags it."""

import json
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hqdash.sandbox.accounts import Account, account_by_token
from hqdash.sandbox.door import listed_before, through_door
from hqdash.sandbox.entries import Entry, get_entry
from hqdash.sandbox.graph_answers import GraphRefusal, Reader, error, missing, page_named
from hqdash.sandbox.graph_fields import BadFields, parse_fields
from hqdash.sandbox.graph_writes import add_comment, add_post, change_comment, change_post, erase
from hqdash.sandbox.limits import Allowance
from hqdash.sandbox.world import origin_of, world_of

VERSION = re.compile(r"v(\d+)\.(\d+)")
# v20 ended in September 2026; v26 is the newest.
OLDEST, NEWEST = 21, 26
CALLS_AN_HOUR = 4800

LISTS = {"feed", "published_posts", "posts", "tagged", "comments"}


class GraphManners:
    """How Graph words its failures."""

    def rate_limited(self, account: Account, wait: float) -> Response:
        response = error(32, "(#32) Page request limit reached", status=400)
        response.headers.update(_usage(account, percent=100, minutes=max(1, round(wait / 60))))
        return response

    def server_error(self, status: int) -> Response:
        return error(2, "An unexpected error has occurred. Please retry your request later.", status=status)

    def token_expired(self) -> Response:
        moment = time.strftime("%A, %d-%b-%y %H:%M:%S GMT", time.gmtime(time.time() - 60))
        return error(
            190, f"Error validating access token: Session has expired on {moment}.", status=401, subcode=463
        )

    def duplicate_refused(self, operation: str) -> Response:
        return error(506, "(#506) Duplicate status message", status=400)

    def hide_refused(self) -> Response:
        return error(200, "(#200) Permissions error", status=403)


MANNERS = GraphManners()


def _usage(account: Account, *, percent: int, minutes: int = 0) -> dict[str, str]:
    own = {
        "type": "pages",
        "call_count": percent,
        "total_cputime": percent // 4,
        "total_time": percent // 4,
        "estimated_time_to_regain_access": minutes,
    }
    app = {"call_count": percent, "total_cputime": percent // 4, "total_time": percent // 4}
    return {
        "x-app-usage": json.dumps(app),
        "x-business-use-case-usage": json.dumps({account.external_id: [own]}),
    }


async def _arguments(request: Request) -> dict[str, str]:
    """The arguments of a call, which Graph takes from the address, a form or JSON alike."""
    found: dict[str, str] = dict(request.query_params)
    if request.method == "POST":
        if request.headers.get("content-type", "").startswith("application/json"):
            try:
                told = await request.json()
            except ValueError:
                raise GraphRefusal(100, "(#100) The body is not JSON.") from None
            for name, value in told.items() if isinstance(told, dict) else ():
                found[name] = value if isinstance(value, str) else json.dumps(value)
        else:
            async with request.form() as form:
                found.update({name: value for name, value in form.items() if isinstance(value, str)})
    return found


def _token(request: Request, arguments: dict[str, str]) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() in ("bearer", "oauth"):
        return token.strip()
    return arguments.pop("access_token", "")


async def call(request: Request) -> Response:
    """Every call of Graph comes in here."""
    world = world_of(request)
    try:
        _check_version(request.path_params["version"])
        arguments = await _arguments(request)
        page = account_by_token(world.state, network="facebook", token=_token(request, arguments))
    except GraphRefusal as refusal:
        return refusal.response
    if page is None:
        return error(190, "Invalid OAuth access token - Cannot parse access token", status=401)
    allowance = world.windows.take(
        account_id=page.external_id, endpoint="graph", limit=CALLS_AN_HOUR, seconds=3600.0
    )
    if allowance.exceeded:
        return MANNERS.rate_limited(page, allowance.reset_at - time.time())
    # The method may stand among the arguments, for callers that can only POST.
    method = arguments.pop("method", request.method).upper()
    node, edge = request.path_params["node"], request.path_params.get("edge", "")

    def work() -> Response:
        try:
            return _work(request, page, method, node, edge, arguments)
        except GraphRefusal as refusal:
            return refusal.response
        except BadFields as bad:
            return error(2500, f'Syntax error "{bad}"', kind="OAuthException")

    response = await through_door(
        request, account=page, operation=_operation(request, method, node, edge), manners=MANNERS, work=work
    )
    return _with_usage(response, page, allowance)


def _with_usage(response: Response, page: Account, allowance: Allowance) -> Response:
    for name, value in _usage(page, percent=allowance.used_percent).items():
        response.headers.setdefault(name, value)
    response.headers["facebook-api-version"] = "v26.0"
    return response


def _check_version(text: str) -> None:
    told = VERSION.fullmatch(text)
    if not told or not OLDEST <= int(told[1]) <= NEWEST:
        raise GraphRefusal(
            2635,
            f"(#2635) You are calling a deprecated version of the API. Please update to the latest version: v{NEWEST}.0.",
        )


def _operation(request: Request, method: str, node: str, edge: str) -> str:
    """What kind of work a call is, for the faults that strike only some kinds."""
    if method == "GET":
        return "read"
    if edge:
        return "publish"
    entry = get_entry(world_of(request).state, network="facebook", external_id=node)
    if method == "DELETE" and entry is not None and entry.by_account:
        return "withdraw"
    return "hide"


def _work(
    request: Request, page: Account, method: str, node: str, edge: str, arguments: dict[str, str]
) -> Response:
    state = world_of(request).state
    reader = Reader(state, page, origin_of(request))
    target_page = page_named(state, page, node)
    entry = None if target_page else get_entry(state, network="facebook", external_id=node)
    if entry is not None and (entry.gone or entry.account_id != page.external_id):
        entry = None
    if (target_page is None and entry is None) or (edge and edge not in LISTS):
        raise missing(node)
    if method == "GET":
        return JSONResponse(_read(request, reader, target_page, entry, edge, arguments))
    if target_page is not None:
        if target_page.external_id != page.external_id:
            raise GraphRefusal(
                200, "(#200) The user hasn't authorized the application to perform this action", status=403
            )
        if method == "POST" and edge == "feed":
            return JSONResponse(add_post(request, page, arguments))
    elif entry is not None:
        if method == "POST" and edge == "comments":
            return JSONResponse(add_comment(request, page, entry, arguments))
        if method == "POST" and not edge:
            change = change_comment if entry.kind == "comment" else change_post
            return JSONResponse(change(state, page, entry, arguments))
        if method == "DELETE" and not edge:
            return JSONResponse(erase(state, page, entry))
    raise GraphRefusal(100, f"(#100) Unsupported {method.lower()} request.", kind="GraphMethodException")


def _read(
    request: Request,
    reader: Reader,
    page: Account | None,
    entry: Entry | None,
    edge: str,
    arguments: dict[str, str],
) -> dict[str, Any]:
    fields = parse_fields(arguments.get("fields", ""))
    asks_for_lists = edge or any(field.name in LISTS for field in fields)
    if asks_for_lists:
        lag = listed_before(request, reader.page)
        reader = Reader(reader.state, reader.page, reader.origin, lag)
    if page is not None:
        if not edge:
            return reader.page_json(page, fields)
        if edge == "comments":
            raise missing(page.external_id)
        return reader.posts(page, arguments, fields, tagged=edge == "tagged")
    assert entry is not None
    if edge == "comments":
        return reader.comments(entry, arguments, fields)
    if edge:
        raise missing(entry.external_id)
    return reader.comment_json(entry, fields) if entry.kind == "comment" else reader.post_json(entry, fields)


Endpoint = Callable[[Request], Awaitable[Response]]


def routes() -> list[Route]:
    """All of Graph, below /graph."""
    methods = ["GET", "POST", "DELETE"]
    return [
        Route("/{version}/{node}", call, methods=methods),
        Route("/{version}/{node}/{edge}", call, methods=methods),
    ]
