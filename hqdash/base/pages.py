"""The base of every HTML page: signed in, acting for one force, with one way to answer."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from hqdash.base.actor import Actor
from hqdash.base.errors import Refusal, Unprocessable
from hqdash.base.once import is_remembering, remembering
from hqdash.base.refusals import remember


class SignedInRequest(HttpRequest):
    """A request whose sender is known; ``accounts.sign_in.middleware`` sets the actor."""

    actor: Actor


@method_decorator(never_cache, name="dispatch")
class Page(View):
    """A page for people who are signed in; everybody else is sent to the door first."""

    request: SignedInRequest
    template: ClassVar[str] = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Let signed-in people through; a stranger signs in first and comes back here."""
        if getattr(request, "actor", None) is None:
            return self.redirect_to(f"{reverse('account_login')}?{urlencode({'next': self._here})}")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    @property
    def actor(self) -> Actor:
        """Who is asking."""
        return self.request.actor

    @property
    def _here(self) -> str:
        """The page to come back to: for a fragment or a form the one that it stands on."""
        if self.is_fragment:
            shown = urlsplit(self.request.headers.get("HX-Current-URL", ""))
        elif self.request.method not in ("GET", "HEAD"):
            shown = urlsplit(self.request.headers.get("Referer", ""))
        else:
            return self.request.get_full_path()
        return urlunsplit(("", "", shown.path or "/", shown.query, ""))

    @property
    def is_fragment(self) -> bool:
        """True when htmx asks for a part of the page rather than the whole."""
        return self.request.headers.get("HX-Request") == "true" and not self.request.headers.get("HX-Boosted")

    def render(self, template: str = "", *, status: int = 200, **context: Any) -> HttpResponse:
        """The page; ``template`` may name a partial as ``page.html#part``."""
        # Nothing changes any more while the page is made, whatever the request did before.
        with nullcontext() if is_remembering() else remembering():
            return render(self.request, template or self.template, context, status=status)

    def redirect(
        self, name: str, *args: Any, note: str = "", query: dict[str, str] | None = None
    ) -> HttpResponse:
        """Go on to another page, with a note at the top of it."""
        if note:
            messages.success(self.request, note)
        return self.redirect_to(reverse(name, args=args) + (f"?{urlencode(query)}" if query else ""))

    def redirect_to(self, address: str) -> HttpResponse:
        """Go on to an address of ours; htmx gets it as a header, a plain form as a redirect."""
        if self.is_fragment:
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)

    def refused(self, refusal: Refusal, template: str, **context: Any) -> HttpResponse:
        """The same form again with what was typed, and the reason why it was not taken."""
        remember(refusal)
        field = refusal.field if isinstance(refusal, Unprocessable) else ""
        context["errors"] = [{"field": field, "message": refusal.sentence}]
        return self.render(template, status=refusal.status, **context)
