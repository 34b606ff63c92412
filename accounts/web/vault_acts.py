"""What can be done with one account's sign-in: test, rotate, revoke, suspend, resume; each asks again who is there."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.channels import resume_channel, suspend_channel
from accounts.actions.errands import ask_errand, finish_rotation
from accounts.board_queries import errands_for, rows_of
from accounts.models import Channel, Errand
from accounts.permissions import MANAGE_CHANNEL
from accounts.sign_in.step_up import StepUp
from accounts.web.vault import VaultChannel
from hqdash.base import clock, live
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable
from hqdash.base.pages import Page
from hqdash.networks.network import get_network


class TestSignIn(StepUp, VaultChannel):
    """Ask the network whose account it is."""

    def get(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """Whoever had to prove themselves comes back to the account."""
        return self.redirect("accounts:vault_channel", self.channel(channel_id).pk)

    def post(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """Send a worker."""
        errand = ask_errand(
            actor=self.actor, channel=self.channel(channel_id), kind=Errand.Kind.TEST, now=clock.now()
        )
        return self.redirect("accounts:errand", errand.pk)


class RotateSignIn(StepUp, VaultChannel):
    """Renew now where the network can, connect anew where it cannot; and finish a rotation that is half done."""

    template = "accounts/vault_rotate.html"

    def get(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """What rotating means for this network."""
        channel = self.channel(channel_id)
        require(self.actor, MANAGE_CHANNEL, channel)
        card = get_network(channel.network)
        row = rows_of(self.actor, [channel], now=clock.now())[0]
        renews = card.sign_in is not None and card.sign_in.can_renew and "refresh_token" in row.fields
        return self.render(channel=channel, row=row, network=card, way=card.sign_in, renews=renews)

    def post(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """Send a worker, or note that the last step is done."""
        channel = self.channel(channel_id)
        if request.POST.get("what") == "finished":
            finish_rotation(actor=self.actor, channel=channel)
            return self.redirect(
                "accounts:vault_channel", channel.pk, note=_("Noted: the rotation is finished.")
            )
        errand = ask_errand(actor=self.actor, channel=channel, kind=Errand.Kind.RENEW, now=clock.now())
        return self.redirect("accounts:errand", errand.pk)


class RevokeSignIn(StepUp, VaultChannel):
    """End a sign-in at the network where it can be, then here."""

    template = "accounts/vault_revoke.html"

    def get(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """What will be done, where."""
        channel = self.channel(channel_id)
        require(self.actor, MANAGE_CHANNEL, channel)
        card = get_network(channel.network)
        return self.render(
            channel=channel, network=card, way=card.sign_in, here_only=request.GET.get("here") == "1"
        )

    def post(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """Send a worker."""
        errand = ask_errand(
            actor=self.actor,
            channel=self.channel(channel_id),
            kind=Errand.Kind.REVOKE,
            here_only=request.POST.get("here") == "1",
            now=clock.now(),
        )
        return self.redirect("accounts:errand", errand.pk)


class SuspendChannel(StepUp, VaultChannel):
    """Stop an account with a reason, or let it speak again with one."""

    template = "accounts/vault_suspend.html"

    def get(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """The question and a field for the reason."""
        channel = self.channel(channel_id)
        require(self.actor, MANAGE_CHANNEL, channel)
        return self.render(channel=channel, network=get_network(channel.network), typed="")

    def post(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """Whichever of the two the account's state allows."""
        channel = self.channel(channel_id)
        reason = request.POST.get("reason", "")
        try:
            if channel.state == Channel.State.SUSPENDED:
                resume_channel(actor=self.actor, channel=channel, reason=reason, now=clock.now())
                note = _("The account is used again.")
            else:
                suspend_channel(actor=self.actor, channel=channel, reason=reason, now=clock.now())
                note = _("Suspended: nothing goes out and nothing is read until it is resumed.")
        except Unprocessable as refusal:
            card = get_network(channel.network)
            return self.refused(refusal, self.template, channel=channel, network=card, typed=reason)
        return self.redirect("accounts:vault_channel", channel.pk, note=note)


class ErrandPage(Page):
    """What came of an errand; the page keeps itself up to date."""

    template = "accounts/errand.html"

    def get(self, request: HttpRequest, errand_id: UUID) -> HttpResponse:
        """404 for an errand of an account that is not on the actor's board."""
        errand = get_object_or_404(errands_for(self.actor), pk=errand_id)
        return self.render(errand=errand, network=get_network(errand.channel.network))


@live.page("errand", topics={"errand"})
def show_errand(actor: Actor, key: str) -> list[live.Fragment] | None:
    """The outcome as soon as it is there."""
    try:
        errand = errands_for(actor).filter(pk=UUID(key)).first()
    except ValueError:
        return None
    if errand is None:
        return None
    context = {"errand": errand, "network": get_network(errand.channel.network)}
    return [live.Fragment("#standing", render_to_string("accounts/errand.html#standing", context))]
