"""Keeps half-filled forms for the script of the page, and shows one that was sent too late."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.actions.drafts import discard_draft, draft_of, drafts_for, keep_draft
from accounts.sign_in.step_up import SECRETS_LEFT_OUT
from hqdash.base import clock
from hqdash.base.errors import Refusal
from hqdash.base.pages import Page


class Draft(Page):
    """What was typed into one form: ``GET`` reads it, ``POST`` keeps it, ``POST discard=1`` throws it away."""

    def get(self, request: HttpRequest, draft_key: str) -> HttpResponse:
        """The fields and when they were kept; 204 where there is nothing."""
        draft = draft_of(self.actor, draft_key)
        if draft is None:
            return HttpResponse(status=204)
        return JsonResponse({"fields": draft.fields, "kept_at": draft.updated_at.isoformat()})

    def post(self, request: HttpRequest, draft_key: str) -> HttpResponse:
        """204, or a sentence why it cannot be kept."""
        fields = {name: request.POST.getlist(name) for name in request.POST if name != "discard"}
        if request.POST.get("discard"):
            discard_draft(actor=self.actor, key=draft_key)
            return HttpResponse(status=204)
        try:
            keep_draft(actor=self.actor, key=draft_key, fields=fields, now=clock.now())
        except Refusal as refusal:
            return JsonResponse({"detail": refusal.sentence}, status=refusal.status)
        return HttpResponse(status=204)


class LateForm(Page):
    """A form whose sender had to prove who they are first: everything they had typed, and one button to go on."""

    template = "accounts/late_form.html"

    def get(self, request: HttpRequest, draft_id: UUID) -> HttpResponse:
        """Shows each field; what was secret has to be typed again."""
        draft = get_object_or_404(drafts_for(self.actor), pk=draft_id, key__startswith="late:")
        fields: dict[str, list[str]] = dict(draft.fields)
        retype = fields.pop(SECRETS_LEFT_OUT, [])
        shown: list[tuple[str, str]] = [
            (name.replace("_", " ").capitalize(), value)
            for name, values in fields.items()
            for value in values
            if value
        ]
        context: dict[str, Any] = {
            "action": draft.key.removeprefix("late:"),
            "fields": [(name, value) for name, values in fields.items() for value in values],
            "shown": shown,
            "retype": [(name, name.replace("_", " ").capitalize()) for name in retype],
            "kept_at": draft.updated_at,
            "draft_id": draft_id,
        }
        return self.render(**context)

    def post(self, request: HttpRequest, draft_id: UUID) -> HttpResponse:
        """Throw it away."""
        draft = get_object_or_404(drafts_for(self.actor), pk=draft_id)
        discard_draft(actor=self.actor, key=draft.key)
        messages.success(request, _("Thrown away."))
        return self.redirect_to("/")
