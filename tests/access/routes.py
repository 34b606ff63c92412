"""The URL map as a list, so that no address of the product can be forgotten by a test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its name, and the names of the ids in it."""

    name: str
    ids: tuple[str, ...]
    methods: tuple[str, ...]
    """Those that the page takes; both for views that are functions, which do not say."""


def all_routes() -> list[Route]:
    """Every address that the product answers, by name."""
    return sorted(_walk(get_resolver().url_patterns, "", ()), key=lambda route: route.name)


def _walk(patterns: list[URLPattern | URLResolver], namespace: str, ids: tuple[str, ...]) -> Iterator[Route]:
    for pattern in patterns:
        here = (*ids, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            below = ":".join(filter(None, (namespace, pattern.namespace)))
            yield from _walk(pattern.url_patterns, below, here)
        else:
            assert pattern.name, f"the address {pattern.pattern} has no name"
            yield Route(":".join(filter(None, (namespace, pattern.name))), here, _methods_of(pattern))


def _methods_of(pattern: URLPattern) -> tuple[str, ...]:
    page = getattr(pattern.callback, "view_class", None)
    if page is None:
        return "GET", "POST"
    taken = [name for name in page.http_method_names if hasattr(page, name)]
    return tuple(name for name in ("GET", "POST") if name.lower() in taken)
