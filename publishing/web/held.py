"""The page of what was held back by a lock-down or a stop: each is read again, then released or cancelled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import require
from accounts.lockdown_queries import open_lockdown
from hqdash.base import clock
from hqdash.base.errors import Refusal, Unprocessable
from hqdash.base.keyset import page
from hqdash.base.pages import Page
from publishing.actions.held import cancel_held, held_for, release_held
from publishing.models import PersonStop
from publishing.permissions import PUBLISH_POST


class HeldBack(Page):
    """Every held delivery on the reader's accounts."""

    template = "publishing/held.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """A hundred at a time, the next to be due first."""
        require(self.actor, PUBLISH_POST)
        return self.render(**self._context())

    def post(self, request: HttpRequest) -> HttpResponse:
        """``act`` is release or cancel; ``deliveries`` are those that were ticked."""
        require(self.actor, PUBLISH_POST)
        try:
            ids = _ids(request.POST.getlist("deliveries"))
            if request.POST.get("act") == "release":
                count = release_held(actor=self.actor, delivery_ids=ids, now=clock.now())
                note = ngettext("%(n)s delivery goes on.", "%(n)s deliveries go on.", count)
            elif request.POST.get("act") == "cancel":
                count = cancel_held(actor=self.actor, delivery_ids=ids, now=clock.now())
                note = ngettext("%(n)s delivery was cancelled.", "%(n)s deliveries were cancelled.", count)
            else:
                raise Unprocessable(_("Choose to release or to cancel."), "act")
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(
                refusal, self.template, **self._context(ticked=request.POST.getlist("deliveries"))
            )
        return self.redirect("publishing:held", note=note % {"n": count})

    def _context(self, **more: Any) -> dict[str, Any]:
        rows = held_for(self.actor)
        found = page(rows, order=("due_at", "id"), after=self.request.GET.get("after", ""), size=100)
        now = clock.now()
        return {
            "rows": found.items,
            "next_cursor": found.next_cursor,
            "total": rows.count(),
            "now": now,
            "lockdown": open_lockdown(self.actor),
            "still_stopped": set(
                PersonStop.objects.filter(lifted_at=None).values_list("person_id", flat=True)
            ),
            "ticked": [],
            **more,
        }


def _ids(typed: list[str]) -> list[UUID]:
    try:
        return [UUID(each) for each in typed]
    except ValueError:
        raise Unprocessable(_("The choice could not be read. Reload the page."), "deliveries") from None
