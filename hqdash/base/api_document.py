"""The address of the OpenAPI document, for programs that read it."""

from __future__ import annotations

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from hqdash.base.api import ANYBODY, ApiView
from hqdash.base.api_schema import document


class OpenApiDocument(ApiView):
    """The description of the whole door, as OpenAPI 3."""

    scope = ANYBODY

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """The whole of it, as JSON."""
        return Response(document())


routes: list[URLPattern] = [path("openapi.json", OpenApiDocument.as_view(), name="openapi")]
