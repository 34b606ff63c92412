"""Renders the public pages under a strict content policy: no script, one stylesheet of our own."""

from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hqdash.sandbox.accounts import Account
from hqdash.sandbox.entries import Entry
from hqdash.sandbox.wordpress_answers import plain

FOLDER = Path(__file__).parent
HOME, FAULTS, STATIC = "/", "/_faults", "/_static"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d %b %Y, %H:%M").lstrip("0")


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


templates = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters |= {"moment": _moment, "iso": _iso, "plain": plain}


def address(account: Account, entry: Entry | None = None) -> str:
    """Where the account's timeline, or one of its conversations, is read."""
    base = f"/a/{account.network}/{account.handle}"
    if entry is None:
        return base
    thread = f"{base}/{entry.post_id or entry.external_id}"
    return f"{thread}#comment-{entry.external_id}" if entry.post_id else thread


templates.globals |= {"HOME": HOME, "FAULTS": FAULTS, "STATIC": STATIC, "address": address}


def page(request: Request, template: str, *, status: int = 200, **context: object) -> Response:
    """One page."""
    html = templates.get_template(template).render(path=request.url.path, **context)
    return HTMLResponse(html, status_code=status, headers=HEADERS)


def sorry(request: Request, sentence: str, status: int) -> Response:
    """A page that says why there is nothing to see."""
    return page(request, "sorry.html", status=status, sentence=sentence)


def came_from_elsewhere(request: Request) -> bool:
    """Whether another site's page sent this form."""
    return request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
