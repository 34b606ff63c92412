"""Addresses of monitoring."""

from django.urls import path

from monitoring.web import mentions

app_name = "monitoring"
urlpatterns = [
    path("mentions/", mentions.Mentions.as_view(), name="mentions"),
]
