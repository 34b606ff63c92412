"""The URL map as a list, so that no address of the product can be forgotten by a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its name, the names of the ids in it, and what it is written as in the OpenAPI document."""

    name: str
    ids: tuple[str, ...]
    methods: tuple[str, ...]
    """Those that the page takes; GET and POST for views that are functions, which do not say."""
    template: str

    @property
    def is_api(self) -> bool:
        """True for an address of the JSON door."""
        return self.name.startswith("api:")


def all_routes() -> list[Route]:
    """Every address that the product answers, by name."""
    return sorted(_walk(get_resolver().url_patterns, "", "/", ()), key=lambda route: route.name)


def _walk(
    patterns: list[URLPattern | URLResolver], namespace: str, above: str, ids: tuple[str, ...]
) -> Iterator[Route]:
    for pattern in patterns:
        groups = getattr(pattern.pattern.regex, "groupindex", {})
        here = (*ids, *(name for name in groups if name not in ids))
        address = above + _as_template(str(pattern.pattern), pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            below = ":".join(filter(None, (namespace, pattern.namespace)))
            yield from _walk(pattern.url_patterns, below, address, here)
        else:
            assert pattern.name, f"the address {pattern.pattern} has no name"
            name = ":".join(filter(None, (namespace, pattern.name)))
            yield Route(name, here, _methods_of(pattern), address)


def _as_template(written: str, converters: dict[str, Any]) -> str:
    """As the OpenAPI document writes it: ``<uuid:unit_id>`` becomes ``{unit_id}``."""
    for name in converters:
        begin = written.rfind("<", 0, written.index(f"{name}>"))
        written = f"{written[:begin]}{{{name}}}{written[written.index(f'{name}>') + len(name) + 1 :]}"
    return written


def _methods_of(pattern: URLPattern) -> tuple[str, ...]:
    page = getattr(pattern.callback, "view_class", None)
    if page is None:
        return "GET", "POST"
    return tuple(name for name in METHODS if hasattr(page, name.lower()) and _takes(page, name.lower()))


def _takes(page: Any, method: str) -> bool:
    return method in page.http_method_names
