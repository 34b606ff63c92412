"""Keeps what networks send back out of the server's access log: a code or a password may stand in the address."""

from __future__ import annotations

import logging

WATCHED = "/vault/connect/"


class WithoutAnswers(logging.Filter):
    """Cuts the query off the addresses at which networks send people back."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a line."""
        if isinstance(record.args, tuple):
            record.args = tuple(without_answer(one) for one in record.args)
        record.msg = without_answer(record.msg)
        return True


def without_answer(value: object) -> object:
    """The same text, with nothing behind the question mark of a watched address."""
    if not isinstance(value, str) or WATCHED not in value or "?" not in value:
        return value
    before, _mark, after = value.partition("?")
    rest = after.partition(" ")[2] if " " in after else ""
    return f"{before}?[removed]{' ' + rest if rest else ''}"


def watch_access_logs() -> None:
    """Put the filter on every logger that writes addresses; uvicorn sets its own up before it loads us."""
    for name in ("uvicorn.access", "uvicorn.error", "django.request", "django.server", "django.security"):
        logger = logging.getLogger(name)
        if not any(isinstance(kept, WithoutAnswers) for kept in logger.filters):
            logger.addFilter(WithoutAnswers())
