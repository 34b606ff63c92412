"""Installs the toolbox as a Django app: it owns no table."""

from __future__ import annotations

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """The toolbox."""

    name = "hqdash.base"
    label = "base"

    def ready(self) -> None:
        """Load the Celery app, so that the web tier can ring bells too."""
        import hqdash.celery  # noqa: F401
