"""Installs the demo's commands; it owns no table."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Two forces to try HQ Dash with."""

    name = "hqdash.demo"
    label = "demo"
