"""Who comes in at the JSON door: a key, or a session that proves it was no other site's idea."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.http import HttpRequest
from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from hqdash.base.actor import Actor
from hqdash.base.errors import NotAllowed


class Right(Protocol):
    """What ``accounts.access.declared.permission`` makes; this layer does not know rights, only their names."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> Any: ...


class Anybody:
    """Everybody who is signed in, and every key, whatever its scopes."""


ANYBODY = Anybody()


class Door(Protocol):
    """What an address says about who may come in."""

    scope: Right | Anybody
    scopes: Mapping[str, Right | Anybody]
    people_only: bool


class KeyOrSession(SessionAuthentication):
    """The middleware has found out who asks; a session has to prove as well that it was no other site's idea."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """The person whom the middleware has found behind the key or the session."""
        asking: HttpRequest = request._request
        actor: Actor | None = getattr(asking, "actor", None)
        if actor is None:
            return None
        if actor.scopes is None:
            self.enforce_csrf(request)
        return asking.user, None

    def authenticate_header(self, request: Request) -> str:
        """What a stranger is asked for."""
        return 'Bearer realm="HQ Dash"'


class InScope(BasePermission):
    """Signed in; and a key holds the scope that this address needs. Rights are the gate's business."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Raises the refusal itself, so that it carries its own sentence."""
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            raise NotAuthenticated
        door: Door = view
        if actor.scopes is None:
            return True
        if door.people_only:
            raise NotAllowed(_("Programs may not do this: sign in and do it yourself."))
        right = door.scopes.get(request.method or "", door.scope)
        if not isinstance(right, Anybody) and right.name not in actor.scopes:
            raise NotAllowed(
                _("This API key does not have the scope %(scope)s (“%(label)s”).")
                % {"scope": right.name, "label": right.label}
            )
        return True
