"""How long sessions of the force last: one small page for whoever manages its people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.sessions import IDLE_MINUTES, SESSION_HOURS, set_session_limits
from accounts.people_queries import force_of, whole_force
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.step_up import StepUp
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.pages import Page


class SignInRules(StepUp, Page):
    """Two numbers with their bounds."""

    template = "accounts/sign_in_rules.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The numbers in force."""
        require(self.actor, MANAGE_PEOPLE, whole_force())
        force = force_of(self.actor)
        return self._page({"idle_minutes": force.idle_minutes, "session_hours": force.session_hours})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Other numbers, which bind open sessions at once."""
        typed = {name: request.POST.get(name, "").strip() for name in ("idle_minutes", "session_hours")}
        try:
            numbers = {name: _number(value, name) for name, value in typed.items()}
            set_session_limits(actor=self.actor, force=force_of(self.actor), now=clock.now(), **numbers)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._context(typed))
        return self.redirect(
            "accounts:sign_in_rules", note=_("Saved. Open sessions are bound by it at once.")
        )

    def _page(self, typed: dict[str, Any]) -> HttpResponse:
        return self.render(**self._context(typed))

    def _context(self, typed: dict[str, Any]) -> dict[str, Any]:
        return {"typed": typed, "idle_bounds": IDLE_MINUTES, "hour_bounds": SESSION_HOURS}


def _number(value: str, field: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 6):
        raise Unprocessable(_("Type a whole number."), field)
    return int(value)
