"""Compresses pages, so that a first visit is light on a phone too."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressPages(GZipMiddleware):
    """What is drawn at once; random padding keeps its length from telling what a secret in it is.

    A live stream is left alone: each of its messages has to leave the moment it is written.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The same answer, smaller."""
        return response if response.streaming else super().process_response(request, response)
