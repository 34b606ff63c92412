"""The pages that anybody can read and write on: all accounts, a timeline, a conversation."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from hqdash.sandbox import fault_page, public_views
from hqdash.sandbox.accounts import Account, find_account
from hqdash.sandbox.entries import Entry, get_entry
from hqdash.sandbox.page import FOLDER, HOME, STATIC, address, came_from_elsewhere, page, sorry
from hqdash.sandbox.public_voice import CannotSay, comment_on, mention
from hqdash.sandbox.state import LARGEST
from hqdash.sandbox.wordpress_answers import WordPressRefusal, plain
from hqdash.sandbox.world import World, world_of


def _account(request: Request) -> Account | None:
    told = request.path_params
    return find_account(world_of(request).state, network=told["network"], handle=told["handle"])


async def home(request: Request) -> Response:
    """All accounts by network, each with what is newest there."""
    return page(request, "index.html", networks=public_views.overview(world_of(request).state))


async def timeline(request: Request) -> Response:
    """What one account has posted and, where the network shows it, who speaks to it."""
    account = _account(request)
    if account is None:
        return sorry(request, "There is no such account here.", 404)
    return _timeline(request, account)


def _timeline(
    request: Request, account: Account, *, problem: str = "", author: str = "", text: str = ""
) -> Response:
    state = world_of(request).state
    asked = request.query_params.get("before", "")
    before = min(int(asked), LARGEST) if asked.isdecimal() else None
    posts, older = public_views.posts_of(state, account, before=before)
    return page(
        request,
        "timeline.html",
        status=422 if problem else 200,
        account=account,
        posts=posts,
        older=older,
        mentions=public_views.mentions_of(state, account),
        problem=problem,
        author=author,
        text=text,
    )


async def write_mention(request: Request) -> Response:
    """A member of the public writes to the account in the open."""
    account = _account(request)
    if account is None:
        return sorry(request, "There is no such account here.", 404)
    if came_from_elsewhere(request):
        return sorry(request, "Please use the form on this site.", 403)
    author, text = await _told(request)
    world = world_of(request)
    try:
        entry = mention(world.state, account=account, author=author, text=text, skew=_skew(world, account))
    except CannotSay as refusal:
        return _timeline(request, account, problem=str(refusal), author=author, text=text)
    return RedirectResponse(f"{address(account)}#comment-{entry.external_id}", status_code=303)


async def thread(request: Request) -> Response:
    """One post and what the public sees below it."""
    found = _post(request)
    if found is None:
        return sorry(request, "This post is not here, or not any more.", 404)
    return _thread(request, *found)


def _post(request: Request) -> tuple[Account, Entry] | None:
    account = _account(request)
    if account is None:
        return None
    entry = get_entry(
        world_of(request).state, network=account.network, external_id=request.path_params["post_id"]
    )
    if entry is None or entry.gone or entry.account_id != account.external_id:
        return None
    # A comment's own address leads to its conversation.
    if entry.kind == "comment":
        root = get_entry(world_of(request).state, network=account.network, external_id=entry.post_id)
        return (account, root) if root and not root.gone else None
    return (account, entry) if entry.status in ("published", "publish") else None


def _thread(
    request: Request,
    account: Account,
    post: Entry,
    *,
    problem: str = "",
    author: str = "",
    text: str = "",
    over: str = "",
) -> Response:
    return page(
        request,
        "thread.html",
        status=422 if problem else 200,
        account=account,
        post=post,
        conversation=public_views.conversation(world_of(request).state, post),
        problem=problem,
        author=author,
        text=text,
        over=over or post.external_id,
    )


async def write_comment(request: Request) -> Response:
    """A member of the public answers a post or a comment."""
    found = _post(request)
    if found is None:
        return sorry(request, "This post is not here, or not any more.", 404)
    if came_from_elsewhere(request):
        return sorry(request, "Please use the form on this site.", 403)
    account, post = found
    author, text = await _told(request)
    async with request.form() as form:
        over = str(form.get("over", "")) or post.external_id
    world = world_of(request)
    try:
        entry = comment_on(
            world.state,
            account=account,
            over_id=over,
            author=author,
            text=text,
            skew=_skew(world, account),
        )
    except (CannotSay, WordPressRefusal) as refusal:
        problem = plain(str(refusal))
        return _thread(request, account, post, problem=problem, author=author, text=text, over=over)
    return RedirectResponse(address(account, entry), status_code=303)


async def _told(request: Request) -> tuple[str, str]:
    async with request.form() as form:
        return str(form.get("author", "")).strip(), str(form.get("text", ""))


def _skew(world: World, account: Account) -> float:
    return world.faults.standing(account, "clock_skew")


async def x_address(request: Request) -> Response:
    """X's own form of a post's address."""
    told = request.path_params
    return RedirectResponse(f"/a/x/{told['handle']}/{told['post_id']}")


async def not_there(request: Request) -> Response:
    """Any address that is none."""
    return sorry(request, "There is no such page here.", 404)


def routes() -> list[BaseRoute]:
    """All pages."""
    account = "/a/{network}/{handle}"
    return [
        Route(HOME, home),
        Route(account, timeline),
        Route(f"{account}/mention", write_mention, methods=["POST"]),
        Route(f"{account}/{{post_id}}", thread),
        Route(f"{account}/{{post_id}}", write_comment, methods=["POST"]),
        *fault_page.routes(),
        Mount(STATIC, StaticFiles(directory=FOLDER / "static")),
        Route("/{rest:path}", not_there),
    ]
