"""Addresses of the toolbox: the live stream and the health check."""

from django.urls import path

from hqdash.base.health import health
from hqdash.base.live_stream import live_stream

urlpatterns = [
    path("live/", live_stream, name="live"),
    path("healthz", health, name="health"),
]
