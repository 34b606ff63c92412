"""Says what went wrong at the JSON door, always as problem details (RFC 9457), never as a page."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import DataError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

from hqdash.base.errors import Refusal, Unprocessable
from hqdash.base.refusals import remember
from hqdash.base.scope import WrongForce

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"

KINDS = {
    400: "unreadable",
    401: "not-signed-in",
    403: "not-allowed",
    404: "missing",
    405: "method",
    406: "format",
    409: "conflict",
    413: "too-large",
    415: "format",
    422: "unprocessable",
    429: "too-many",
    500: "our-fault",
    503: "closed",
}
"""The last part of a problem's ``type``: a name that programs can compare and people can look up."""


class TooLarge(Exception):
    """The body is longer than this door takes."""


def problem(
    status: int,
    sentence: str,
    *,
    kind: str = "",
    errors: list[dict[str, str]] | None = None,
    reference: str = "",
) -> dict[str, Any]:
    """The members of a problem; ``errors`` names the fields that have to change."""
    members: dict[str, Any] = {
        "type": f"/api-access/reference/#problem-{kind or KINDS.get(status, 'unreadable')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
    }
    if errors:
        members["errors"] = errors
    if reference:
        members["reference"] = reference
    return members


def answer_problem(failure: Exception, context: Mapping[str, Any]) -> Response:  # noqa: PLR0911 - one for each kind
    """Django REST framework's exception handler: every failure becomes a problem."""
    match failure:
        case Refusal():
            remember(failure)
            return _answer(
                failure.status, failure.sentence, errors=_field_of(failure), kind=_kind_of(failure)
            )
        case exceptions.ValidationError():
            return _answer(
                422, _("Some of what was sent cannot be taken."), errors=list(_errors(failure.detail))
            )
        case exceptions.APIException():
            return _from_framework(failure)
        case Http404() | WrongForce():
            return _answer(404, _("There is nothing at this address, or it is not yours to see."))
        case PermissionDenied():
            return _answer(403, str(failure) or _("You may not do this."))
        case TooLarge() | RequestDataTooBig():
            return _answer(413, _("The body is too large: this door takes 2 MB."))
        case ValidationError():
            errors = [{"field": "", "message": message} for message in failure.messages]
            return _answer(422, _("Some of what was sent cannot be taken."), errors=errors)
        case DataError():
            return _answer(422, _("A number or a text that was sent is larger than what can be kept."))
        case SuspiciousOperation():
            return _answer(400, _("The request could not be read."))
    reference = secrets.token_hex(4)
    view = type(context.get("view")).__name__
    log.error("unexpected failure, reference %s, in %s", reference, view, exc_info=failure)
    return _answer(
        500, _("Something failed on our side. Nothing was sent because of it."), reference=reference
    )


def _answer(status: int, sentence: str, **more: Any) -> Response:
    return Response(problem(status, sentence, **more), status=status, content_type=CONTENT_TYPE)


def _kind_of(refusal: Refusal) -> str:
    return str(getattr(refusal, "kind", ""))


def _field_of(refusal: Refusal) -> list[dict[str, str]] | None:
    if isinstance(refusal, Unprocessable):
        return [{"field": refusal.field, "message": refusal.sentence}]
    return None


def _from_framework(failure: exceptions.APIException) -> Response:
    match failure:
        case exceptions.NotAuthenticated():
            sentence = _("Sign in, or send an API key: Authorization: Bearer hqd_…")
        case exceptions.MethodNotAllowed():
            sentence = _("This address does not take this method.")
        case exceptions.NotAcceptable():
            sentence = _("Answers are JSON: accept application/json.")
        case exceptions.UnsupportedMediaType():
            sentence = _("Send JSON, with Content-Type: application/json.")
        case exceptions.Throttled():
            sentence = _("Too many requests. Wait %(seconds)s seconds, then go on.") % {
                "seconds": int(getattr(failure, "wait", None) or 1)
            }
        case _:
            sentence = str(failure.detail)
    answer = _answer(failure.status_code, sentence)
    if header := getattr(failure, "auth_header", None):
        answer["WWW-Authenticate"] = header
    if wait := getattr(failure, "wait", None):
        answer["Retry-After"] = str(int(wait) or 1)
    return answer


def _errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """A serializer's tree of errors as a flat list; a field inside a list is named ``items.0.name``."""
    if isinstance(detail, Mapping):
        for name, below in detail.items():
            inner = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from _errors(below, inner)
    elif isinstance(detail, list) and any(isinstance(each, Mapping | list) for each in detail):
        for place, below in enumerate(detail):
            yield from _errors(below, f"{path}.{place}".lstrip(".")) if below else ()
    elif isinstance(detail, list):
        yield from ({"field": path, "message": str(message)} for message in detail)
    else:
        yield {"field": path, "message": str(detail)}
