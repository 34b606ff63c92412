"""A few addresses that try out the base of the JSON door, beside those of the product."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.gate import require
from accounts.models import Unit
from accounts.permissions import MANAGE_ORGANISATION, VIEW_ORGANISATION
from accounts.queries import units_for
from hqdash.base.api import ANYBODY, ApiView
from hqdash.base.errors import Conflict
from hqdash.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class UnitOut(serializers.ModelSerializer[Unit]):
    class Meta:
        model = Unit
        fields = ("id", "code", "name")


class Person(serializers.Serializer[object]):
    name = serializers.CharField(max_length=20)
    age = serializers.IntegerField(required=False)


class UnitIn(serializers.Serializer[object]):
    name = serializers.CharField(max_length=20)
    people = Person(many=True, required=False)


class Units(ApiView):
    scope = VIEW_ORGANISATION
    scopes = {"POST": MANAGE_ORGANISATION}

    @extend_schema(responses=UnitOut(many=True))
    def get(self, request: Request) -> Response:
        return self.page(units_for(self.actor), UnitOut, order=("code", "id"))

    def post(self, request: Request) -> Response:
        body = self.read(UnitIn)
        require(self.actor, MANAGE_ORGANISATION)
        unit = units_for(self.actor)[0]
        unit.name = body["name"]
        return self.created(UnitOut(unit), location=f"/api/v1/practice/{unit.pk}/")


class Broken(ApiView):
    scope = ANYBODY

    def get(self, request: Request) -> Response:
        raise LookupError("the secret word is swordfish")

    def post(self, request: Request) -> Response:
        raise Conflict("Somebody else was quicker.")

    def delete(self, request: Request) -> Response:
        return self.no_content()


class PeopleOnly(ApiView):
    scope = ANYBODY
    people_only = True

    def post(self, request: Request) -> Response:
        return self.no_content()


urlpatterns = [
    *urlpatterns,
    path("api/v1/practice/", Units.as_view(), name="practice"),
    path("api/v1/practice/broken/", Broken.as_view(), name="broken"),
    path("api/v1/practice/people/", PeopleOnly.as_view(), name="people_only"),
]
