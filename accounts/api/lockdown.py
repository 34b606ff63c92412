"""The JSON door to lock-down: a program may look and lock; only people unlock."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.lockdown import lock_outbound, take_back_unlock, unlock_outbound
from accounts.api.fresh_proof import FreshProof
from accounts.lockdown_queries import open_lockdown, past_lockdowns
from accounts.models import Lockdown
from accounts.permissions import LOCK_FORCE
from hqdash.base import clock
from hqdash.base.api import ANYBODY, ApiView


class LockdownOut(serializers.ModelSerializer[Lockdown]):
    """A lock-down from who began it to the two who ended it."""

    first_unlock_by = serializers.CharField(
        source="first_unlock_by.username", default=None, allow_null=True, read_only=True
    )
    second_unlock_by = serializers.CharField(
        source="second_unlock_by.username", default=None, allow_null=True, read_only=True
    )

    class Meta:
        model = Lockdown
        fields = (
            "id",
            "locked_by",
            "reason",
            "locked_at",
            "sessions_ended",
            "first_unlock_by",
            "first_unlock_at",
            "second_unlock_by",
            "ended_at",
        )
        read_only_fields = fields


class LockdownStandingOut(serializers.Serializer[Any]):
    """Whether the force is locked now."""

    locked = serializers.BooleanField()
    lockdown = LockdownOut(allow_null=True)


class LockIn(serializers.Serializer[Any]):
    """Why the force is locked."""

    reason = serializers.CharField(
        max_length=300, help_text="A few words; everybody of the force reads them."
    )


class Locking(ApiView):
    """Whether the force is locked, and locking it."""

    scope = ANYBODY
    scopes = {"POST": LOCK_FORCE}

    @extend_schema(responses=LockdownStandingOut)
    def get(self, request: Request) -> Response:
        """Whether the force is locked down, by whom and why."""
        lockdown = open_lockdown(self.actor)
        return self.shown(LockdownStandingOut({"locked": lockdown is not None, "lockdown": lockdown}))

    @extend_schema(request=LockIn, responses={201: LockdownOut})
    def post(self, request: Request) -> Response:
        """Lock the force down.

        Nothing goes out any more, all other sessions end, and API keys rest, the one that asks included.
        Locked already, it answers with the lock-down that holds.
        """
        body = self.read(LockIn)
        own = request._request.session.session_key if self.actor.scopes is None else None
        lockdown = lock_outbound(actor=self.actor, now=clock.now(), keep_session=own or "", **body)
        return self.created(LockdownOut(lockdown))


class Unlocking(FreshProof, ApiView):
    """One of the two words that end a lock-down."""

    scope = ANYBODY
    needs_second_factor = True

    @extend_schema(request=None, responses=LockdownOut)
    def post(self, request: Request) -> Response:
        """Speak for unlocking: the first word waits 15 minutes for a second person's."""
        return self.shown(LockdownOut(unlock_outbound(actor=self.actor, now=clock.now())))

    @extend_schema(responses=LockdownOut)
    def delete(self, request: Request) -> Response:
        """Take one's word back while no second person has spoken."""
        return self.shown(LockdownOut(take_back_unlock(actor=self.actor, now=clock.now())))


class PastLockdowns(ApiView):
    """Those that are over."""

    scope = ANYBODY

    @extend_schema(responses=LockdownOut(many=True))
    def get(self, request: Request) -> Response:
        """List lock-downs that are over, newest first."""
        return self.page(past_lockdowns(self.actor), LockdownOut, order=("-locked_at", "-id"))


routes: list[URLPattern] = [
    path("lockdown/", Locking.as_view(), name="lockdown"),
    path("lockdown/unlock/", Unlocking.as_view(), name="unlock"),
    path("lockdown/past/", PastLockdowns.as_view(), name="past_lockdowns"),
]
