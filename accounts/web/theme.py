"""Keeps the colour theme that somebody chose."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.actions.people import choose_theme
from hqdash.base.pages import Page


class ChooseTheme(Page):
    """``POST theme=light|dark|auto``; answers 204 to scripts, and goes back to the page for plain forms."""

    def post(self, request: object) -> HttpResponse:
        """Keep the choice."""
        choose_theme(actor=self.actor, theme=self.request.POST.get("theme", ""))
        if self.request.headers.get("X-Requested-With") or self.is_fragment:
            return HttpResponse(status=204)
        back = self.request.headers.get("Referer", "/")
        safe = url_has_allowed_host_and_scheme(back, allowed_hosts={self.request.get_host()})
        return self.redirect_to(back if safe else "/")
