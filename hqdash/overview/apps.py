"""Installs the wall."""

from __future__ import annotations

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    """The command dashboard; it owns no table."""

    name = "hqdash.overview"
    label = "overview"

    def ready(self) -> None:
        """Hang up the door in the menu and the live page."""
        import hqdash.overview.web.live_dashboard
        import hqdash.overview.web.menu  # noqa: F401
