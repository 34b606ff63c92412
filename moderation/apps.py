"""Installs moderation."""

from __future__ import annotations

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """We decide."""

    name = "moderation"
    label = "moderation"

    def ready(self) -> None:
        """Declare what this desk declares."""
        import moderation.audited
        import moderation.cards
        import moderation.permissions
        import moderation.subscribers
        import moderation.tasks
        import moderation.web.live_pages
        import moderation.web.menu  # noqa: F401
