"""Installs moderation."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """We decide."""

    name = "moderation"
    label = "moderation"
