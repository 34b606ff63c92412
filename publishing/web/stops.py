"""The page on which administrators see who was stopped for posting too fast, and lift it after a talk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.lockdown_queries import force_of
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.step_up import StepUp
from hqdash.base import clock
from hqdash.base.errors import Refusal, Unprocessable
from hqdash.base.pages import Page
from publishing.actions.stops import FASTEST, SLOWEST, change_pace, lift_stop
from publishing.queries import stops_for

TEMPLATE = "publishing/stops.html"


def _context(page: Page, **more: Any) -> dict[str, Any]:
    stops = stops_for(page.actor)
    return {
        "open_stops": stops.filter(lifted_at=None),
        "lifted": stops.filter(lifted_at__isnull=False)[:20],
        "pace": force_of(page.actor).posts_a_minute,
        "slowest": SLOWEST,
        "fastest": FASTEST,
        **more,
    }


class Stops(Page):
    """Who is stopped, who was, and the pace that stops people."""

    template = TEMPLATE

    def get(self, request: HttpRequest) -> HttpResponse:
        """403 for everybody who does not manage people."""
        require(self.actor, MANAGE_PEOPLE)
        return self.render(**_context(self))


class LiftStop(StepUp, Page):
    """Let a person speak again."""

    def post(self, request: HttpRequest, stop_id: UUID) -> HttpResponse:
        """``reason`` says what came of the talk."""
        stop = get_object_or_404(stops_for(self.actor), pk=stop_id)
        try:
            lift_stop(actor=self.actor, stop=stop, reason=request.POST.get("reason", ""), now=clock.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(refusal, TEMPLATE, **_context(self, refused_stop=stop.pk))
        return self.redirect(
            "publishing:stops", note=_("%(who)s may speak again.") % {"who": stop.person.username}
        )


class ChangePace(StepUp, Page):
    """Set how many posts a minute are taken for a person's own."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """``posts_a_minute`` is a whole number."""
        typed = request.POST.get("posts_a_minute", "").strip()
        try:
            if not (typed.isascii() and typed.isdecimal() and len(typed) < 4):
                raise Unprocessable(_("Write a whole number."), "posts_a_minute")
            change_pace(actor=self.actor, posts_a_minute=int(typed), now=clock.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(refusal, TEMPLATE, **_context(self, typed_pace=typed))
        return self.redirect("publishing:stops", note=_("The pace was changed."))
