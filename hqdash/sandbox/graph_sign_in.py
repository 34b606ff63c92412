"""Facebook Login: the dialog, the short and the long-lived token, the Pages of a person, and debug_token."""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hqdash.sandbox.accounts import Account, BadAccount, account_by_id, account_by_token
from hqdash.sandbox.consent import Asked, cannot, chosen_accounts, decision, send_home, show
from hqdash.sandbox.door import through_door
from hqdash.sandbox.grants import (
    App,
    Token,
    find_app,
    find_token,
    first_token,
    give_token,
    make_code,
    trade_code,
    whose_code,
)
from hqdash.sandbox.graph_answers import error
from hqdash.sandbox.graph_api import MANNERS, arguments_of, token_of
from hqdash.sandbox.state import State
from hqdash.sandbox.world import world_of

SHORT_SECONDS, LONG_SECONDS = 2 * 3600.0, 60 * 86_400.0
DATA_ACCESS_SECONDS = 90 * 86_400.0
WANTS = {
    "pages_show_list": "See the Pages that you manage",
    "pages_manage_posts": "Post to your Pages",
    "pages_read_engagement": "Read what your Pages post",
    "pages_manage_engagement": "Answer, hide and delete comments on your Pages",
    "pages_read_user_content": "Read what others write on your Pages",
}
TASKS = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"]


async def dialog(request: Request) -> Response:
    """The page where a person chooses the Pages."""
    asked = request.query_params
    app = find_app(world_of(request).state, network="facebook", client_id=asked.get("client_id", ""))
    back_url = asked.get("redirect_uri", "")
    scopes = [scope for scope in asked.get("scope", "").split(",") if scope]
    if app is None or (wrong := _wrong(app, back_url, scopes)):
        return cannot(
            request,
            wrong if app else "Invalid App ID: the provided app ID does not look like a valid app ID.",
        )
    page = Asked("facebook", "HQ Dash", tuple(WANTS[scope] for scope in scopes), back_url, several=True)
    if request.method == "GET":
        return show(request, page)
    agreed, chosen, new = await decision(request)
    kept = {"state": asked["state"]} if asked.get("state") else {}
    if not agreed:
        no = {
            "error": "access_denied",
            "error_code": "200",
            "error_description": "Permissions error",
            "error_reason": "user_denied",
        }
        return send_home(back_url, {**no, **kept})
    try:
        pages = chosen_accounts(request, "facebook", chosen, new)
    except BadAccount as problem:
        return show(request, page, problem=str(problem), status=422)
    code = make_code(
        world_of(request).state,
        app=app,
        account_ids=[one.external_id for one in pages],
        redirect_uri=back_url,
        scopes=",".join(scopes),
    )
    return send_home(back_url, {"code": code, **kept})


def _wrong(app: App, back_url: str, scopes: list[str]) -> str:
    if back_url not in app.redirect_uris:
        return "URL blocked: the redirect URI is not in the app's list of valid OAuth redirect URIs."
    unknown = [scope for scope in scopes if scope not in WANTS]
    return f"Invalid Scopes: {', '.join(unknown)}." if unknown else ""


async def access_token(request: Request) -> Response:
    """A code for a short token, or a short token for a long one."""
    words = await arguments_of(request)
    state = world_of(request).state
    app = find_app(
        state,
        network="facebook",
        client_id=words.get("client_id", ""),
        secret=words.get("client_secret", ""),
    )
    if app is None:
        return error(1, "Error validating client secret.", kind="OAuthException")
    if words.get("grant_type") == "fb_exchange_token":
        short = find_token(state, words.get("fb_exchange_token", ""))
        if short is None or short.kind != "person" or not short.works or short.client_id != app.client_id:
            return error(190, "Error validating access token: The session is invalid.", subcode=463)
        person = account_by_id(state, short.account_id.split(",")[0])
        if person is None:
            return error(190, "Error validating access token: The session is invalid.", subcode=463)
        return await through_door(
            request,
            account=person,
            operation="sign_in",
            manners=MANNERS,
            work=lambda: _token_json(state, app, short.account_id, short.scopes, LONG_SECONDS),
        )
    used = "This authorization code has been used or has expired."
    first = account_by_id(state, whose_code(state, words.get("code", "")))
    if first is None:
        return error(100, used, subcode=36009)

    def trade() -> Response:
        traded = trade_code(
            state, app=app, code=words.get("code", ""), redirect_uri=words.get("redirect_uri", "")
        )
        if traded is None:
            return error(100, used, subcode=36009)
        return _token_json(state, app, ",".join(traded.account_ids), traded.scopes, SHORT_SECONDS)

    return await through_door(request, account=first, operation="sign_in", manners=MANNERS, work=trade)


