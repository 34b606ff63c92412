"""The control API: what seeds, tests and drills tell the practice networks. For this machine only."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hqdash.sandbox.accounts import NETWORKS, Account, BadAccount, find_account, put_account
from hqdash.sandbox.entries import count_entries, select_entries
from hqdash.sandbox.faults import BadFault, as_dict
from hqdash.sandbox.grants import end_all_of, put_app
from hqdash.sandbox.public_voice import CannotSay, say
from hqdash.sandbox.reading import json_of
from hqdash.sandbox.wordpress_answers import WordPressRefusal
from hqdash.sandbox.world import origin_of, world_of

LOOPBACK = ("127.0.0.1", "::1", "testclient")


class Unreadable(Exception):
    """The request makes no sense; the message says why."""


def _guarded(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if request.client is None or request.client.host not in LOOPBACK:
            return JSONResponse({"error": "The control API answers this machine only."}, status_code=403)
        try:
            return await handler(request)
        except (Unreadable, BadAccount, BadFault, CannotSay, WordPressRefusal) as refusal:
            return JSONResponse({"error": str(refusal)}, status_code=422)

    return answer


async def _body(request: Request) -> dict[str, Any]:
    # A browser cannot be made to send this type to another site without asking first.
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise Unreadable("The control API takes application/json.")
    try:
        told = await json_of(request)
    except ValueError:
        raise Unreadable("The body is not JSON.") from None
    if not isinstance(told, dict):
        raise Unreadable("The body is not a JSON object.")
    return told


def _text(told: dict[str, Any], name: str, *, required: bool = True) -> str:
    value = told.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str | int) or (required and value == ""):
        raise Unreadable(f"{name} is missing.")
    return str(value)


def _account(request: Request, network: str, handle: str) -> Account:
    account = find_account(world_of(request).state, network=network, handle=handle)
    if account is None:
        raise Unreadable(f"There is no account {handle} on {network}.")
    return account


def base_url(account: Account, origin: str) -> str:
    """Where a connector finds the account's network."""
    paths = {"x": "/x", "facebook": "/graph", "wordpress": f"/wp/{account.handle}"}
    return origin + paths[account.network]


async def make_account(request: Request) -> Response:
    """Make an account or bring it up to date; says where a connector finds it."""
    told = await _body(request)
    account = put_account(
        world_of(request).state,
        network=_text(told, "network"),
        handle=_text(told, "handle"),
        name=_text(told, "name", required=False),
        token=_text(told, "token"),
        external_id=_text(told, "external_id", required=False),
        username=_text(told, "username", required=False),
    )
    return JSONResponse(
        {
            "external_id": account.external_id,
            "base_url": base_url(account, origin_of(request)),
            "username": account.username,
        }
    )


async def posts(request: Request) -> Response:
    """Everything the account has posted, with what was taken down."""
    asked = request.query_params
    account = _account(request, asked.get("network", ""), asked.get("handle", ""))
    found = select_entries(
        world_of(request).state,
        "account_id = ? AND kind = 'post' AND by_account",
        (account.external_id,),
        limit=100_000,
    )
    return JSONResponse(
        [
            {
                "external_id": entry.external_id,
                "text": entry.text,
                "title": entry.title,
                "link": entry.link,
                "at": entry.at,
                "key": entry.slug,
                "deleted": entry.gone,
            }
            for entry in found
        ]
    )


async def comments(request: Request) -> Response:
    """Everything said to the account, and what became of it."""
    asked = request.query_params
    account = _account(request, asked.get("network", ""), asked.get("handle", ""))
    found = select_entries(
        world_of(request).state,
        "kind IN ('comment', 'mention') AND account_id = ?",
        (account.external_id,),
        limit=100_000,
    )
    return JSONResponse(
        [
            {
                "external_id": entry.external_id,
                "post_id": entry.post_id or None,
                "parent_id": entry.parent_id or None,
                "kind": entry.kind,
                "text": entry.text,
                "author": entry.author_name,
                "author_handle": entry.author_handle,
                "by_account": entry.by_account,
                "hidden": entry.hidden or entry.status in ("hold", "spam"),
                "removed": entry.gone,
                "at": entry.at,
            }
            for entry in found
        ]
    )


