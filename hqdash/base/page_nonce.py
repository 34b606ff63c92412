"""Lets a live fragment carry the nonce of the page that shows it, so that htmx trusts its attributes.

A page stamps its own elements from its request; a fragment is rendered for a stream, whose response has
another nonce. The stream's address brings the one of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_of_page: ContextVar[str] = ContextVar("page_nonce", default="")


def page_nonce() -> str:
    """The nonce of the page that a fragment is being rendered for; empty outside a stream."""
    return _of_page.get()


def stamped(render: Callable[P, T], nonce: str) -> Callable[P, T]:
    """The same rendering, with the page's nonce at hand."""

    def render_stamped(*args: P.args, **kwargs: P.kwargs) -> T:
        before = _of_page.set(nonce)
        try:
            return render(*args, **kwargs)
        finally:
            _of_page.reset(before)

    return render_stamped
