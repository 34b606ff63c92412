"""The reference of the JSON door as a page of ours, made from the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse

from hqdash.base.api_problems import KINDS
from hqdash.base.api_schema import SAYS, document
from hqdash.base.pages import Page

TONES = {"get": "info", "post": "ok", "put": "warn", "patch": "warn", "delete": "bad"}
DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Field:
    """One line of what is sent or answered."""

    name: str
    kind: str
    note: str
    required: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    key: str
    method: str
    tone: str
    path: str
    summary: str
    description: str
    scope: str
    people_only: bool
    parameters: list[Field]
    sends: list[Field]
    answers: list[Field]
    success: str
    is_page: bool


@dataclass(slots=True)
class Chapter:
    """The operations below one word of the address."""

    name: str
    key: str
    operations: list[Operation] = field(default_factory=list)


class ApiReference(Page):
    """Every operation: what it takes, answers and needs."""

    template = "accounts/api_reference.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Open to everybody who is signed in, as the document is."""
        described = document()
        problems = [
            {"status": status, "kind": kind, "says": SAYS.get(str(status), "")}
            for status, kind in sorted(KINDS.items())
            if str(status) in SAYS
        ]
        return self.render(chapters=list(_chapters(described).values()), problems=problems)


def _chapters(described: Mapping[str, Any]) -> dict[str, Chapter]:
    chapters: dict[str, Chapter] = {}
    for path, methods in described.get("paths", {}).items():
        for method, operation in methods.items():
            name = (operation.get("tags") or [""])[0]
            chapter = chapters.setdefault(name, Chapter(name, f"chapter-{len(chapters) + 1}"))
            chapter.operations.append(_operation(described, path, method, operation))
    return chapters


def _operation(
    described: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]
) -> Operation:
    success, answer = next(
        ((code, each) for code, each in operation["responses"].items() if code.startswith("2")), ("", {})
    )
    answered = _schema_of(answer)
    properties = _resolved(described, answered).get("properties", {})
    is_page = set(properties) == {"items", "next"}
    shown = properties["items"].get("items", {}) if is_page else answered
    return Operation(
        key=operation.get("operationId", f"{method}-{path}"),
        method=method.upper(),
        tone=TONES.get(method, ""),
        path=path,
        summary=operation.get("summary", ""),
        description=_without_scope(operation.get("description", "")),
        scope=operation.get("x-scope", ""),
        people_only=operation.get("security") == [{"session": []}],
        parameters=[
            Field(
                each["name"],
                _kind(described, each.get("schema", {})),
                each.get("description", ""),
                bool(each.get("required")),
                0,
            )
            for each in operation.get("parameters", [])
        ],
        sends=list(_fields(described, _schema_of(operation.get("requestBody", {})))),
        answers=list(_fields(described, shown)),
        success=success,
        is_page=is_page,
    )


def _without_scope(description: str) -> str:
    """The scope has a place of its own on the page."""
    parts = description.split("\n\n")
    return "\n\n".join(
        part for part in parts if not part.startswith(("Scope: ", "Any API key", "Not open to"))
    )


def _schema_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    content = body.get("content", {})
    schema: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    return schema


def _resolved(described: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "allOf" in schema and len(schema["allOf"]) == 1:
        schema = {**schema, **schema["allOf"][0]}
    if "$ref" in schema:
        found: Mapping[str, Any] = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema


def _fields(described: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Iterator[Field]:
    """The properties, those inside of others right below them and further in."""
    whole = _resolved(described, schema)
    required = set(whole.get("required", []))
    for name, each in whole.get("properties", {}).items():
        note = _resolved(described, each).get("description", "") or each.get("description", "")
        yield Field(name, _kind(described, each), note, name in required, depth)
        inner = each.get("items", {}) if each.get("type") == "array" else each
        if depth < DEEPEST and "properties" in _resolved(described, inner):
            yield from _fields(described, inner, depth + 1)


def _kind(described: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    whole = _resolved(described, schema)
    if "enum" in whole:
        return " | ".join("null" if each is None else str(each) for each in whole["enum"])
    if "oneOf" in whole:
        return " | ".join(dict.fromkeys(_kind(described, each) for each in whole["oneOf"]))
    kind = str(whole.get("type", "any"))
    if kind == "array":
        return f"list of {_kind(described, whole.get('items', {}))}"
    kind = {"uuid": "UUID", "date-time": "time", "date": "date", "uri": "address"}.get(
        whole.get("format", ""), kind
    )
    return f"{kind} or null" if whole.get("nullable") else kind
