"""Reads what a program sends: JSON of a bounded size that the database can hold, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.serializers import BaseSerializer, Serializer

from hqdash.base.api_problems import TooLarge
from hqdash.base.errors import Unprocessable

LARGEST_BODY = 2_000_000
LONGEST_NUMBER = 30
"""Digits; longer ones fit no field, and Python itself takes long over thousands of them."""


class StrictJson(BaseParser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, names once, nothing that PostgreSQL could not keep."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value; what cannot be read is 400, too much of it 413."""
        raw = stream.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            raise TooLarge
        try:
            value = json.loads(
                raw.decode("utf-8"),
                parse_constant=_no_such_number,
                parse_int=_whole_number,
                parse_float=_number,
                object_pairs_hook=_names_once,
            )
            strange = next(_strange(value), None)
        except (ValueError, RecursionError) as problem:
            raise ParseError(
                _("The body is no JSON that can be read: %(why)s.") % {"why": _why(problem)}
            ) from None
        if strange is not None:
            raise Unprocessable(_("This text holds a character that cannot be kept."), strange)
        return value


def _why(problem: Exception) -> str:
    return "nested too deeply" if isinstance(problem, RecursionError) else str(problem)[:200]


def _no_such_number(word: str) -> Any:
    raise ValueError(f"{word} is no number in JSON")


def _whole_number(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("a number is too long")
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if value in {float("inf"), float("-inf")}:
        raise ValueError("a number is too large")
    return value


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _strange(value: Any, path: str = "") -> Iterator[str]:
    """The paths of texts with a NUL or half a surrogate pair in them."""
    if isinstance(value, str):
        if not is_keepable(value):
            yield path
    elif isinstance(value, dict):
        for name, below in value.items():
            if not is_keepable(name):
                yield path
            yield from _strange(below, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for place, below in enumerate(value):
            yield from _strange(below, f"{path}.{place}".lstrip("."))


def is_keepable(text: str) -> bool:
    """False for text that PostgreSQL refuses: a NUL, or half a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def check_address(request: HttpRequest, parts: Mapping[str, Any]) -> None:
    """Refuse an address with characters that no name, id or text can hold, before anything looks them up."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > LARGEST_BODY:
        raise TooLarge
    words = [str(part) for part in parts.values()]
    words += [word for name, values in request.GET.lists() for word in (name, *values)]
    if not all(is_keepable(word) for word in words):
        raise ParseError(_("The address holds a character that nothing can be named by."))


def read_body(serializer: type[Serializer[Any]], data: Any, *, partial: bool = False) -> dict[str, Any]:
    """What was sent, checked field by field; a field that is not there is named, not ignored.

    Raises:
        ValidationError: every field that has to change.
    """
    form = serializer(data=data, partial=partial)
    return _checked(form, data)


def read_query(
    serializer: type[Serializer[Any]], query: QueryDict, *, besides: frozenset[str]
) -> dict[str, Any]:
    """The filters of an address; ``besides`` names those that somebody else reads."""
    form = serializer(data={name: query[name] for name in query if name not in besides})
    return _checked(form, form.initial_data)


def _checked(form: BaseSerializer[Any], data: Any) -> dict[str, Any]:
    from rest_framework.exceptions import ValidationError

    valid = form.is_valid()
    errors: dict[str, Any] = dict(form.errors)
    known = form.fields  # type: ignore[attr-defined]  # every serializer that is given here has fields
    if isinstance(data, Mapping):
        unknown = {str(name): [_("There is no such field.")] for name in data if name not in known}
        errors = {**errors, **unknown}
    if errors or not valid:
        raise ValidationError(errors)
    return dict(form.validated_data)
