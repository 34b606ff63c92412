"""The page of API keys: one's own, or all of the force for who manages them; a new one is shown once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.access.gate import can, require
from accounts.actions.api_keys import MOST_DAYS, USUAL_DAYS, make_key, revoke_key, rights_to_lend
from accounts.api_key_queries import keys_for
from accounts.permissions import MANAGE_API_KEYS
from accounts.sign_in.step_up import StepUp
from hqdash.base import clock
from hqdash.base.errors import Refusal, Unprocessable
from hqdash.base.keyset import page
from hqdash.base.pages import Page


class ApiAccess(Page):
    """The keys, newest first."""

    template = "accounts/api_access.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Somebody without the right sees their own, which may be none, and why there is no button."""
        found = page(keys_for(self.actor), order=("-created_at", "id"), after=request.GET.get("after", ""))
        return self.render(
            rows=found.items,
            next_cursor=found.next_cursor,
            now=clock.now(),
            can_make=can(self.actor, MANAGE_API_KEYS),
        )


class MakeKey(StepUp, Page):
    """A form for a new key, and the key itself, this once."""

    template = "accounts/api_key_new.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Only rights that the reader holds are offered."""
        require(self.actor, MANAGE_API_KEYS)
        return self.render(**self._context())

    def post(self, request: HttpRequest) -> HttpResponse:
        """``name``, ``scopes`` and ``days``; the answer is the only place where the key is ever shown."""
        try:
            key, shown = make_key(
                actor=self.actor,
                name=request.POST.get("name", ""),
                scopes=request.POST.getlist("scopes"),
                days=_days(request.POST.get("days", "")),
                now=clock.now(),
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            chosen = request.POST.getlist("scopes")
            return self.refused(refusal, self.template, **self._context(typed=request.POST, chosen=chosen))
        return self.render("accounts/api_key_shown.html", key=key, shown=shown, status=201)

    def _context(self, **more: Any) -> dict[str, Any]:
        return {
            "rights": rights_to_lend(self.actor),
            "usual_days": USUAL_DAYS,
            "most_days": MOST_DAYS,
            "chosen": [],
            **more,
        }


def _days(typed: str) -> int:
    typed = typed.strip() or str(USUAL_DAYS)
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 6):
        raise Unprocessable(_("Write the number of days."), "days")
    return int(typed)


class RevokeKey(Page):
    """Close a key at once."""

    def post(self, request: HttpRequest, key_id: UUID) -> HttpResponse:
        """``reason`` may be left out."""
        key = get_object_or_404(keys_for(self.actor), pk=key_id)
        revoke_key(actor=self.actor, key=key, reason=request.POST.get("reason", ""), now=clock.now())
        return self.redirect(
            "accounts:api_access", note=_("The key “%(name)s” opens nothing any more.") % {"name": key.name}
        )
