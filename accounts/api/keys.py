"""The JSON door to API keys: which there are, and closing them. Making one needs a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.api_keys import MOST_DAYS, USUAL_DAYS, make_key, revoke_key
from accounts.api.fresh_proof import FreshProof
from accounts.api_key_queries import keys_for
from accounts.models import ApiKey
from accounts.permissions import MANAGE_API_KEYS
from hqdash.base import clock
from hqdash.base.api import ANYBODY, ApiView


class ApiKeyOut(serializers.ModelSerializer[ApiKey]):
    """A key as everybody may see it who may see it at all: without its secret, which nobody has."""

    owner = serializers.CharField(source="owner.username", read_only=True)
    revoked_reason = serializers.CharField(source="revoked_why", read_only=True)

    class Meta:
        model = ApiKey
        fields = (
            "id",
            "name",
            "owner",
            "prefix",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
            "revoked_by",
            "revoked_reason",
        )
        read_only_fields = fields


class ApiKeyMade(ApiKeyOut):
    """The same with the key itself, this once."""

    key = serializers.SerializerMethodField(help_text="The whole key. It is shown this once.")

    class Meta(ApiKeyOut.Meta):
        fields = (*ApiKeyOut.Meta.fields, "key")  # type: ignore[assignment]  # one more field than the other
        read_only_fields = fields  # type: ignore[assignment]

    def get_key(self, made: ApiKey) -> str:
        """As it was drawn."""
        return str(self.context["shown"])


class ApiKeyIn(serializers.Serializer[Any]):
    """What a new key is for and what it may do."""

    name = serializers.CharField(max_length=100, help_text="What it is for.")
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=100),
        min_length=1,
        max_length=100,
        help_text="Names of rights that you hold yourself.",
    )
    days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, default=USUAL_DAYS, help_text="How long it lives."
    )


class ApiKeyRevokeIn(serializers.Serializer[Any]):
    """Why a key is closed."""

    reason = serializers.CharField(max_length=300, allow_blank=True, default="")


class ApiKeys(ApiView):
    """The keys of the force for who manages them; one's own for everybody else."""

    scope = MANAGE_API_KEYS

    @extend_schema(responses=ApiKeyOut(many=True))
    def get(self, request: Request) -> Response:
        """List API keys, newest first, expired and revoked ones too."""
        return self.page(keys_for(self.actor), ApiKeyOut, order=("-created_at", "id"))


class NewApiKey(FreshProof, ApiView):
    """A new key for oneself."""

    scope = ANYBODY

    @extend_schema(request=ApiKeyIn, responses={201: ApiKeyMade})
    def post(self, request: Request) -> Response:
        """Make a key for yourself.

        Its `key` is shown in this answer and never again.
        """
        body = self.read(ApiKeyIn)
        key, shown = make_key(actor=self.actor, now=clock.now(), **body)
        return self.created(ApiKeyMade(key, context={"shown": shown}))


class RevokeApiKey(ApiView):
    """Closing a key."""

    scope = MANAGE_API_KEYS

    @extend_schema(request=ApiKeyRevokeIn, responses=ApiKeyOut)
    def post(self, request: Request, key_id: UUID) -> Response:
        """Close a key at once, also the one that is asking."""
        key = get_object_or_404(keys_for(self.actor), pk=key_id)
        body = self.read(ApiKeyRevokeIn)
        return self.shown(ApiKeyOut(revoke_key(actor=self.actor, key=key, now=clock.now(), **body)))


routes: list[URLPattern] = [
    path("api-keys/", ApiKeys.as_view(), name="api_keys"),
    path("api-keys/new/", NewApiKey.as_view(), name="make_key"),
    path("api-keys/<uuid:key_id>/revoke/", RevokeApiKey.as_view(), name="revoke_key"),
]
