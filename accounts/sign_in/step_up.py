"""Asks again who is there before an act that could do great harm: a session may have been left or stolen."""

from __future__ import annotations

import time
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions.drafts import discard_draft, is_secret, keep_draft
from hqdash.base import clock
from hqdash.base.errors import Unprocessable

SECRETS_LEFT_OUT = "hqdash:retype"
"""Beside the kept fields: the names of those that have to be typed again."""


def proved_lately(request: HttpRequest, *, second_factor: bool = False) -> bool:
    """True when the person of this session proved who they are within the last minutes.

    With ``second_factor`` only a passkey or a code counts, not the password alone.
    """
    if not request.user.is_authenticated:
        return False
    now = time.time()
    oldest = now - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(
        # A proof of the future was made before the clock was set back.
        oldest < proof["at"] <= now + 1 and (proof["method"] == "mfa" or not second_factor)
        for proof in get_authentication_records(request, request.user)
    )


class StepUp:
    """Put before ``Page`` in a view's bases: it opens only to somebody who proved who they are just now.

    What was sent too late is kept, without what is secret in it, and offered again after the proof.
    """

    needs_second_factor: ClassVar[bool] = False
    secret_fields: ClassVar[frozenset[str]] = frozenset()
    """Fields besides the obvious ones (passwords, tokens, codes) that are never written down."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send everybody who signed in a while ago to prove themselves, and back here."""
        actor = getattr(request, "actor", None)
        if actor is None or proved_lately(request, second_factor=self.needs_second_factor):
            answer: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # Page's
            if actor is not None and request.method == "POST" and answer.status_code < 400:
                discard_draft(actor=actor, key=late_key(request.path))
            return answer
        address = f"{self._proof(request)}?{urlencode({'next': self._back(request)})}"
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)

    def _proof(self, request: HttpRequest) -> str:
        user: Any = request.user
        if user.has_passkey:
            return reverse("mfa_reauthenticate_webauthn")
        if user.has_code:
            return reverse("mfa_reauthenticate")
        if self.needs_second_factor:
            messages.warning(request, _("This needs a second factor. Set one up, then go on."))
            return reverse("mfa_index")
        return reverse("account_reauthenticate")

    def _back(self, request: HttpRequest) -> str:
        if request.method != "POST":
            return request.get_full_path()
        fields = {name: request.POST.getlist(name) for name in request.POST if name not in self.secret_fields}
        retype = [name for name in request.POST if name in self.secret_fields or _is_typed_secret(name)]
        if not [name for name in fields if not is_secret(name)] and not retype:
            return _page_of(request)
        fields[SECRETS_LEFT_OUT] = [*retype, *request.FILES]
        try:
            draft = keep_draft(
                actor=request.actor,  # type: ignore[attr-defined]  # the middleware's
                key=late_key(request.path),
                fields=fields,
                now=clock.now(),
            )
        except Unprocessable as refusal:
            messages.error(request, refusal.sentence)
            return _page_of(request)
        return reverse("accounts:late_form", args=[draft.pk])


def late_key(path: str) -> str:
    """Under which key a submission to this address is kept."""
    return f"late:{path}"


def _is_typed_secret(name: str) -> bool:
    return is_secret(name) and not name.startswith("csrf")


def _page_of(request: HttpRequest) -> str:
    shown = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    return urlunsplit(("", "", shown.path or "/", shown.query, ""))
