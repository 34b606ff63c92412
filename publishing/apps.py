"""Installs publishing."""

from __future__ import annotations

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """We speak."""

    name = "publishing"
    label = "publishing"

    def ready(self) -> None:
        """Declare what this desk declares."""
        import publishing.audited
        import publishing.cards
        import publishing.delivery.holding
        import publishing.hijack_cards
        import publishing.leaving
        import publishing.live_pages
        import publishing.permissions
        import publishing.tasks
        import publishing.telling
        import publishing.web.menu  # noqa: F401
