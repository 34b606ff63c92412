"""The JSON door to the vault: how each sign-in stands, and what can be done with it. A value is in no answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.channels import resume_channel, suspend_channel
from accounts.actions.connecting import start_connecting
from accounts.actions.errands import ask_errand
from accounts.api.fresh_proof import FreshProof
from accounts.api.vault_shapes import (
    BegunOut,
    BoardQuery,
    ConnectIn,
    ConnectionOut,
    ErrandOut,
    RevokeIn,
    SignInOut,
    SignInReasonIn,
)
from accounts.board_queries import (
    ORDER,
    connectings_for,
    errands_for,
    sign_ins_for,
    units_to_connect_for,
    vault_channel,
)
from accounts.models import Channel, Errand
from accounts.permissions import MANAGE_CHANNEL, VIEW_VAULT
from accounts.queries import channels_for, units_below
from accounts.web.connecting import back_url
from hqdash.base import clock
from hqdash.base.api import ApiView
from hqdash.base.errors import Missing, Unprocessable


class Board(ApiView):
    """The sign-ins of all accounts."""

    scope = VIEW_VAULT

    @extend_schema(parameters=[BoardQuery], responses=SignInOut(many=True))
    def get(self, request: Request) -> Response:
        """List the sign-ins, those that end first at the top."""
        asked = self.filters(BoardQuery)
        rows = sign_ins_for(
            self.actor,
            now=clock.now(),
            state=asked.get("state", ""),
            network=asked.get("network", ""),
            unit_ids=units_below(asked["unit"]) if "unit" in asked else None,
            words=asked.get("q", ""),
        )
        return self.page(rows, SignInOut, order=ORDER)


class Ending(ApiView):
    """Sign-ins that end soon."""

    scope = VIEW_VAULT

    @extend_schema(responses=SignInOut(many=True))
    def get(self, request: Request) -> Response:
        """List the sign-ins that end within 14 days."""
        return self.page(sign_ins_for(self.actor, now=clock.now(), state="soon"), SignInOut, order=ORDER)


class _OfChannel(ApiView):
    """What all addresses below one account share."""

    scope = VIEW_VAULT

    def channel(self, channel_id: UUID) -> Channel:
        """The account, or 404."""
        channel = vault_channel(self.actor, channel_id)
        if channel is None:
            raise Missing("There is no such account, or it is not yours to see.")
        return channel


class OneSignIn(_OfChannel):
    """One account and its sign-in."""

    @extend_schema(responses=SignInOut)
    def get(self, request: Request, channel_id: UUID) -> Response:
        """Show how one sign-in stands."""
        return self.shown(SignInOut(self.channel(channel_id)))


class _Errands(FreshProof, _OfChannel):
    scope = MANAGE_CHANNEL
    kind: Errand.Kind

    def ask(self, channel_id: UUID, *, here_only: bool = False) -> Response:
        """Send a worker; where its outcome will stand."""
        errand = ask_errand(
            actor=self.actor,
            channel=self.channel(channel_id),
            kind=self.kind,
            here_only=here_only,
            now=clock.now(),
        )
        return self.created(ErrandOut(errand), location=f"/api/v1/vault/errands/{errand.pk}/")


class TestSignIn(_Errands):
    """Who am I."""

    scope = MANAGE_CHANNEL
    kind = Errand.Kind.TEST

    @extend_schema(request=None, responses={201: ErrandOut})
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Let a worker ask the network whose account it is."""
        return self.ask(channel_id)


class RotateSignIn(_Errands):
    """A fresh sign-in in place of this one."""

    scope = MANAGE_CHANNEL
    kind = Errand.Kind.RENEW

    @extend_schema(request=None, responses={201: ErrandOut})
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Let a worker renew the sign-in now, where the network can do so without a person."""
        return self.ask(channel_id)


class RevokeSignIn(_Errands):
    """The end of a sign-in."""

    scope = MANAGE_CHANNEL
    kind = Errand.Kind.REVOKE

    @extend_schema(request=RevokeIn, responses={201: ErrandOut})
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Let a worker end the sign-in at the network where it can, then here."""
        return self.ask(channel_id, here_only=self.read(RevokeIn)["here_only"])


