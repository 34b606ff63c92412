"""Connecting an account: choose what and for whom, go to the network, come back, see how it goes on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from accounts.access.gate import can, require
from accounts.actions.connecting import (
    AnswerRefused,
    choose_accounts,
    refuse_stranger,
    retry_connecting,
    start_connecting,
    take_answer,
)
from accounts.board_queries import apps_of_force, connectings_for, units_to_connect_for
from accounts.models import Connecting, Unit
from accounts.permissions import MANAGE_CHANNEL
from accounts.queries import channels_for
from accounts.sign_in.step_up import StepUp
from accounts.vault.errors import VaultError
from hqdash.base import clock, live
from hqdash.base.actor import Actor
from hqdash.base.errors import Refusal, Unprocessable
from hqdash.base.pages import Page
from hqdash.base.refusals import remember
from hqdash.networks.network import all_networks, get_network

ADDRESSES = "connecting_addresses"
"""Where the session keeps the addresses at the networks: the state parameter is in them."""
MOST_KEPT = 5


class StartConnecting(StepUp, Page):
    """Which network, for which unit; the answer leads to a page with the link to the network."""

    template = "accounts/connect.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """With ``?account=`` an account is connected again."""
        require(self.actor, MANAGE_CHANNEL)
        return self.render(**self._frame(request.GET))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin, and lead on to the link."""
        frame = self._frame(request.POST)
        network, channel = request.POST.get("network", ""), frame["channel"]
        try:
            begun = start_connecting(
                actor=self.actor,
                network=channel.network if channel is not None else network,
                unit=channel.unit if channel is not None else self._unit(request, frame["units"]),
                channel=channel,
                site=request.POST.get("site", ""),
                back_url=back_url(request, channel.network if channel is not None else network),
                now=clock.now(),
            )
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **frame)
        except VaultError as problem:
            return self.refused(Unprocessable(problem.sentence), self.template, **frame)
        kept: dict[str, str] = request.session.get(ADDRESSES, {})
        kept[str(begun.connecting.pk)] = begun.address
        request.session[ADDRESSES] = dict(list(kept.items())[-MOST_KEPT:])
        return self.redirect("accounts:connecting", begun.connecting.pk)

    def _frame(self, asked: Any) -> dict[str, Any]:
        channel = None
        if wanted := asked.get("account", ""):
            try:
                channel = get_object_or_404(channels_for(self.actor), pk=UUID(wanted))
            except ValueError:
                raise Http404 from None
        apps = apps_of_force()
        offered: list[dict[str, Any]] = [
            {
                "card": card,
                "way": way,
                "app": apps.get(card.slug),
                "ready": not way.needs_app or card.slug in apps,
            }
            for card in all_networks()
            if (way := card.sign_in) is not None
        ]
        return {
            "channel": channel,
            "networks": [one for one in offered if channel is None or one["card"].slug == channel.network],
            "units": units_to_connect_for(self.actor) if channel is None else [],
            "typed": {name: asked.get(name, "") for name in ("network", "unit", "site")},
        }

    def _unit(self, request: HttpRequest, units: list[Unit]) -> Unit:
        chosen = next((unit for unit in units if str(unit.pk) == request.POST.get("unit")), None)
        if chosen is None:
            raise Unprocessable(_("Choose the unit that the account belongs to."), "unit")
        return chosen


@method_decorator(never_cache, name="dispatch")
class ConnectBack(View):
    """Where a network sends people back. What stands in this address is sealed at once, and the address left."""

    def get(self, request: HttpRequest, network: str) -> HttpResponse:
        """Every answer leads on to an address without secrets, so that no log and no Referer can hold them."""
        actor: Actor | None = getattr(request, "actor", None)
        query = {name: request.GET.get(name, "") for name in request.GET}
        state = query.get("state", "")
        if actor is None:
            refuse_stranger(network=network, state=state, address=request.META.get("REMOTE_ADDR", ""))
            return _away(f"{reverse('account_login')}?next={reverse('accounts:connect')}")
        try:
            connecting = take_answer(actor=actor, network=network, state=state, query=query, now=clock.now())
        except (AnswerRefused, Unprocessable) as refusal:
            request.session["answer_refused"] = refusal.sentence
            return _away(reverse("accounts:connect_refused"))
        except VaultError as problem:
            request.session["answer_refused"] = problem.sentence
            return _away(reverse("accounts:connect_refused"))
        kept = request.session.get(ADDRESSES, {})
        if kept.pop(str(connecting.pk), None) is not None:
            request.session[ADDRESSES] = kept
        return _away(reverse("accounts:connecting", args=[connecting.pk]))


class ConnectRefused(Page):
    """Why an answer from a network was not taken."""

    template = "accounts/connect_refused.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The sentence comes from the session; without one there is nothing to say."""
        sentence = request.session.pop("answer_refused", "")
        if not sentence:
            return self.redirect("accounts:connect")
        return self.render(sentence=sentence, status=400)