def _token_json(state: State, app: App, page_ids: str, scopes: str, lasts: float) -> Response:
    """A token for the person; which Pages they allowed is written down with it."""
    first = account_by_id(state, page_ids.split(",", maxsplit=1)[0])
    if first is None:
        return error(
            190, "Error validating access token: The user has not authorized application.", subcode=458
        )
    token = give_token(
        state,
        kind="person",
        account=first,
        client_id=app.client_id,
        lasts=lasts,
        person=page_ids,
        scopes=scopes,
    )
    state.db.execute(
        "UPDATE token SET account_id = ? WHERE number = (SELECT max(number) FROM token)", (page_ids,)
    )
    return JSONResponse({"access_token": token, "token_type": "bearer", "expires_in": int(lasts)})


async def my_pages(request: Request) -> Response:
    """The Pages that the person allowed, each with a token of its own."""
    words = await arguments_of(request)
    state = world_of(request).state
    person = find_token(state, token_of(request, words))
    if person is None or person.kind != "person" or not person.works:
        return error(190, "Error validating access token: The session is invalid.", status=401, subcode=463)
    pages = [
        page for page in (account_by_id(state, number) for number in person.account_id.split(",")) if page
    ]
    if not pages:
        return JSONResponse({"data": []})

    def work() -> Response:
        listed = [_page_json(state, page, person) for page in pages]
        cursors = {"before": pages[0].external_id, "after": pages[-1].external_id}
        return JSONResponse({"data": listed, "paging": {"cursors": cursors}})

    return await through_door(request, account=pages[0], operation="sign_in", manners=MANNERS, work=work)


def _page_json(state: State, page: Account, person: Token) -> dict[str, Any]:
    # A Page's token made from a long-lived one names no day; made from a short one it ends with it.
    lasts = None if (person.ends_at or 0) - person.made_at > SHORT_SECONDS else SHORT_SECONDS
    return {
        "access_token": give_token(
            state, kind="page", account=page, client_id=person.client_id, lasts=lasts, person="person"
        ),
        "name": page.name,
        "username": page.handle,
        "id": page.external_id,
        "tasks": TASKS,
    }


async def debug_token(request: Request) -> Response:
    """What the network knows of a token; only the app that it was made for may ask."""
    words = await arguments_of(request)
    state = world_of(request).state
    client_id, _, secret = token_of(request, words).partition("|")
    if find_app(state, network="facebook", client_id=client_id, secret=secret) is None:
        return error(190, "Invalid OAuth access token signature.", status=401)
    told = words.get("input_token", "")
    seeded = account_by_token(state, network="facebook", token=told)
    kept = find_token(state, told) or (first_token(seeded, client_id=client_id) if seeded else None)
    if kept is None or kept.client_id != client_id:
        said = {"code": 190, "message": "Invalid OAuth access token.", "subcode": 0}
        return JSONResponse({"data": {"error": said, "is_valid": False, "scopes": []}})
    data: dict[str, Any] = {
        "app_id": client_id,
        "type": "PAGE" if kept.kind == "page" else "USER",
        "application": "HQ Dash",
        "data_access_expires_at": int(kept.made_at + DATA_ACCESS_SECONDS),
        "expires_at": int(kept.ends_at or 0),
        "is_valid": kept.works,
        "issued_at": int(kept.made_at),
        "scopes": list(WANTS),
        "user_id": "1",
    }
    if kept.kind == "page":
        data["profile_id"] = kept.account_id
    if not kept.works:
        ended = kept.ends_at is not None and kept.ends_at <= time.time()
        what = "Session has expired." if ended else "The user has not authorized application."
        data["error"] = {
            "code": 190,
            "message": f"Error validating access token: {what}",
            "subcode": 463 if ended else 458,
        }
    page = account_by_id(state, kept.account_id.split(",")[0])
    if page is None:
        return JSONResponse({"data": data})
    return await through_door(
        request, account=page, operation="sign_in", manners=MANNERS, work=lambda: JSONResponse({"data": data})
    )


def routes() -> list[Route]:
    """What stands below /graph before everything else."""
    both = ["GET", "POST"]
    return [
        Route("/{version}/dialog/oauth", dialog, methods=both),
        Route("/{version}/oauth/access_token", access_token, methods=both),
        Route("/{version}/me/accounts", my_pages, methods=both),
        Route("/{version}/debug_token", debug_token, methods=both),
    ]
