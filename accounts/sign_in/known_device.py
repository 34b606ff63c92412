"""Recognises a browser in which somebody has signed in before.

Failed attempts are counted per name. Without more, anybody could keep a colleague out for ever by typing
their name with wrong passwords; so attempts from a browser that the person has used are counted by themselves.
The cookie opens nothing, and names nobody.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "hqdash_device"
LASTS = 180 * 24 * 3600
MOST_NAMES = 10
_SALT = "accounts.sign_in.known_device"


def known_as(request: HttpRequest, username: str) -> str:
    """The browser's own mark if this person has signed in with it before, else empty."""
    cookie = _read(request)
    return str(cookie["id"]) if _short(username) in cookie["names"] else ""


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Let this browser be known for this name from now on."""
    cookie = _read(request)
    names = [_short(username), *(name for name in cookie["names"] if name != _short(username))][:MOST_NAMES]
    response.set_cookie(
        COOKIE,
        signing.dumps({"id": cookie["id"] or secrets.token_hex(8), "names": names}, salt=_SALT),
        max_age=LASTS,
        path="/signin/",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        cookie = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return {"id": "", "names": []}
    return {"id": str(cookie.get("id", "")), "names": list(cookie.get("names", []))}


def _short(username: str) -> str:
    return hashlib.sha256(f"{_SALT}\0{username.strip().lower()}".encode()).hexdigest()[:16]
