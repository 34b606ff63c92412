"""The social accounts of the force, and whether they work."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.access.explain import explain
from accounts.access.gate import can, people_who_can, require
from accounts.actions.channels import renew_credential
from accounts.models import Channel, Credential
from accounts.permissions import MANAGE_CHANNEL, VIEW_CHANNEL, VIEW_VAULT
from accounts.queries import channels_for, units_below, user_of
from accounts.sign_in.step_up import StepUp
from accounts.vault.errors import VaultError
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.keyset import page
from hqdash.base.pages import Page
from hqdash.networks.network import all_networks, get_network


class Channels(Page):
    """Every account with its network, unit, state and last contact."""

    template = "accounts/channels.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Filters: ``unit``, ``network``, ``state`` and ``q`` (part of the handle or name)."""
        rows = channels_for(self.actor)
        wanted = {name: request.GET.get(name, "") for name in ("unit", "network", "state", "q")}
        try:
            if wanted["unit"]:
                rows = rows.filter(unit__in=units_below(UUID(wanted["unit"])))
        except ValueError:
            rows = rows.none()
        counts = rows.aggregate(
            all=Count("id"),
            connected=Count("id", filter=Q(state=Channel.State.CONNECTED)),
            sign_in_needed=Count("id", filter=Q(state=Channel.State.SIGN_IN_NEEDED)),
            suspended=Count("id", filter=Q(state=Channel.State.SUSPENDED)),
        )
        if wanted["network"]:
            rows = rows.filter(network=wanted["network"])
        if wanted["state"]:
            rows = rows.filter(state=wanted["state"])
        if wanted["q"]:
            rows = rows.filter(Q(handle__icontains=wanted["q"]) | Q(name__icontains=wanted["q"]))
        found = page(
            rows.select_related("owner", "sign_in"),
            order=("network", "handle", "id"),
            after=request.GET.get("after", ""),
            size=100,
        )
        return self.render(
            channels=found.items,
            next_cursor=found.next_cursor,
            counts=counts,
            states=Channel.State.choices,
            networks=all_networks(),
            wanted=wanted,
        )


class ChannelDetail(Page):
    """One account: its health, who may use it, and what opens it (never the secret itself)."""

    template = "accounts/channel.html"

    def get(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """404 for an account of another unit or force."""
        channel = get_object_or_404(channels_for(self.actor), pk=channel_id)
        return self.render(
            channel=channel,
            network=get_network(channel.network),
            credentials=Credential.objects.filter(channel=channel).order_by("field"),
            can_renew=can(self.actor, MANAGE_CHANNEL, channel),
            can_see_vault=can(self.actor, VIEW_VAULT, channel),
            connectors=people_who_can(MANAGE_CHANNEL, channel)[:10],
            why=explain(user_of(self.actor), VIEW_CHANNEL, channel),
        )


class RenewCredential(StepUp, Page):
    """Put a new credential in place of one that no longer opens the account."""

    template = "accounts/channel_renew.html"

    def get(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """The fields that the network needs, empty: what is stored is never shown."""
        channel = get_object_or_404(channels_for(self.actor), pk=channel_id)
        require(self.actor, MANAGE_CHANNEL, channel)
        return self.render(channel=channel, network=get_network(channel.network))

    def post(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """Seal what was typed; the page never gives it back, not even when something is missing."""
        channel = get_object_or_404(channels_for(self.actor), pk=channel_id)
        network = get_network(channel.network)
        typed = {field.name: request.POST.get(field.name, "") for field in network.credential_fields}
        try:
            renew_credential(
                actor=self.actor,
                channel=channel,
                credentials=typed,
                expires_at=self._expires_at(request),
                now=clock.now(),
            )
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, channel=channel, network=network)
        except VaultError as problem:
            return self.refused(
                Unprocessable(problem.sentence), self.template, channel=channel, network=network
            )
        return self.redirect(
            "accounts:channel",
            channel.pk,
            note=_("Sealed. The next reading shows whether it opens the account."),
        )

    def _expires_at(self, request: HttpRequest) -> datetime | None:
        """The end of the day that was typed, in the force's own time; a network may tell it to people only."""
        typed = request.POST.get("expires_on", "").strip()
        if not typed:
            return None
        day = parse_date(typed) if len(typed) == 10 else None
        if day is None:
            raise Unprocessable(_("Write the day on which it ends as year, month and day."), "expires_on")
        zone = user_of(self.actor).force.zone
        return datetime.combine(day, time(23, 59), tzinfo=zone)
