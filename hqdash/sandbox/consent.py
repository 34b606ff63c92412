"""The pages on which a person signs in at a practice network and agrees, or not, to what an app asks for."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hqdash.sandbox.accounts import (
    HANDLE,
    NETWORKS,
    Account,
    BadAccount,
    account_by_id,
    all_accounts,
    find_account,
    put_account,
)
from hqdash.sandbox.page import HEADERS, POLICY, sorry, templates
from hqdash.sandbox.world import world_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands on the consent page."""

    network: str
    app_name: str
    wants: tuple[str, ...]
    back_url: str
    several: bool = False
    site: str = ""
    username: str = ""


def show(request: Request, asked: Asked, *, problem: str = "", status: int = 200) -> Response:
    """The page with its question; every hidden value of the address stays in the address."""
    accounts = [one for one in all_accounts(world_of(request).state) if one.network == asked.network]
    html = templates.get_template("consent.html").render(
        path=request.url.path,
        asked=asked,
        network=NETWORKS[asked.network],
        accounts=sorted(accounts, key=lambda account: account.made_at, reverse=True),
        action=str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
        problem=problem,
    )
    # The browser counts the redirect that answers the form as part of its action.
    home = urlsplit(asked.back_url)
    policy = POLICY.replace("form-action 'self'", f"form-action 'self' {home.scheme}://{home.netloc}")
    return Response(
        html,
        status_code=status,
        media_type="text/html",
        headers=HEADERS | {"content-security-policy": policy, "referrer-policy": "no-referrer"},
    )


def cannot(request: Request, sentence: str) -> Response:
    """What a network shows to the person when the app's own request is wrong: it sends nobody back."""
    return sorry(request, sentence, 400)


async def decision(request: Request) -> tuple[bool, list[str], str]:
    """Whether the person agreed, the chosen accounts, and the name of a new one."""
    async with request.form() as form:
        chosen = [value for value in form.getlist("account") if isinstance(value, str) and value]
        new = str(form.get("new") or "").strip().removeprefix("@")
        return form.get("decision") == "allow", chosen, new


def chosen_accounts(request: Request, network: str, chosen: list[str], new: str) -> list[Account]:
    """The accounts that were chosen; one that does not exist yet is opened first.

    Raises:
        BadAccount: nothing was chosen, or the new name cannot be one.
    """
    state = world_of(request).state
    found = [
        one for one in (account_by_id(state, number) for number in chosen) if one and one.network == network
    ]
    if new:
        if not HANDLE.fullmatch(new):
            raise BadAccount("A handle has 1 to 64 letters, digits, dots, hyphens or underscores.")
        known = find_account(state, network=network, handle=new)
        # Nobody will ever know this token: the account is spoken for by what is agreed to here.
        found.append(
            known
            or put_account(
                state, network=network, handle=new, name=new, token=f"closed-{secrets.token_urlsafe(32)}"
            )
        )
    if not found:
        raise BadAccount("Choose an account, or write the name of a new one.")
    return found


def send_home(address: str, words: Mapping[str, str]) -> Response:
    """Back to the app, with the answer in the address."""
    joint = "&" if "?" in address else "?"
    return RedirectResponse(
        f"{address}{joint}{urlencode(words)}",
        status_code=303,
        headers={"referrer-policy": "no-referrer", "cache-control": "no-store"},
    )
