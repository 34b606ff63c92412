"""X's OAuth 2.0: the page where a person agrees, tokens of two hours, refresh tokens that work once."""

import base64
import binascii
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hqdash.sandbox.accounts import Account, BadAccount, account_by_id, account_by_token
from hqdash.sandbox.consent import Asked, cannot, chosen_accounts, decision, send_home, show
from hqdash.sandbox.door import through_door
from hqdash.sandbox.grants import (
    App,
    end_token,
    find_app,
    find_token,
    first_token,
    give_token,
    make_code,
    trade_code,
    whose_code,
)
from hqdash.sandbox.state import State
from hqdash.sandbox.world import world_of
from hqdash.sandbox.x_api import MANNERS

ACCESS_SECONDS = 7200.0
WANTS = {
    "tweet.read": "Read posts and who mentions you",
    "tweet.write": "Post and delete posts for you",
    "users.read": "See your profile",
    "tweet.moderate.write": "Hide and unhide replies to your posts",
    "offline.access": "Stay connected until you revoke access",
}


def oauth_error(code: str, words: str, *, status: int = 400) -> JSONResponse:
    """How X words a refusal at its token endpoint."""
    return JSONResponse({"error": code, "error_description": words}, status_code=status)


async def authorize(request: Request) -> Response:
    """The page where a person agrees; a wrong request of the app never sends anybody back."""
    asked = request.query_params
    app = find_app(world_of(request).state, network="x", client_id=asked.get("client_id", ""))
    back_url, scopes = asked.get("redirect_uri", ""), asked.get("scope", "").split()
    if app is None or back_url not in app.redirect_uris:
        return cannot(request, "Something went wrong: you were not able to give access to the App.")
    if wrong := _wrong(asked, scopes):
        return cannot(request, wrong)
    page = Asked("x", "HQ Dash", tuple(WANTS[scope] for scope in scopes), back_url)
    if request.method == "GET":
        return show(request, page)
    agreed, chosen, new = await decision(request)
    state_word = {"state": asked["state"]}
    if not agreed:
        return send_home(back_url, {"error": "access_denied", **state_word})
    try:
        account = chosen_accounts(request, "x", [] if new else chosen[:1], new)[0]
    except BadAccount as problem:
        return show(request, page, problem=str(problem), status=422)
    code = make_code(
        world_of(request).state,
        app=app,
        account_ids=[account.external_id],
        redirect_uri=back_url,
        challenge=asked["code_challenge"],
        scopes=" ".join(scopes),
    )
    return send_home(back_url, {**state_word, "code": code})


def _wrong(asked: Mapping[str, str], scopes: list[str]) -> str:
    if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
        return "The App asked in a way that X does not take (response_type, code_challenge)."
    if not asked.get("code_challenge") or not asked.get("state"):
        return "The App asked without a code_challenge or a state."
    if not scopes or any(scope not in WANTS for scope in scopes):
        return "The App asked for permissions that X does not know."
    return ""


def _app(request: Request, words: dict[str, str]) -> App | None:
    """A confidential client shows its id and secret by HTTP Basic."""
    kind, _, told = request.headers.get("authorization", "").partition(" ")
    try:
        client_id, _, secret = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if kind.lower() != "basic":
        return None
    return find_app(world_of(request).state, network="x", client_id=client_id, secret=secret)


def _tokens(state: State, account: Account, app: App, scopes: str) -> Response:
    answer: dict[str, object] = {
        "token_type": "bearer",
        "expires_in": int(ACCESS_SECONDS),
        "access_token": give_token(
            state,
            kind="access",
            account=account,
            client_id=app.client_id,
            lasts=ACCESS_SECONDS,
            scopes=scopes,
        ),
        "scope": scopes,
    }
    if "offline.access" in scopes.split():
        answer["refresh_token"] = give_token(
            state, kind="refresh", account=account, client_id=app.client_id, scopes=scopes
        )
    return JSONResponse(answer)


async def token(request: Request) -> Response:
    """A code for tokens, or a refresh token for new ones; either works once."""
    words = await _words(request)
    app = _app(request, words)
    if app is None:
        return oauth_error("unauthorized_client", "Missing valid authorization header", status=401)
    if words.get("grant_type") == "authorization_code":
        return await _traded(request, app, words)
    if words.get("grant_type") == "refresh_token":
        return await _renewed(request, app, words)
    return oauth_error("unsupported_grant_type", "The grant type is not supported.")


async def _traded(request: Request, app: App, words: dict[str, str]) -> Response:
    state = world_of(request).state
    refusal = oauth_error("invalid_request", "Value passed for the authorization code was invalid.")
    account = account_by_id(state, whose_code(state, words.get("code", "")))
    if account is None:
        return refusal

    def work() -> Response:
        traded = trade_code(
            state,
            app=app,
            code=words.get("code", ""),
            redirect_uri=words.get("redirect_uri", ""),
            verifier=words.get("code_verifier", ""),
        )
        return _tokens(state, account, app, traded.scopes) if traded else refusal

    return await _at_the_door(request, account, work)


async def _renewed(request: Request, app: App, words: dict[str, str]) -> Response:
    state = world_of(request).state
    refusal = oauth_error("invalid_request", "Value passed for the token was invalid.")
    told = words.get("refresh_token", "")
    kept = find_token(state, told)
    account = account_by_id(state, kept.account_id) if kept else None
    if account is None:
        return refusal

    def work() -> Response:
        # Looked at again behind the door: two that came together must not both be served.
        again = find_token(state, told)
        if again is None or again.kind != "refresh" or again.client_id != app.client_id or not again.works:
            return refusal
        end_token(state, again)
        return _tokens(state, account, app, again.scopes)

    return await _at_the_door(request, account, work)


async def revoke(request: Request) -> Response:
    """End a token."""
    words = await _words(request)
    state = world_of(request).state
    app = _app(request, words)
    if app is None:
        return oauth_error("unauthorized_client", "Missing valid authorization header", status=401)
    told = words.get("token", "")
    seeded = account_by_token(state, network="x", token=told)
    kept = find_token(state, told) or (first_token(seeded, client_id=app.client_id) if seeded else None)
    account = account_by_id(state, kept.account_id) if kept else None
    if kept is None or account is None or kept.client_id != app.client_id:
        return oauth_error("invalid_request", "Value passed for the token was invalid.")

    def end() -> Response:
        end_token(state, kept)
        return JSONResponse({"revoked": True})

    return await _at_the_door(request, account, end)


async def _words(request: Request) -> dict[str, str]:
    async with request.form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


async def _at_the_door(request: Request, account: Account, work: Callable[[], Response]) -> Response:
    return await through_door(request, account=account, operation="sign_in", manners=MANNERS, work=work)


def routes() -> list[Route]:
    """What stands below /x beside the API."""
    return [
        Route("/i/oauth2/authorize", authorize, methods=["GET", "POST"]),
        Route("/2/oauth2/token", token, methods=["POST"]),
        Route("/2/oauth2/revoke", revoke, methods=["POST"]),
    ]
