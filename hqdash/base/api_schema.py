"""Describes the JSON door in OpenAPI, from the views themselves: what each takes, answers and needs."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from hqdash.base.api import ANYBODY, ApiView
from hqdash.base.api_problems import CONTENT_TYPE

BODY_METHODS = frozenset({"post", "put", "patch"})
PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Its last part names the kind, such as problem-conflict: compare this one.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence: what happened and what to do about it."},
        "errors": {
            "type": "array",
            "description": "The fields that have to change.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "Such as name or rows.3.code; empty for the whole.",
                    },
                    "message": {"type": "string"},
                },
            },
        },
        "reference": {"type": "string", "description": "Names the line in the log, for failures of ours."},
    },
}
CHAPTERS = {"api-keys": "API keys", "lockdown": "Lock-down", "org": "Organisation", "me": "Yourself"}
"""Where the word of the address is not yet a heading."""
SAYS = {
    "400": "The request cannot be read.",
    "401": "Nobody is signed in, or the key does not hold.",
    "403": "The right or the scope is missing.",
    "404": "There is no such thing, or it is not yours to see.",
    "406": "Only JSON is answered.",
    "409": "Somebody was quicker, or it is too late for this.",
    "413": "The body is too large.",
    "415": "Only JSON is taken.",
    "422": "Something that was sent has to change.",
    "429": "Too many requests in this minute.",
}


class DescribedView(AutoSchema):
    """One operation: summary from the docstring, the scope, and the ways in."""

    def get_operation_id(self) -> str:
        """One of them and all of them are two operations, also where both are deleted."""
        name = str(super().get_operation_id())
        return f"{name}_one" if self.method == "DELETE" and self.path.endswith("}/") else name

    def get_summary(self) -> str | None:
        """The first sentence of the method's docstring, or of the class."""
        return self._words()[0]

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """The rest of it, with the scope that a key needs."""
        return "\n\n".join(filter(None, [self._words()[1], self._needs()]))

    def get_auth(self) -> list[dict[str, Any]]:
        """A key or a session; where only people may act, a session."""
        return [{"session": []}] if self._door.people_only else [{"key": []}, {"session": []}]

    def get_extensions(self) -> dict[str, Any]:
        """The scope for programs that read the document."""
        right = self._right()
        return {} if right is None else {"x-scope": right}

    def get_tags(self) -> list[str]:
        """The first part of the address below the version."""
        word = self.path.removeprefix("/api/v1/").split("/")[0]
        return [CHAPTERS.get(word) or word.replace("-", " ").capitalize()]

    @property
    def _door(self) -> ApiView:
        return cast(ApiView, self.view)

    def _right(self) -> str | None:
        right = self._door.scopes.get(self.method, self._door.scope)
        return None if right is ANYBODY else right.name  # type: ignore[union-attr]

    def _needs(self) -> str:
        if self._door.people_only:
            return "Not open to API keys: sign in and do it yourself."
        right = self._right()
        return f"Scope: `{right}`" if right else "Any API key will do."

    def _words(self) -> tuple[str, str]:
        method = getattr(self.view, self.method.lower())
        doc = (method.__doc__ or type(self.view).__doc__ or "").strip()
        first, _, rest = doc.partition("\n\n")
        return " ".join(first.split()).rstrip("."), "\n".join(
            line.strip() for line in rest.splitlines()
        ).strip()


def add_problems(result: dict[str, Any], **_more: Any) -> dict[str, Any]:
    """Give each operation the answers that every address has in common."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result.get("paths", {}).values():
        for method, operation in path.items():
            statuses = ["400", "401", "403", "404", "406", "409", "422", "429"]
            if method in BODY_METHODS | {"delete"}:
                statuses += ["413", "415"]
            for status in statuses:
                operation["responses"].setdefault(status, {"description": SAYS[status], "content": content})
    return result


@cache
def document() -> dict[str, Any]:
    """The whole description; it does not change while the process runs."""
    with translation.override("en-gb"):
        generator = SchemaGenerator(api_version="1")  # type: ignore[no-untyped-call]
        schema: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return schema
