"""How somebody signs in, and where they are signed in: their own page, and the clock of their session."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions.sessions import end_all_sessions, end_session
from accounts.models import User
from accounts.people_queries import factors_of, sessions_of
from accounts.sign_in import keeping
from accounts.sign_in.devices import device_icon, device_name
from accounts.sign_in.factors import asking_tiers, missing_factor
from hqdash.base import clock
from hqdash.base.pages import Page


class Security(Page):
    """Second factors, recovery codes and sessions; after sign-in also the way to what a tier asks for."""

    template = "mfa/index.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """``next`` leads on once nothing is missing any more."""
        user: Any = request.user
        missing = missing_factor(user)
        onward = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}):
            onward = ""
        factors = factors_of(user)
        codes = next((one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
        return self.render(
            missing=missing,
            asking=asking_tiers(user, now=clock.now()) if missing else [],
            onward="" if missing else onward,
            passkeys=[one for one in factors if one.type == Authenticator.Type.WEBAUTHN],
            app=next((one for one in factors if one.type == Authenticator.Type.TOTP), None),
            codes_left=len(codes.wrap().get_unused_codes()) if codes else None,
            sessions=shown_sessions(user, here=request.session.session_key or ""),
        )


class SignOutDevice(Page):
    """POST: end one of one's own sessions."""

    def post(self, request: HttpRequest, session_id: UUID) -> HttpResponse:
        """Back to the list."""
        end_session(actor=self.actor, user=request.user, session_id=session_id)  # type: ignore[arg-type]
        return self.redirect("mfa_index", note=_("Signed out on that device."))


class SignOutOthers(Page):
    """POST: end all sessions but this one."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Back to the list."""
        ended = end_all_sessions(
            actor=self.actor,
            user=request.user,  # type: ignore[arg-type]  # a Page is signed in
            except_key=request.session.session_key or "",
        )
        note = ngettext("Signed out on %(n)s other device.", "Signed out on %(n)s other devices.", ended)
        return self.redirect("mfa_index", note=note % {"n": ended})


class SessionClock(Page):
    """How long this session still lasts, for the warning before its end: ``GET`` asks, ``POST`` extends."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Scripts get a plain 401 when it is over."""
        if getattr(request, "actor", None) is None:
            return JsonResponse({"detail": _("Your session has ended.")}, status=401)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Seconds left; asking does not count as being here."""
        return self._answer(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """The person is here: seconds left from now on."""
        keeping.note_presence(request, request.user, now=clock.now(), at_once=True)  # type: ignore[arg-type]
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        standing = keeping.standing(request, request.user)  # type: ignore[arg-type]
        now = clock.now()
        return JsonResponse({"left": standing.left(now), "extendable": standing.can_be_extended(now)})


def shown_sessions(user: User, *, here: str = "") -> list[dict[str, Any]]:
    """Each session in words; ``here`` is the key of the one in hand."""
    return [
        {
            "id": session.pk,
            "device": device_name(session.device),
            "icon": device_icon(session.device),
            "address": session.address or "",
            "started_at": session.started_at,
            "seen_at": session.seen_at,
            "is_here": session.session_key == here,
        }
        for session in sessions_of(user, now=clock.now())
    ]
