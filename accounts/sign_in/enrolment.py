"""Lets nobody work who lacks the second factor that one of their tiers asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from accounts.sign_in.factors import came_without_passkey, missing_factor

OPEN = frozenset(
    {
        "account_login",
        "account_logout",
        "account_inactive",
        "account_reauthenticate",
        "accounts:session",
        "accounts:theme",
        "accounts:sign_out_device",
        "accounts:sign_out_others",
        "health",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_authenticate",
        "mfa_deactivate_totp",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_remove_webauthn",
        "mfa_view_recovery_codes",
    }
)
"""Addresses that somebody needs to set the factor up, to prove it, or to leave."""


class EnrolmentMiddleware:
    """Sends people to set up what their tiers ask for; asks nothing of the database by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or lead to what has to come first."""
        actor = getattr(request, "actor", None)
        if actor is None or actor.scopes is not None:
            # A stranger; or an API key, whose maker had to prove themselves with what their tiers ask for.
            return self.get_response(request)
        missing = missing_factor(request.user)
        if not missing and not came_without_passkey(request):
            return self.get_response(request)
        if _name_of(request) in OPEN:
            return self.get_response(request)
        if not missing:
            words = _("Your tier works with a passkey only. Prove yourself with it first.")
            return _lead(request, "mfa_reauthenticate_webauthn", words)
        return _lead(request, "mfa_index", _("Your tier asks for a second factor. Set it up first."))


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _lead(request: HttpRequest, name: str, words: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        members: dict[str, Any] = {
            "type": "about:blank",
            "title": "Forbidden",
            "status": 403,
            "detail": words,
        }
        return JsonResponse(members, status=403, content_type="application/problem+json")
    if request.path == reverse("live"):
        return HttpResponse(status=403)
    back = request.get_full_path() if request.method == "GET" else "/"
    address = f"{reverse(name)}?{urlencode({'next': back})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