async def write_comment(request: Request) -> Response:
    """Speak as a member of the public."""
    told = await _body(request)
    account = _account(request, _text(told, "network"), _text(told, "handle"))
    world = world_of(request)
    entry = say(
        world.state,
        account=account,
        in_the_open=_text(told, "kind", required=False) == "mention",
        post_id=_text(told, "post_id", required=False),
        author=_text(told, "author"),
        text=_text(told, "text"),
        skew=world.faults.standing(account, "clock_skew"),
    )
    return JSONResponse({"external_id": entry.external_id, "post_id": entry.post_id or None})


async def faults(request: Request) -> Response:
    """The faults in force: show, add one, lift all."""
    world = world_of(request)
    if request.method == "DELETE":
        world.faults.lift_all()
        return JSONResponse([])
    if request.method == "GET":
        return JSONResponse([as_dict(fault) for fault in world.faults.faults])
    told = await _body(request)
    times, value = told.get("times"), told.get("value")
    if times is not None and (not isinstance(times, int) or isinstance(times, bool)):
        raise Unreadable("times is a whole number or null.")
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
        raise Unreadable("value is a number.")
    fault = world.faults.add(
        network=_text(told, "network"),
        handle=_text(told, "handle", required=False) or "*",
        kind=_text(told, "kind"),
        operation=_text(told, "operation", required=False) or "*",
        times=times,
        value=float(value or 0),
    )
    return JSONResponse(as_dict(fault), status_code=201)


async def make_app(request: Request) -> Response:
    """Register an app at a network, as a force would in the network's developer pages."""
    told = await _body(request)
    network = _text(told, "network")
    addresses = told.get("redirect_uris")
    if network not in NETWORKS:
        raise Unreadable(f"There is no practice network called {network!r}.")
    if not isinstance(addresses, list) or not all(isinstance(one, str) for one in addresses):
        raise Unreadable("redirect_uris is a list of addresses.")
    app = put_app(
        world_of(request).state,
        network=network,
        client_id=_text(told, "client_id"),
        client_secret=_text(told, "client_secret"),
        redirect_uris=addresses,
    )
    return JSONResponse({"client_id": app.client_id, "redirect_uris": list(app.redirect_uris)})


async def end_tokens(request: Request) -> Response:
    """The person takes the app's access away at the network, or only tokens of some kinds end."""
    told = await _body(request)
    account = _account(request, _text(told, "network"), _text(told, "handle"))
    kinds = told.get("kinds") or []
    if not isinstance(kinds, list):
        raise Unreadable("kinds is a list.")
    ended = end_all_of(world_of(request).state, account, kinds=tuple(str(kind) for kind in kinds))
    return JSONResponse({"ended": ended})


async def reset(request: Request) -> Response:
    """Forget everything."""
    world = world_of(request)
    world.state.forget_everything()
    world.faults.reload()
    world.windows.clear()
    return JSONResponse({"ok": True})


async def health(request: Request) -> Response:
    """Whether the process is up, and how much it holds."""
    state = world_of(request).state
    accounts = state.db.execute("SELECT count(*) FROM account").fetchone()[0]
    return JSONResponse({"ok": True, "accounts": accounts, "entries": count_entries(state, "1", ())})


def routes() -> list[Route]:
    """All of it, below /_control."""
    return [
        Route("/accounts", _guarded(make_account), methods=["POST"]),
        Route("/posts", _guarded(posts), methods=["GET"]),
        Route("/comments", _guarded(comments), methods=["GET"]),
        Route("/comments", _guarded(write_comment), methods=["POST"]),
        Route("/faults", _guarded(faults), methods=["GET", "POST", "DELETE"]),
        Route("/apps", _guarded(make_app), methods=["POST"]),
        Route("/tokens/end", _guarded(end_tokens), methods=["POST"]),
        Route("/reset", _guarded(reset), methods=["POST"]),
        Route("/health", _guarded(health), methods=["GET"]),
    ]
