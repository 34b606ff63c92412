"""Pages through long lists by the last row seen, so that page 1,000 costs what page 1 costs."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from hqdash.base.errors import Unprocessable

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[M]):
    """Some rows, and the cursor that leads to the next ones ("" at the end)."""

    items: list[M]
    next_cursor: str


def page(
    rows: QuerySet[M], *, order: tuple[str, ...] = ("-created_at", "-id"), after: str = "", size: int = 50
) -> KeysetPage[M]:
    """The ``size`` rows that follow ``after`` in ``order``; the last field of the order has to be unique.

    Raises:
        Unprocessable: the cursor is not one of ours.
    """
    rows = rows.order_by(*order)
    try:
        if after:
            rows = rows.filter(_beyond(order, _decode(after, len(order))))
        found = list(rows[: size + 1])
    except (ValueError, TypeError, ValidationError) as problem:
        if not after:
            raise
        # A cursor that somebody wrote: well-formed, but not made of what the fields hold.
        raise _damaged() from problem
    items = found[:size]
    return KeysetPage(items, _encode(items[-1], order) if len(found) > size else "")


def _beyond(order: tuple[str, ...], values: list[Any]) -> Q:
    """Rows after ``values``; bounded on the first field as well, so that an index range serves the page."""
    first, rest = order[0], order[1:]
    name, direction = first.lstrip("-"), "lt" if first.startswith("-") else "gt"
    strictly = Q(**{f"{name}__{direction}": values[0]})
    if not rest:
        return strictly
    within = Q(**{f"{name}__{direction}e": values[0]})
    return within & (strictly | (Q(**{name: values[0]}) & _beyond(rest, values[1:])))


def _encode(row: Model, order: tuple[str, ...]) -> str:
    values: list[Any] = []
    for field in order:
        value: Any = row
        for step in field.lstrip("-").split("__"):
            value = getattr(value, step)
        values.append({"t": value.isoformat()} if isinstance(value, datetime) else _plain(value))
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _decode(cursor: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != length:
            raise ValueError
        return [datetime.fromisoformat(v["t"]) if isinstance(v, dict) else v for v in values]
    except (ValueError, KeyError, TypeError) as problem:
        raise _damaged() from problem


def _damaged() -> Unprocessable:
    return Unprocessable("This page link is damaged. Start again from the first page.", "after")
