"""Knows for each request who acts and for which force, before any view runs a query."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from hqdash.base.actor import Actor
from hqdash.base.once import remembering
from hqdash.base.tenancy import across_forces, acting_for

Answer = Callable[[HttpRequest], HttpResponse]


class TenancyMiddleware:
    """Opens the only door that crosses forces: signing in, before it is known who comes."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer sign-in requests across forces, all others inside no force at all."""
        if request.path.startswith("/signin/"):
            with across_forces(reason="signing in"):
                return self.get_response(request)
        return self.get_response(request)


class ActorMiddleware:
    """Sets ``request.actor`` (None for strangers) and acts for that person's force."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside the force of whoever is signed in."""
        user = request.user
        if not user.is_authenticated:
            request.actor = None  # type: ignore[attr-defined]
            return self.get_response(request)
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
