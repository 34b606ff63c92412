"""Addresses of the wall."""

from django.urls import path

from hqdash.overview.web import dashboard, export

app_name = "overview"
urlpatterns = [
    path("", dashboard.Dashboard.as_view(), name="dashboard"),
    path("dashboard/export.csv", export.ExportBreakdown.as_view(), name="export"),
]
