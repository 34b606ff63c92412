"""The compose page: write, look at exactly what goes out where and as whom, send."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import require
from accounts.models import Channel, Unit
from accounts.queries import units_above, units_below
from hqdash.base import clock
from hqdash.base.errors import Refusal, Unprocessable
from hqdash.base.pages import Page
from hqdash.networks.network import get_network
from publishing.actions.publish import due_at, publish_post
from publishing.hijack import why_stopped
from publishing.local_time import moment_on_the_wall
from publishing.permissions import PUBLISH_POST
from publishing.queries import channels_to_post_to
from publishing.web.compose_form import ComposeForm, wordings


class Compose(Page):
    """Three steps of one form: ``write``, ``review`` and ``send``."""

    template = "publishing/compose.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form; ``?unit=`` preselects a unit's accounts and ``?channel=`` one account."""
        require(self.actor, PUBLISH_POST)
        channels = list(channels_to_post_to(self.actor))
        return self._page(ComposeForm.empty(preselected=self._preselected(channels)), channels)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Look it over or send it; whatever is wrong, nothing that was typed is lost."""
        require(self.actor, PUBLISH_POST)
        channels = list(channels_to_post_to(self.actor))
        try:
            form = ComposeForm.read(request.POST)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._context(ComposeForm.empty(), channels))
        step = request.POST.get("step", "review")
        if step == "write":
            return self._page(form, channels)
        chosen = [channel for channel in channels if channel.pk in form.channel_ids]
        if step == "leave_out":
            fitting = {c.pk for w in wordings(form, chosen) if not w.problem for c in w.channels}
            form = replace(form, channel_ids=frozenset(fitting))
            chosen = [channel for channel in chosen if channel.pk in fitting]
            step = "review"
        try:
            if step == "send" or len(chosen) != len(form.channel_ids):
                # Accounts that were not offered go to the action as well: it refuses, and writes that down.
                return self._send(form)
            self._check(form, chosen)
            due_at(self._send_at(form), now=clock.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(refusal, self.template, **self._context(form, channels))
        return self.render(
            "publishing/compose_review.html",
            form=form,
            wordings=wordings(form, chosen),
            total=len(chosen),
            variants=form.variants.items(),
            send_at=self._send_at(form),
        )

    def _send(self, form: ComposeForm) -> HttpResponse:
        post = publish_post(
            actor=self.actor,
            text=form.text,
            variants=form.variants,
            channel_ids=sorted(form.channel_ids),
            form_key=form.form_key,
            now=clock.now(),
            send_at=self._send_at(form),
        )
        return self.redirect("publishing:post", post.pk)

    def _send_at(self, form: ComposeForm) -> datetime | None:
        zone = self.request.user.force.zone  # type: ignore[union-attr]  # a Page is signed in
        return moment_on_the_wall(form.send_at, zone=zone) if form.send_at else None

    def _check(self, form: ComposeForm, chosen: list[Channel]) -> None:
        if not form.text.strip() and not form.variants:
            raise Unprocessable(_("Write what you want to say."), "text")
        if not chosen:
            raise Unprocessable(_("Choose at least one account to post to."), "channels")
        for wording in wordings(form, chosen):
            if not wording.text:
                raise Unprocessable(
                    _("Write a text for %(network)s too.") % {"network": wording.network.name}, "text"
                )
            if wording.problem:
                field = f"variant_{wording.network.slug}"
                raise Unprocessable(wording.problem, field)

    def _page(self, form: ComposeForm, channels: list[Channel]) -> HttpResponse:
        return self.render(**self._context(form, channels))

    def _context(self, form: ComposeForm, channels: list[Channel]) -> dict[str, Any]:
        """Groups by unit in the order of the tree, the networks with their counters, what was typed."""
        groups: list[dict[str, Any]] = [
            {"unit": unit, "channels": list(members)}
            for unit, members in groupby(channels, key=lambda channel: channel.unit)
        ]
        above = units_above(channel.unit_id for channel in channels)
        for group in groups:
            group["above"] = " ".join(str(unit_id) for unit_id in above[group["unit"].pk])
        every = wordings(form, channels)
        chosen = [channel for channel in channels if channel.pk in form.channel_ids]
        unfit = [wording for wording in wordings(form, chosen) if wording.problem]
        others = sum(len(w.channels) for w in wordings(form, chosen) if not w.problem)
        return {
            "form": form,
            "groups": groups,
            "areas": _areas(groups, above),
            "wordings": every,
            "networks": [get_network(slug) for slug in sorted({channel.network for channel in channels})],
            "total": len(channels),
            "stopped": why_stopped(self.actor),
            "others_text": ngettext(
                "Leave these out and go on with %(n)s account",
                "Leave these out and go on with %(n)s accounts",
                others,
            )
            % {"n": others}
            if unfit and others
            else "",
            "first": chosen[0] if chosen else (channels[0] if channels else None),
        }

    def _preselected(self, channels: list[Channel]) -> list[Channel]:
        try:
            if unit := self.request.GET.get("unit"):
                below = set(units_below(UUID(unit)))
                return [channel for channel in channels if channel.unit_id in below]
            if wanted := self.request.GET.get("channel"):
                return [channel for channel in channels if channel.pk == UUID(wanted)]
        except ValueError:
            return []
        return channels if len(channels) == 1 else []


def _areas(groups: list[dict[str, Any]], above: dict[UUID, list[UUID]]) -> list[dict[str, Any]]:
    """The units with more than one unit's accounts below them, but not all: one tick for each."""
    counts: Counter[UUID] = Counter(unit_id for group in groups for unit_id in above[group["unit"].pk])
    wanted = [unit_id for unit_id, members in counts.items() if 1 < members < len(groups)]
    totals: Counter[UUID] = Counter()
    for group in groups:
        totals.update(dict.fromkeys(above[group["unit"].pk], len(group["channels"])))
    units = Unit.objects.filter(pk__in=wanted).order_by("code")
    return [{"unit": unit, "total": totals[unit.pk]} for unit in units]
