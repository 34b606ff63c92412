"""The moderation queue: read a case, decide it, undo it, look at masked words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.gate import require
from accounts.audit.reading_log import note_read
from accounts.queries import units_below
from hqdash.base import clock
from hqdash.base.errors import Refusal
from hqdash.base.pages import Page
from moderation.actions.deciding import claim_case, decide_case, reveal_text, undo_case
from moderation.audited import EVIDENCE_READ
from moderation.models import Case, Decision
from moderation.permissions import VIEW_MODERATION
from moderation.queries import cases_for
from moderation.web import desk

NOTES = {
    Decision.What.HIDE: gettext_lazy("Hidden. It can be undone."),
    Decision.What.REMOVE: gettext_lazy("It is being deleted."),
    Decision.What.ALLOW: gettext_lazy("Allowed."),
    Decision.What.ESCALATE: gettext_lazy("Escalated."),
}


class Queue(Page):
    """Three panes: the queue, one case, its decision."""

    template = "moderation/queue.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Filters: ``view``, ``unit``; ``case`` chooses the item."""
        require(self.actor, VIEW_MODERATION)
        chosen = _uuid(request.GET.get("case", ""))
        case = get_object_or_404(cases_for(self.actor), pk=chosen) if chosen else None
        shown = self.context(case)
        if shown.get("evidence"):
            note_read(self.actor, EVIDENCE_READ, shown["case"])
        return self.render(**shown)

    def context(self, case: Case | None, *, revealed: bool = False) -> dict[str, Any]:
        """What the page shows; without a chosen case the first of the list."""
        view = self.request.GET.get("view", "open")
        view = view if view in desk.VIEWS else "open"
        unit = _uuid(self.request.GET.get("unit", ""))
        units = units_below(unit) if unit else None
        rows, next_cursor = desk.listing(
            self.actor, view, units, self.request.GET.get("after", ""), case.pk if case else None
        )
        case = case or (rows[0].case if rows else None)
        return {
            "view": view,
            "unit": unit or "",
            "counts": desk.numbers(self.actor, units),
            "rows": rows,
            "next_cursor": next_cursor,
            "last": desk.last_of(self.actor),
            "current_id": case.pk if case else None,
            "live_key": f"{view}:{unit or ''}:{case.pk if case else ''}",
            **(desk.item(self.actor, case, revealed=revealed) if case else {"case": None}),
        }


class CasePage(Queue):
    """The base of what is done with one case."""

    # What it inherits shows the queue, which has no case in its address.
    http_method_names = ["post", "options"]

    def case(self, case_id: UUID) -> Case:
        """404 for a case of another unit or force."""
        return get_object_or_404(cases_for(self.actor), pk=case_id)

    def again(self, case: Case, refusal: Refusal) -> HttpResponse:
        """The same page with the reason why it was not taken, and what was typed."""
        fresh = self.case(case.pk)
        context = self.context(fresh)
        context["note"] = self.request.POST.get("note", "")
        context["reason"] = self.request.POST.get("reason", "") or context["reason"]
        return self.refused(refusal, self.template, **context)


class Decide(CasePage):
    """POST d=hide|remove|allow|escalate, reason, note."""

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """Decide, then go on to the next case."""
        case = self.case(case_id)
        what = request.POST.get("d", "")
        try:
            decide_case(
                actor=self.actor,
                case=case,
                what=what,
                reason=request.POST.get("reason", ""),
                note=request.POST.get("note", ""),
                now=clock.now(),
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.again(case, refusal)
        return self.redirect("moderation:queue", note=str(NOTES[Decision.What(what)]), query=_kept(request))


class Claim(CasePage):
    """POST: say that one is on it."""

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """Stay on the case."""
        case = self.case(case_id)
        try:
            claim_case(actor=self.actor, case=case, now=clock.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.again(case, refusal)
        return self.redirect("moderation:queue", query={**_kept(request), "case": str(case.pk)})


class Undo(CasePage):
    """POST: take the last decision back."""

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """Show the case that is open or visible again."""
        case = self.case(case_id)
        try:
            undo_case(actor=self.actor, case=case, note=request.POST.get("note", ""), now=clock.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.again(case, refusal)
        return self.redirect(
            "moderation:queue", note=_("Taken back."), query={**_kept(request), "case": str(case.pk)}
        )


class Reveal(CasePage):
    """POST: show the masked words once; the look is written into the book."""

    def post(self, request: HttpRequest, case_id: UUID) -> HttpResponse:
        """The page itself and no redirect, so that the words are gone with the next click."""
        case = self.case(case_id)
        reveal_text(actor=self.actor, case=case)
        return self.render(**self.context(case, revealed=True))


def _kept(request: HttpRequest) -> dict[str, str]:
    """The filters that the page had."""
    return {name: request.GET[name] for name in ("view", "unit") if request.GET.get(name)}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
