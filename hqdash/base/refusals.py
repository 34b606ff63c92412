"""Answers a refusal the same way at every door: the right status, one plain sentence, no traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from hqdash.base.errors import NotAllowed, Refusal

log = logging.getLogger(__name__)


class RefusalMiddleware:
    """Turns a refusal that no view has caught into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a refusal; other exceptions go on to Django."""
        if isinstance(exception, Refusal):
            remember(exception)
            return answer(request, exception.status, exception.sentence)
        return None


def remember(refusal: Refusal) -> None:
    """Let the refusal be written down, once; every door calls this after the roll-back."""
    if isinstance(refusal, NotAllowed) and refusal.remember is not None:
        write, refusal.remember = refusal.remember, None
        write()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the browser sent something that makes no sense."""
    return answer(request, 400, _("The request could not be read. Go back, reload the page and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: Django's own refusals."""
    sentence = str(exception) if isinstance(exception, PermissionDenied) else ""
    return answer(request, 403, sentence or _("You may not do this."))


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    """404: no such address, or nothing there for this person to see."""
    return answer(request, 404, _("There is nothing at this address, or it is not yours to see."))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; the reference leads to the line in the log."""
    reference = secrets.token_hex(4)
    log.error("unexpected failure, reference %s, at %s", reference, request.path)
    return answer(request, 500, _("Something failed on our side. Nothing was sent because of it."), reference)


def answer(request: HttpRequest, status: int, sentence: str, reference: str = "") -> HttpResponse:
    """A page that says what was refused; a problem in JSON where a program asks."""
    if request.headers.get("Accept", "").startswith("application/json") or request.path.startswith("/api/"):
        # Django REST framework is loaded by the first request that needs it, not by every page.
        from hqdash.base.api_problems import CONTENT_TYPE, problem

        members = problem(status, sentence, reference=reference)
        return JsonResponse(members, status=status, content_type=CONTENT_TYPE)
    template = f"{status}.html" if status in {400, 403, 404, 500} else "400.html"
    return render(
        request, template, {"sentence": sentence, "reference": reference, "status": status}, status=status
    )
