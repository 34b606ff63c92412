"""The page on which a person switches faults on and off for a drill."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hqdash.sandbox.accounts import NETWORKS, all_accounts
from hqdash.sandbox.control import LOOPBACK
from hqdash.sandbox.faults import KINDS, OPERATIONS, BadFault
from hqdash.sandbox.page import FAULTS, came_from_elsewhere, page, sorry
from hqdash.sandbox.world import world_of


async def show(request: Request) -> Response:
    """The faults in force and the form for a new one."""
    if not _from_here(request):
        return sorry(request, "Faults are set from the machine that runs the practice networks.", 403)
    return _page(request)


def _from_here(request: Request) -> bool:
    return request.client is not None and request.client.host in LOOPBACK


def _page(request: Request, *, problem: str = "", told: dict[str, str] | None = None) -> Response:
    world = world_of(request)
    return page(
        request,
        "faults.html",
        status=422 if problem else 200,
        faults=world.faults.faults,
        networks=NETWORKS,
        accounts=all_accounts(world.state),
        kinds=KINDS,
        operations=OPERATIONS,
        problem=problem,
        told=told or {},
    )


async def change(request: Request) -> Response:
    """Put a fault in force, lift one or lift all."""
    if not _from_here(request) or came_from_elsewhere(request):
        return sorry(request, "Faults are set from the machine that runs the practice networks.", 403)
    async with request.form() as form:
        told = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    faults = world_of(request).faults
    if told.get("lift") == "all":
        faults.lift_all()
    elif told.get("lift", "").isdecimal():
        faults.lift(int(told["lift"]))
    else:
        network, _, handle = told.get("where", "").partition("/")
        try:
            faults.add(
                network=network or "*",
                handle=handle or "*",
                kind=told.get("kind", ""),
                operation=told.get("operation", "*"),
                times=_times(told.get("times", "")),
                value=_value(told.get("value", "")),
            )
        except BadFault as refusal:
            return _page(request, problem=str(refusal), told=told)
    return RedirectResponse(FAULTS, status_code=303)


def _times(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise BadFault("The number of times is a whole number, or empty for until it is lifted.")
    return int(text)


def _value(text: str) -> float:
    try:
        return float(text or 0)
    except ValueError:
        raise BadFault("The value is a number.") from None


def routes() -> list[Route]:
    """The page and its form."""
    return [Route(FAULTS, show), Route(FAULTS, change, methods=["POST"])]
