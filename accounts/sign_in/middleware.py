"""Knows for each request who acts and for which force, before any view runs a query."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import User
from accounts.sign_in import bearer, keeping
from accounts.sign_in.known_device import remember
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.once import remembering
from hqdash.base.tenancy import across_forces, acting_for

Answer = Callable[[HttpRequest], HttpResponse]
BY_THEMSELVES = ("/live/", "/me/session/", "/drafts/")
"""Addresses that a page asks without its reader: they keep nobody signed in."""
ENDED = "hqdash_ended"
"""The cookie by which the sign-in page knows that a session ran out."""
SAID_FOR = 900
"""Seconds for which that is worth saying."""


class TenancyMiddleware:
    """Opens the only door that crosses forces: signing in, before it is known who comes."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer sign-in requests across forces, all others inside no force at all."""
        if request.path.startswith("/signin/"):
            with across_forces(reason="signing in"):
                answer = self.get_response(request)
            if username := getattr(request, "known_from_now_on", ""):
                remember(request, answer, username)
                answer.delete_cookie(ENDED, path="/signin/")
            return answer
        return self.get_response(request)


class ActorMiddleware:
    """Sets ``request.actor`` (None for strangers) and acts for that person's force."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside the force of whoever is signed in and whose time is not up."""
        if (token := bearer.bearer_of(request)) is not None:
            return bearer.answer_for_key(request, token, self.get_response)
        user = request.user
        if not user.is_authenticated:
            return self._stranger(request)
        if not _still_has_time(request, user):
            return self._stranger(request)
        key = request.session.session_key or ""
        request.actor = Actor(  # type: ignore[attr-defined]
            force_id=user.force_id,
            user_id=user.pk,
            username=user.username,
            # A fingerprint that two entries can be compared by; the key itself would open the session.
            session=hashlib.sha256(f"{settings.SECRET_KEY}{key}".encode()).hexdigest()[:12],
            address=request.META.get("REMOTE_ADDR", ""),
        )
        with acting_for(user.force_id), remembering() if request.method == "GET" else nullcontext():
            return self.get_response(request)

    def _stranger(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        answer = self.get_response(request)
        # A cookie without a session behind it: theirs has ended, and the door says so.
        ended = settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.is_empty()
        return _told(answer) if ended else answer


def _still_has_time(request: HttpRequest, user: User) -> bool:
    with acting_for(user.force_id):
        if keeping.check(request, user, now=clock.now()):
            keeping.put_out(request)
            return False
        if not request.path.startswith(BY_THEMSELVES):
            keeping.note_presence(request, user, now=clock.now())
    return True


def _told(answer: HttpResponse) -> HttpResponse:
    # A live page may be the first to find out, and no answer to it is ever read: so the door is told as well.
    answer.set_cookie(
        ENDED,
        "1",
        max_age=SAID_FOR,
        path="/signin/",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    door = f"{reverse('account_login')}?"
    for header in ("Location", "HX-Redirect"):
        if answer.headers.get(header, "").startswith(door):
            answer.headers[header] += f"&{urlencode({'ended': 1})}"
    return answer