class ConnectingPage(Page):
    """How far one connection has come; it keeps itself up to date."""

    template = "accounts/connecting.html"

    def get(self, request: HttpRequest, connecting_id: UUID) -> HttpResponse:
        """404 for a walk in units whose accounts are not the actor's to connect."""
        connecting = get_object_or_404(connectings_for(self.actor), pk=connecting_id)
        address = request.session.get(ADDRESSES, {}).get(str(connecting.pk), "")
        return self.render(**standing_of(self.actor, connecting), address=address)

    def post(self, request: HttpRequest, connecting_id: UUID) -> HttpResponse:
        """Try again after a failure, or choose among the offered accounts."""
        connecting = get_object_or_404(connectings_for(self.actor), pk=connecting_id)
        try:
            if request.POST.get("what") == "retry":
                retry_connecting(actor=self.actor, connecting=connecting, now=clock.now())
            else:
                choose_accounts(
                    actor=self.actor,
                    connecting=connecting,
                    units=self._chosen(request, connecting),
                    now=clock.now(),
                )
        except Refusal as refusal:
            remember(refusal)
            messages.error(request, refusal.sentence)
        return self.redirect("accounts:connecting", connecting.pk)

    def _chosen(self, request: HttpRequest, connecting: Connecting) -> dict[str, Unit]:
        units = {str(unit.pk): unit for unit in units_to_connect_for(self.actor)}
        chosen = {}
        for offer in connecting.offers:
            unit_id = request.POST.get(f"unit_{offer['id']}", "")
            if unit_id and unit_id not in units:
                raise Unprocessable(_("You may not connect accounts for one of these units."), "units")
            if unit_id:
                chosen[offer["id"]] = units[unit_id]
        return chosen


def standing_of(actor: Actor, connecting: Connecting) -> dict[str, Any]:
    """What the page of a connection shows."""
    card = get_network(connecting.network)
    is_mine = connecting.started_by_id == actor.user_id
    choosing = connecting.state == Connecting.State.CHOOSING
    done = connecting.state == Connecting.State.CONNECTED
    return {
        "connecting": connecting,
        "network": card,
        "is_mine": is_mine,
        "units": units_to_connect_for(actor) if choosing and is_mine else [],
        "channels": list(channels_for(actor).filter(pk__in=connecting.connected)) if done else [],
        "is_late": connecting.state == Connecting.State.STARTED and clock.now() > connecting.expires_at,
        "steps": steps_of(connecting, card.name),
    }


def steps_of(connecting: Connecting, network: str) -> list[dict[str, Any]]:
    """The way from the first click to the vault, and where on it this connection stands."""
    states = Connecting.State
    several = bool(connecting.offers)
    stages = [
        (_("You agree at %(network)s") % {"network": network}, {states.STARTED}),
        (_("A worker gets the sign-in; it is sealed"), {states.RECEIVED}),
        (_("%(network)s says whose account it is") % {"network": network}, {states.EXCHANGED}),
        *(
            [(_("You choose the accounts"), {states.CHOOSING}), (_("They are put in"), {states.CHOSEN})]
            if several
            else []
        ),
    ]
    now = states(connecting.failed_at_step) if connecting.failed_at_step else states(connecting.state)
    at = next((place for place, (_label, held) in enumerate(stages) if now in held), len(stages))
    stopped = connecting.state in {states.FAILED, states.REFUSED}
    steps = []
    for place, (label, _held) in enumerate(stages):
        if connecting.state == states.CONNECTED or place < at:
            mark = ("ok", "check") if not (stopped and not connecting.failed_at_step) else ("", "point")
        elif place == at:
            mark = ("bad", "x") if stopped else ("info", "clock")
        else:
            mark = ("", "point")
        steps.append(
            {"label": label, "tone": mark[0], "icon": mark[1], "current": place == at and not stopped}
        )
    return steps


@live.page("connecting", topics={"connecting"})
def show_standing(actor: Actor, key: str) -> list[live.Fragment] | None:
    """The page of one connection as it now stands; the choice is left alone once it is there."""
    try:
        connecting = connectings_for(actor).filter(pk=UUID(key)).first()
    except ValueError:
        return None
    if connecting is None or not can(actor, MANAGE_CHANNEL):
        return None
    if connecting.state == Connecting.State.STARTED:
        return []
    html = render_to_string(
        "accounts/connecting.html#standing", standing_of(actor, connecting) | {"address": ""}
    )
    return [live.Fragment("#standing", html)]


def back_url(request: HttpRequest, network: str) -> str:
    """Our address for the way home; it has to be registered with the network's app exactly like this."""
    return request.build_absolute_uri(reverse("accounts:connect_back", args=[network or "x"]))


def _away(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, headers={"Referrer-Policy": "no-referrer"})