class Suspending(FreshProof, _OfChannel):
    """An account that is stopped."""

    scope = MANAGE_CHANNEL

    @extend_schema(request=SignInReasonIn, responses=SignInOut)
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Stop an account; its sign-in is kept."""
        suspend_channel(
            actor=self.actor, channel=self.channel(channel_id), now=clock.now(), **self.read(SignInReasonIn)
        )
        return self.shown(SignInOut(self.channel(channel_id)))


class Resuming(FreshProof, _OfChannel):
    """An account that may be used again."""

    scope = MANAGE_CHANNEL

    @extend_schema(request=SignInReasonIn, responses=SignInOut)
    def post(self, request: Request, channel_id: UUID) -> Response:
        """Let a suspended account be used again."""
        resume_channel(
            actor=self.actor, channel=self.channel(channel_id), now=clock.now(), **self.read(SignInReasonIn)
        )
        return self.shown(SignInOut(self.channel(channel_id)))


class OneErrand(ApiView):
    """What came of an errand."""

    scope = VIEW_VAULT

    @extend_schema(responses=ErrandOut)
    def get(self, request: Request, errand_id: UUID) -> Response:
        """Show how far an errand has come."""
        return self.shown(ErrandOut(_or_missing(errands_for(self.actor), errand_id)))


class Connections(FreshProof, ApiView):
    """Connecting accounts at their network."""

    scope = MANAGE_CHANNEL

    @extend_schema(request=ConnectIn, responses={201: BegunOut})
    def post(self, request: Request) -> Response:
        """Begin to connect an account.

        ``open`` is the address at the network. It has to be opened in the browser of this session within ten
        minutes: the answer is bound to it.
        """
        body = self.read(ConnectIn)
        channel = _or_missing(channels_for(self.actor), body["account"]) if "account" in body else None
        units = {unit.pk: unit for unit in units_to_connect_for(self.actor)}
        unit = channel.unit if channel is not None else units.get(body.get("unit", UUID(int=0)))
        network = channel.network if channel is not None else body.get("network", "")
        if not network:
            raise Unprocessable("Name the network, or the account that is to be connected again.", "network")
        if unit is None:
            raise Unprocessable("Name a unit for which you may connect accounts.", "unit")
        begun = start_connecting(
            actor=self.actor,
            network=network,
            unit=unit,
            channel=channel,
            site=body.get("site", ""),
            back_url=back_url(request._request, network),
            now=clock.now(),
        )
        return self.created(BegunOut(begun), location=f"/api/v1/vault/connections/{begun.connecting.pk}/")


class OneConnection(ApiView):
    """How far a connection has come."""

    scope = MANAGE_CHANNEL

    @extend_schema(responses=ConnectionOut)
    def get(self, request: Request, connecting_id: UUID) -> Response:
        """Show how far one connection has come, and why it stopped."""
        return self.shown(ConnectionOut(_or_missing(connectings_for(self.actor), connecting_id)))


def _or_missing(rows: Any, wanted: UUID) -> Any:
    try:
        return get_object_or_404(rows, pk=wanted)
    except Http404:
        raise Missing("There is no such thing, or it is not yours to see.") from None


routes: list[URLPattern] = [
    path("vault/", Board.as_view(), name="vault"),
    path("vault/ending/", Ending.as_view(), name="vault_ending"),
    path("vault/connections/", Connections.as_view(), name="connections"),
    path("vault/connections/<uuid:connecting_id>/", OneConnection.as_view(), name="connection"),
    path("vault/errands/<uuid:errand_id>/", OneErrand.as_view(), name="errand"),
    path("vault/<uuid:channel_id>/", OneSignIn.as_view(), name="sign_in"),
    path("vault/<uuid:channel_id>/test/", TestSignIn.as_view(), name="sign_in_test"),
    path("vault/<uuid:channel_id>/rotate/", RotateSignIn.as_view(), name="sign_in_rotate"),
    path("vault/<uuid:channel_id>/revoke/", RevokeSignIn.as_view(), name="sign_in_revoke"),
    path("vault/<uuid:channel_id>/suspend/", Suspending.as_view(), name="sign_in_suspend"),
    path("vault/<uuid:channel_id>/resume/", Resuming.as_view(), name="sign_in_resume"),
]
