"""WordPress's page that gives out application passwords, and the calls with which one asks about and ends itself."""

import uuid
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hqdash.sandbox.accounts import HANDLE, Account, find_account, put_account, site_user
from hqdash.sandbox.consent import Asked, cannot, decision, send_home, show
from hqdash.sandbox.door import through_door
from hqdash.sandbox.grants import Token, end_token, find_password, first_token, give_token
from hqdash.sandbox.wordpress_answers import error
from hqdash.sandbox.wordpress_api import MANNERS, credentials_of, not_signed_in
from hqdash.sandbox.world import origin_of, world_of

LOOPBACK = ("127.0.0.1", "localhost", "testserver")
NAMES = uuid.UUID("1f0a5c2e-53b1-4c6f-8a52-3c1f36f4f7d2")


async def authorize(request: Request) -> Response:
    """The page of the site on which its user gives an app a password of its own."""
    site, asked = request.path_params["site"], request.query_params
    back_url, reject_url = asked.get("success_url", ""), asked.get("reject_url", "")
    if wrong := _wrong(site, asked.get("app_name", ""), back_url, reject_url):
        return cannot(request, wrong)
    state = world_of(request).state
    known = find_account(state, network="wordpress", handle=site)
    page = Asked(
        "wordpress",
        asked["app_name"],
        ("Sign in to this site as you, until you take its password away",),
        back_url or origin_of(request),
        site=site,
        username=known.username if known else "newsdesk",
    )
    if request.method == "GET":
        return show(request, page)
    agreed, _chosen, user = await decision(request)
    if not agreed:
        return send_home(reject_url or back_url, {"success": "false"})
    if not user or (known is not None and user != known.username):
        return show(request, page, problem=f"{site} has no user of this name.", status=422)
    # Every practice site exists as soon as somebody has signed in on it.
    account = known or put_account(
        state, network="wordpress", handle=site, name=site, token=uuid.uuid4().hex, username=user
    )
    password = give_token(
        state, kind="password", account=account, client_id=asked.get("app_id", ""), person=user,
        scopes=asked["app_name"],
    )  # fmt: skip
    words = {"site_url": f"{origin_of(request)}/wp/{site}", "user_login": user, "password": password}
    return send_home(back_url, words)


def _wrong(site: str, app_name: str, *addresses: str) -> str:
    if not HANDLE.fullmatch(site):
        return "There can be no site of this name."
    if not app_name:
        return "The application has no name."
    for address in addresses:
        place = urlsplit(address)
        if address and place.scheme != "https" and place.hostname not in LOOPBACK:
            return "The URL must be served over a secure connection."
    return ""


def _own(request: Request) -> tuple[Account, Token] | None:
    """The site and the application password that this call was signed in with."""
    told = credentials_of(request)
    if told is None:
        return None
    state = world_of(request).state
    account = site_user(state, handle=request.path_params["site"], username=told[0], password=told[1])
    if account is None:
        return None
    return account, find_password(state, account, *told) or first_token(account)


def _number(kept: Token) -> str:
    return str(uuid.uuid5(NAMES, f"{kept.account_id}:{kept.number}"))


def _json(kept: Token) -> dict[str, object]:
    return {
        "uuid": _number(kept),
        "app_id": kept.client_id,
        "name": kept.scopes,
        "created": datetime.fromtimestamp(kept.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "last_used": None,
        "last_ip": None,
    }


async def introspect(request: Request) -> Response:
    """The password that was used for this very call."""
    own = _own(request)
    if own is None:
        return not_signed_in()
    account, kept = own
    return await through_door(
        request, account=account, operation="sign_in", manners=MANNERS, work=lambda: JSONResponse(_json(kept))
    )


async def delete(request: Request) -> Response:
    """End a password of the user."""
    own = _own(request)
    if own is None:
        return not_signed_in()
    account, kept = own
    if str(request.path_params["number"]) != _number(kept):
        return error(404, "rest_application_password_not_found", "Application password not found.")

    def end() -> Response:
        end_token(world_of(request).state, kept)
        return JSONResponse({"deleted": True, "previous": _json(kept)})

    return await through_door(request, account=account, operation="sign_in", manners=MANNERS, work=end)


def routes() -> list[Route]:
    """What stands below /wp beside the rest of the API."""
    own = "/{site}/wp-json/wp/v2/users/me/application-passwords"
    return [
        Route("/{site}/wp-admin/authorize-application.php", authorize, methods=["GET", "POST"]),
        Route(f"{own}/introspect", introspect, methods=["GET"]),
        Route(f"{own}/{{number:uuid}}", delete, methods=["DELETE"]),
    ]
