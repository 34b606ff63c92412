"""Installs the wall."""

from __future__ import annotations

from django.apps import AppConfig


class OverviewConfig(AppConfig):
    """The command dashboard; it owns no table."""

    name = "hqdash.overview"
    label = "overview"
