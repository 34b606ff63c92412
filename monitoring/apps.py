"""Installs monitoring."""

from __future__ import annotations

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """We listen."""

    name = "monitoring"
    label = "monitoring"

    def ready(self) -> None:
        """Declare what this desk declares."""
        import monitoring.audited
        import monitoring.cards
        import monitoring.permissions
        import monitoring.subscribers
        import monitoring.tasks
        import monitoring.web.menu  # noqa: F401
