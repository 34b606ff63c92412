"""Forgets what was kept of a form as soon as the form has been taken."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.actions.drafts import discard_draft

FIELD = "draft_key"


class SentDraftsMiddleware:
    """A submission names its draft in the field ``draft_key``; an answer that leads on says that it was taken."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then forget."""
        answer = self.get_response(request)
        actor = getattr(request, "actor", None)
        if request.method != "POST" or actor is None:
            return answer
        leads_on = answer.status_code in (302, 303) or "HX-Redirect" in answer.headers
        to_the_door = answer.headers.get("Location", answer.headers.get("HX-Redirect", "")).startswith(
            "/signin/"
        )
        if leads_on and not to_the_door and (key := request.POST.get(FIELD, "")):
            discard_draft(actor=actor, key=key)
        return answer
