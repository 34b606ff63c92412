"""Long lists at the JSON door: some rows, and the address of the next ones."""

from __future__ import annotations

from typing import Any, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination

from hqdash.base.errors import Unprocessable
from hqdash.base.keyset import KeysetPage, page

M = TypeVar("M", bound=Model)
USUAL, MOST = 50, 200
PARAMETERS = frozenset({"cursor", "limit"})


class CursorPage(BasePagination):
    """Describes a page of a list to the schema; ``ApiView.page`` makes one."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The items, and where the next ones are."""
        return {
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": schema,
                "next": {
                    "type": "string",
                    "nullable": True,
                    "format": "uri-reference",
                    "description": "Address of the next page; null on the last one.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """``cursor`` and ``limit``."""
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
                "description": "Where to go on: taken from the address in `next`.",
            },
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
                "description": "How many items at most.",
            },
        ]


def cut(rows: QuerySet[M], query: QueryDict, *, order: tuple[str, ...]) -> KeysetPage[M]:
    """The page of ``rows`` that the address asks for."""
    try:
        return page(rows, order=order, after=query.get("cursor", ""), size=limit_of(query))
    except Unprocessable as refusal:
        if refusal.field == "after":
            raise Unprocessable(_("This cursor is damaged. Start again without it."), "cursor") from refusal
        raise


def limit_of(query: QueryDict) -> int:
    """How many items the address asks for.

    Raises:
        Unprocessable: it is no number between 1 and the most that are given.
    """
    wanted = query.get("limit", str(USUAL))
    # isdecimal alone also takes digits of other scripts, which nobody means here.
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 5 and 1 <= int(wanted) <= MOST):
        raise Unprocessable(_("Ask for 1 to %(most)s items.") % {"most": MOST}, "limit")
    return int(wanted)


def next_address(path: str, query: QueryDict, cursor: str) -> str | None:
    """The address of the page that follows, with the same filters."""
    if not cursor:
        return None
    kept = [(name, value) for name, values in query.lists() for value in values if name != "cursor"]
    return f"{path}?{urlencode([*kept, ('cursor', cursor)])}"
