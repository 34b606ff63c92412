"""The JSON door to book."""

from __future__ import annotations

from django.urls import URLPattern

routes: list[URLPattern] = []
