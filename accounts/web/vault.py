"""The vault's board: what opens each account, when it ends, how it stands. Values are never shown, not even masked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import can, require
from accounts.actions.channels import give_owner
from accounts.actions.network_apps import keep_app
from accounts.board_queries import (
    ORDER,
    STATES,
    apps_of_force,
    counts_for,
    errands_for,
    root_unit,
    rows_of,
    sign_ins_for,
    vault_channel,
)
from accounts.models import Channel
from accounts.permissions import MANAGE_CHANNEL, VIEW_VAULT
from accounts.queries import channels_for, units_below
from accounts.sign_in.step_up import StepUp
from accounts.vault.errors import VaultError
from accounts.web.connecting import back_url
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.keyset import page
from hqdash.base.pages import Page
from hqdash.networks.network import Network, all_networks, get_network


class VaultBoard(Page):
    """Every account, those whose sign-in ends first at the top."""

    template = "accounts/vault.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Filters: ``state network unit q``, and ``after`` for further accounts."""
        require(self.actor, VIEW_VAULT)
        return self.render(**self._frame(request))

    def _frame(self, request: HttpRequest) -> dict[str, Any]:
        now = clock.now()
        wanted = {name: request.GET.get(name, "") for name in ("state", "network", "unit", "q")}
        unit_ids = None
        if wanted["unit"]:
            try:
                unit_ids = units_below(UUID(wanted["unit"]))
            except ValueError:
                unit_ids = []
        everything = sign_ins_for(self.actor, now=now, unit_ids=unit_ids)
        rows = sign_ins_for(
            self.actor,
            now=now,
            state=wanted["state"] if wanted["state"] in STATES else "",
            network=wanted["network"],
            unit_ids=unit_ids,
            words=wanted["q"],
        )
        found = page(rows, order=ORDER, after=request.GET.get("after", ""), size=50)
        counts = counts_for(everything, now=now)
        shown = rows_of(self.actor, found.items, now=now)
        return {
            "rows": shown,
            "can_manage": any(row.can_manage for row in shown) or can(self.actor, MANAGE_CHANNEL),
            "next_cursor": found.next_cursor,
            "counts": counts,
            "states": self._states(counts, wanted),
            "networks": all_networks(),
            "wanted": wanted,
        }

    def _states(self, counts: dict[str, int], wanted: dict[str, str]) -> list[dict[str, Any]]:
        kept = "".join(f"&{name}={wanted[name]}" for name in ("network", "unit", "q") if wanted[name])
        labels = (
            ("", _("All"), counts["all"]),
            ("attention", _("To do"), counts["attention"]),
            ("soon", _("Soon"), counts["soon"]),
            ("suspended", _("Suspended"), counts["suspended"]),
        )
        return [
            {
                "label": label,
                "url": f"?state={value}{kept}",
                "current": wanted["state"] == value,
                "count": count,
            }
            for value, label, count in labels
        ]


class KeepOwner(StepUp, Page):
    """Give several accounts one owner."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Whoever had to prove themselves comes back here: the board is where the accounts are chosen."""
        return self.redirect("accounts:vault")

    def post(self, request: HttpRequest) -> HttpResponse:
        """``channel`` once for each account, ``owner`` a user name."""
        try:
            ids = [UUID(value) for value in request.POST.getlist("channel")]
        except ValueError:
            raise Http404 from None
        channels = list(channels_for(self.actor).select_related("unit", "owner").filter(pk__in=ids))
        if len(channels) != len(set(ids)):
            raise Http404
        changed = give_owner(actor=self.actor, channels=channels, username=request.POST.get("owner", ""))
        note = ngettext("%(n)s account has a new owner.", "%(n)s accounts have a new owner.", changed) % {
            "n": changed
        }
        return self.redirect("accounts:vault", note=note)


class VaultChannel(Page):
    """One account: what is kept, how it stands, what was done, and what can be done."""

    template = "accounts/vault_channel.html"

    def get(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """404 for an account that is not on the actor's board."""
        channel = self.channel(channel_id)
        row = rows_of(self.actor, [channel], now=clock.now())[0]
        card = get_network(channel.network)
        return self.render(
            channel=channel,
            row=row,
            network=card,
            way=card.sign_in,
            errands=errands_for(self.actor).filter(channel=channel)[:10],
        )

    def channel(self, channel_id: UUID) -> Channel:
        """The account, or 404."""
        channel = vault_channel(self.actor, channel_id)
        if channel is None:
            raise Http404
        return channel


class NetworkApps(StepUp, Page):
    """The force's own apps at the networks: the id is shown, the secret can only be replaced."""

    template = "accounts/network_apps.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """With the addresses that have to be registered at each network."""
        require(self.actor, MANAGE_CHANNEL, root_unit())
        return self.render(**self._frame(request))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Seal the secret; the page never gives it back."""
        try:
            app = keep_app(
                actor=self.actor,
                network=request.POST.get("network", ""),
                client_id=request.POST.get("client_id", ""),
                client_secret=request.POST.get("client_secret", ""),
                now=clock.now(),
            )
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._frame(request))
        except VaultError as problem:
            return self.refused(Unprocessable(problem.sentence), self.template, **self._frame(request))
        note = _("The %(network)s app is in the vault.") % {"network": get_network(app.network).name}
        return self.redirect("accounts:network_apps", note=note)

    def _frame(self, request: HttpRequest) -> dict[str, Any]:
        apps = apps_of_force()
        needed: list[Network] = [card for card in all_networks() if card.sign_in and card.sign_in.needs_app]
        return {
            "apps": [
                {
                    "card": card,
                    "app": apps.get(card.slug),
                    "back_url": back_url(request, card.slug),
                    "typed": request.POST.get("client_id", "")
                    if request.POST.get("network") == card.slug
                    else "",
                }
                for card in needed
            ],
            "board": reverse("accounts:vault"),
        }
