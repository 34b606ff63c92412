"""Asks again who is there before an act that could do great harm: a session may have been left or stolen."""

from __future__ import annotations

import time
from typing import Any, ClassVar
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


def proved_lately(request: HttpRequest, *, second_factor: bool = False) -> bool:
    """True when the person of this session proved who they are within the last minutes.

    With ``second_factor`` only a passkey or a code counts, not the password alone.
    """
    if not request.user.is_authenticated:
        return False
    oldest = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(
        proof["at"] > oldest and (proof["method"] == "mfa" or not second_factor)
        for proof in get_authentication_records(request, request.user)
    )


class StepUp:
    """Put before ``Page`` in a view's bases: it opens only to somebody who proved who they are just now."""

    needs_second_factor: ClassVar[bool] = False
    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send everybody who signed in a while ago to prove themselves, and back here."""
        if getattr(request, "actor", None) is None or proved_lately(
            request, second_factor=self.needs_second_factor
        ):
            answer: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # Page's
            return answer
        back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")
        address = f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)
