"""Bodies for the JSON door, made from what its description says that each operation takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from hqdash.base import clock
from hqdash.base.api_schema import document

ALIASES = {
    "person": "user_id",
    "user": "user_id",
    "heir": "user_id",
    "owner": "user_id",
    "parent": "unit_id",
    "below": "unit_id",
    "under": "unit_id",
}
"""Names of fields that stand for the id of something that is called otherwise in addresses."""


def json_body(template: str, method: str, ids: Mapping[str, Any], texts: Mapping[str, str]) -> Any:
    """A body with every field filled: ids by their names, the rest with something of its kind."""
    operation = document()["paths"].get(template, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return _value("", content["schema"], ids, texts) if "schema" in content else {}


def _value(name: str, schema: Mapping[str, Any], ids: Mapping[str, Any], texts: Mapping[str, str]) -> Any:
    whole = _resolved(schema)
    known = _known(name, ids)
    if known is not None and whole.get("type", "string") == "string":
        return str(known)
    if "enum" in whole:
        return next(each for each in whole["enum"] if each is not None)
    match whole.get("type"):
        case "object":
            return {
                inner: _value(inner, each, ids, texts) for inner, each in whole.get("properties", {}).items()
            }
        case "array":
            return [_value(name.removesuffix("s"), whole.get("items", {}), ids, texts)]
        case "integer" | "number":
            return whole.get("minimum", 1)
        case "boolean":
            return False
    match whole.get("format"):
        case "uuid":
            return str(uuid4())
        case "date-time":
            return (clock.now() + timedelta(days=1)).isoformat()
        case "date":
            return (clock.now() + timedelta(days=1)).date().isoformat()
        case "uri":
            return "https://example.org/"
    return texts.get(name, "Lorem")[: whole.get("maxLength", 50)]


def _known(name: str, ids: Mapping[str, Any]) -> UUID | None:
    wanted = ALIASES.get(name, name if name.endswith("_id") else f"{name}_id")
    known: UUID | None = ids.get(wanted)
    return known


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    for several in ("allOf", "oneOf", "anyOf"):
        if several in schema:
            schema = {**schema, **schema[several][0]}
    if "$ref" in schema:
        found: Mapping[str, Any] = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        return found
    return schema
