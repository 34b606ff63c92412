"""The shapes in which the JSON door to the vault answers and is asked; a value is in none of them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.board_queries import STATES, facts_of
from accounts.models import Channel, Connecting, Errand
from accounts.vault.health import days_left, health_of
from hqdash.base import clock
from hqdash.networks.network import all_networks


class HealthOut(serializers.Serializer[Any]):
    """How a sign-in stands, why, and since when."""

    tone = serializers.ChoiceField(choices=["ok", "warn", "bad"])
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name, not the form's label
    reason = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)


class SignInOut(serializers.ModelSerializer[Channel]):
    """One account and its sign-in."""

    unit = serializers.UUIDField(source="unit_id", read_only=True)
    owner = serializers.CharField(source="owner.username", default=None, allow_null=True, read_only=True)
    version = serializers.IntegerField(
        source="sign_in.version", default=None, allow_null=True, read_only=True
    )
    rotated_at = serializers.DateTimeField(
        source="sign_in.put_at", default=None, allow_null=True, read_only=True
    )
    ends_at = serializers.DateTimeField(
        source="sign_in.ends_at", default=None, allow_null=True, read_only=True
    )
    renewed_next_at = serializers.DateTimeField(
        source="sign_in.renew_at", default=None, allow_null=True, read_only=True
    )
    days_left = serializers.SerializerMethodField()
    health = serializers.SerializerMethodField()

    class Meta:
        model = Channel
        fields = (
            "id",
            "network",
            "handle",
            "name",
            "unit",
            "owner",
            "state",
            "version",
            "rotated_at",
            "ends_at",
            "renewed_next_at",
            "days_left",
            "health",
            "last_ok_at",
            "last_failure_at",
            "last_failure",
        )
        read_only_fields = fields

    def get_days_left(self, channel: Channel) -> int | None:
        """Whole days until a person has to sign in again."""
        sign_in = getattr(channel, "sign_in", None)
        return days_left(sign_in.ends_at if sign_in else None, clock.now())

    @extend_schema_field(HealthOut)
    def get_health(self, channel: Channel) -> dict[str, Any]:
        """The gravest thing that is known."""
        health = health_of(facts_of(channel, getattr(channel, "sign_in", None)), now=clock.now())
        return dict(HealthOut(health).data)


class BoardQuery(serializers.Serializer[Any]):
    """Filters of the board."""

    state = serializers.ChoiceField(choices=list(STATES), required=False)
    network = serializers.SlugField(required=False)
    unit = serializers.UUIDField(required=False)
    q = serializers.CharField(required=False, max_length=100)


class ErrandOut(serializers.ModelSerializer[Errand]):
    """Something that a worker asks of a network, and what came of it."""

    channel = serializers.UUIDField(source="channel_id", read_only=True)
    asked_by = serializers.CharField(
        source="asked_by.username", default=None, allow_null=True, read_only=True
    )

    class Meta:
        model = Errand
        fields = ("id", "channel", "kind", "asked_by", "asked_at", "state", "outcome", "finished_at")
        read_only_fields = fields


class RevokeIn(serializers.Serializer[Any]):
    """How far the revocation goes."""

    here_only = serializers.BooleanField(
        default=False, help_text="Do not ask the network, because it could not be asked."
    )


class SignInReasonIn(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=500)


class ConnectIn(serializers.Serializer[Any]):
    """What is to be connected: a new account for a unit, or one that is there already."""

    network = serializers.ChoiceField(
        choices=[card.slug for card in all_networks() if card.sign_in], required=False
    )
    unit = serializers.UUIDField(required=False)
    account = serializers.UUIDField(required=False, help_text="An account that is to be connected again.")
    site = serializers.CharField(required=False, max_length=400, help_text="WordPress: the site's address.")


class ConnectionOut(serializers.ModelSerializer[Connecting]):
    """How far a connection has come."""

    unit = serializers.UUIDField(source="unit_id", read_only=True)
    account = serializers.UUIDField(source="channel_id", default=None, allow_null=True, read_only=True)
    started_by = serializers.CharField(source="started_by.username", read_only=True)
    can_retry = serializers.SerializerMethodField()
    connected = serializers.ListField(child=serializers.UUIDField(), read_only=True)

    class Meta:
        model = Connecting
        fields = (
            "id",
            "network",
            "unit",
            "account",
            "started_by",
            "started_at",
            "expires_at",
            "state",
            "reason",
            "can_retry",
            "connected",
        )
        read_only_fields = fields

    def get_can_retry(self, connecting: Connecting) -> bool:
        """Whether a failure can be tried again without going to the network."""
        return connecting.state == Connecting.State.FAILED and bool(connecting.failed_at_step)


class BegunOut(serializers.Serializer[Any]):
    """A connection, and the address at which the person goes on in the same browser."""

    id = serializers.UUIDField(source="connecting.pk", read_only=True)
    network = serializers.CharField(source="connecting.network", read_only=True)
    state = serializers.CharField(source="connecting.state", read_only=True)
    expires_at = serializers.DateTimeField(source="connecting.expires_at", read_only=True)
    open = serializers.URLField(source="address", read_only=True)
