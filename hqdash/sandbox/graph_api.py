"""Graph API v26.0 as far as a Page needs it: its feed, its comments, who tags it."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hqdash.sandbox.accounts import Account, account_by_token
from hqdash.sandbox.door import listed_before, through_door
from hqdash.sandbox.entries import Entry, get_entry
from hqdash.sandbox.graph_answers import GraphRefusal, error, missing
from hqdash.sandbox.graph_fields import BadFields, Field, parse_fields
from hqdash.sandbox.graph_reader import Reader, page_named
from hqdash.sandbox.graph_writes import add_comment, add_post, change, erase
from hqdash.sandbox.limits import Allowance
from hqdash.sandbox.reading import json_of
from hqdash.sandbox.state import State
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


async def arguments_of(request: Request) -> dict[str, str]:
    """The arguments of a call, which Graph takes from the address, a form or JSON alike."""
    found: dict[str, str] = dict(request.query_params)
    if request.method == "POST":
        if request.headers.get("content-type", "").startswith("application/json"):
            try:
                told = await json_of(request)
            except ValueError:
                raise GraphRefusal(100, "(#100) The body is not JSON.") from None
            for name, value in told.items() if isinstance(told, dict) else ():
                found[name] = value if isinstance(value, str) else json.dumps(value)
        else:
            async with request.form() as form:
                found.update({name: value for name, value in form.items() if isinstance(value, str)})
    return found


def token_of(request: Request, arguments: dict[str, str]) -> str:
    """The token that a call was made with, wherever it stands."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() in ("bearer", "oauth"):
        return token.strip()
    return arguments.pop("access_token", "")


@dataclass(frozen=True, slots=True)
class Call:
    """One call: whose token, which method, on what, with which arguments."""

    request: Request
    page: Account
    method: str
    node: str
    edge: str
    arguments: dict[str, str]

    @property
    def state(self) -> State:
        return world_of(self.request).state

    @property
    def operation(self) -> str:
        """What kind of work it is, for the faults that strike only some kinds."""
        if self.method == "GET":
            return "read"
        if self.edge:
            return "publish"
        entry = get_entry(self.state, network="facebook", external_id=self.node)
        return "withdraw" if self.method == "DELETE" and entry and entry.by_account else "hide"


async def answer(request: Request) -> Response:
    """Every call of Graph comes in here."""
    world = world_of(request)
    try:
        _check_version(request.path_params["version"])
        arguments = await arguments_of(request)
        page = account_by_token(world.state, network="facebook", token=token_of(request, arguments))
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
    path = request.path_params
    call = Call(request, page, method, path["node"], path.get("edge", ""), arguments)
    response = await through_door(
        request, account=page, operation=call.operation, manners=MANNERS, work=lambda: _guarded(call)
    )
    return _with_usage(response, page, allowance)


def _guarded(call: Call) -> Response:
    try:
        return JSONResponse(_work(call))
    except GraphRefusal as refusal:
        return refusal.response
    except BadFields as bad:
        return error(2500, f"Syntax error: {bad}")


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
            "(#2635) You are calling a deprecated version of the API."
            f" Please update to the latest version: v{NEWEST}.0.",
        )


def _work(call: Call) -> dict[str, Any]:
    """What the call gives, once it has come through the door."""
    page = page_named(call.state, call.page, call.node)
    entry = None if page else get_entry(call.state, network="facebook", external_id=call.node)
    if entry is not None and (entry.gone or entry.account_id != call.page.external_id):
        entry = None
    if (page is None and entry is None) or (call.edge and call.edge not in LISTS):
        raise missing(call.node)
    if call.method == "GET":
        return _read_page(call, page) if page else _read_entry(call, entry)
    if page is not None and page.external_id != call.page.external_id:
        raise GraphRefusal(200, "(#200) Permissions error", status=403)
    if page is not None and (call.method, call.edge) == ("POST", "feed"):
        return add_post(call.request, page, call.arguments)
    if entry is not None and (call.method, call.edge) in CHANGES:
        return CHANGES[call.method, call.edge](call.request, call.page, entry, call.arguments)
    raise GraphRefusal(100, f"(#100) Unsupported {call.method.lower()} request.", kind="GraphMethodException")


CHANGES = {("POST", "comments"): add_comment, ("POST", ""): change, ("DELETE", ""): erase}


def _reader(call: Call, fields: Sequence[Field]) -> Reader:
    """A reader, which a read lag keeps from seeing the newest, but only in lists."""
    lists = call.edge or any(field.name in LISTS for field in fields)
    lag = listed_before(call.request, call.page) if lists else None
    return Reader(call.state, call.page, origin_of(call.request), lag)


def _read_page(call: Call, page: Account) -> dict[str, Any]:
    fields = parse_fields(call.arguments.get("fields", ""))
    reader = _reader(call, fields)
    if not call.edge:
        return reader.page_json(page, fields)
    if call.edge == "comments":
        raise missing(call.node)
    return reader.posts(page, call.arguments, fields, tagged=call.edge == "tagged")


def _read_entry(call: Call, entry: Entry | None) -> dict[str, Any]:
    fields = parse_fields(call.arguments.get("fields", ""))
    if entry is None or call.edge not in ("", "comments"):
        raise missing(call.node)
    reader = _reader(call, fields)
    if call.edge:
        return reader.comments(entry, call.arguments, fields)
    return reader.comment_json(entry, fields) if entry.kind == "comment" else reader.post_json(entry, fields)


def routes() -> list[Route]:
    """All of Graph, below /graph."""
    methods = ["GET", "POST", "DELETE"]
    return [
        Route("/{version}/{node}", answer, methods=methods),
        Route("/{version}/{node}/{edge}", answer, methods=methods),
    ]
