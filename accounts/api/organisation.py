"""The JSON door to organisation."""

from __future__ import annotations

from django.urls import URLPattern

routes: list[URLPattern] = []
