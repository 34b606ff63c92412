"""WordPress's REST API as far as a newsroom uses it, for any number of sites below /wp/<site>."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from hqdash.sandbox.accounts import Account, find_account, site_user
from hqdash.sandbox.door import through_door
from hqdash.sandbox.reading import json_of
from hqdash.sandbox.wordpress_answers import Site, WordPressRefusal, error
from hqdash.sandbox.wordpress_comments import (
    add_comment,
    bin_comment,
    change_comment,
    list_comments,
    one_comment,
)
from hqdash.sandbox.wordpress_posts import add_post, bin_post, change_post, list_posts, one_post
from hqdash.sandbox.world import origin_of, world_of

Work = Callable[["Request", Site, dict[str, Any]], Response]


class WordPressManners:
    """How WordPress, or the host it runs on, words its failures."""

    def rate_limited(self, account: Account, wait: float) -> Response:
        response = error(429, "too_many_requests", "Too many requests. Please slow down.")
        response.headers["retry-after"] = str(max(1, round(wait)))
        return response

    def server_error(self, status: int) -> Response:
        return error(status, "internal_server_error", "There has been a critical error on this website.")

    def token_expired(self) -> Response:
        return not_signed_in()

    def duplicate_refused(self, operation: str) -> Response:
        return error(
            409,
            "comment_duplicate",
            "Duplicate comment detected; it looks as though you&#8217;ve already said that!",
        )

    def hide_refused(self) -> Response:
        return error(403, "rest_cannot_edit", "Sorry, you are not allowed to edit this comment.")


MANNERS = WordPressManners()


def not_signed_in() -> JSONResponse:
    """What WordPress says to a wrong or missing application password."""
    return error(401, "rest_not_logged_in", "You are not currently logged in.")


def credentials_of(request: Request) -> tuple[str, str] | None:
    """The user name and password of HTTP Basic, where there are any."""
    kind, _, told = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(told, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, password


async def _arguments(request: Request) -> dict[str, Any]:
    """The arguments of a call, from the address, a form or JSON."""
    found: dict[str, Any] = dict(request.query_params)
    if request.method in ("POST", "PUT", "PATCH"):
        if request.headers.get("content-type", "").startswith("application/json"):
            try:
                told = await json_of(request)
            except ValueError:
                raise WordPressRefusal(400, "rest_invalid_json", "Invalid JSON body passed.") from None
            found.update(told if isinstance(told, dict) else {})
        else:
            async with request.form() as form:
                found.update(form.items())
    return found


def site_at(request: Request, account: Account) -> Site:
    """The site under the address by which it was called."""
    return Site(account, f"{origin_of(request)}/wp/{account.handle}")


def _call(works: dict[str, tuple[str, Work]]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint: per method, the kind of work and the work. All of it needs a sign-in."""

    async def answer(request: Request) -> Response:
        world = world_of(request)
        told = credentials_of(request)
        account = (
            site_user(world.state, handle=request.path_params["site"], username=told[0], password=told[1])
            if told
            else None
        )
        if account is None:
            return not_signed_in()
        try:
            arguments = await _arguments(request)
        except WordPressRefusal as refusal:
            return refusal.response
        operation, work = works["POST" if request.method in ("PUT", "PATCH") else request.method]
        site = site_at(request, account)

        def guarded() -> Response:
            try:
                return work(request, site, arguments)
            except WordPressRefusal as refusal:
                return refusal.response

        return await through_door(
            request, account=account, operation=operation, manners=MANNERS, work=guarded
        )

    return answer


def _who_am_i(request: Request, site: Site, arguments: dict[str, Any]) -> Response:
    return JSONResponse(site.user_json(arguments.get("context", "view")))


async def index(request: Request) -> Response:
    """What a site says of itself to anybody."""
    account = find_account(world_of(request).state, network="wordpress", handle=request.path_params["site"])
    if account is None:
        return error(404, "rest_no_route", "No route was found matching the URL and request method.")
    return JSONResponse(site_at(request, account).index_json())


async def front_page(request: Request) -> Response:
    """A post's own address leads to the page that the public reads."""
    post = request.query_params.get("p", "")
    thread = f"/{post}" if post.isdecimal() else ""
    return RedirectResponse(f"/a/wordpress/{request.path_params['site']}{thread}")


def routes() -> list[Route]:
    """All sites, below /wp."""
    posts = _call({"GET": ("read", list_posts), "POST": ("publish", add_post)})
    post = _call(
        {"GET": ("read", one_post), "POST": ("publish", change_post), "DELETE": ("withdraw", bin_post)}
    )
    comments = _call({"GET": ("read", list_comments), "POST": ("publish", add_comment)})
    comment = _call(
        {"GET": ("read", one_comment), "POST": ("hide", change_comment), "DELETE": ("hide", bin_comment)}
    )
    whole = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    rest = "/{site}/wp-json/wp/v2"
    return [
        Route("/{site}", front_page),
        Route("/{site}/", front_page),
        Route("/{site}/wp-json", index),
        Route("/{site}/wp-json/", index),
        Route(f"{rest}/users/me", _call({"GET": ("read", _who_am_i)}), methods=["GET"]),
        Route(f"{rest}/posts", posts, methods=["GET", "POST"]),
        Route(f"{rest}/posts/{{post_id:int}}", post, methods=whole),
        Route(f"{rest}/comments", comments, methods=["GET", "POST"]),
        Route(f"{rest}/comments/{{comment_id:int}}", comment, methods=whole),
    ]
