"""Gives somebody a role, or ends one: collected here, in force when a second administrator says so."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.changes import collect
from accounts.models import Channel, Unit, User
from accounts.organisation_queries import channel_seen, grants_seen, person_named, root_unit
from accounts.permissions import CHANGE_TIERS
from accounts.tier_queries import role_for, rotas_of_force, team_for, tiers_of_force
from accounts.web.moments import typed_last_day, typed_moment
from accounts.web.organisation import chosen_unit, unit_of
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.pages import Page


class GiveRole(Page):
    """A role for a person, on a unit or one account, from and until, with a rota team if wanted."""

    template = "accounts/grant_give.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """``unit``, ``user`` or ``channel`` fill the form in."""
        typed = {"user": request.GET.get("user", ""), "unit": ""}
        place = unit_of(self, request.GET["unit"]) if request.GET.get("unit") else root_unit()
        require(self.actor, CHANGE_TIERS, place)
        if request.GET.get("unit"):
            typed["unit"] = place.code
        return self.render(**self._frame(typed))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Collect it; what was typed comes back with the reason if that makes no sense."""
        require(self.actor, CHANGE_TIERS)
        form = request.POST
        try:
            where = self._place()
            change = collect(
                actor=self.actor,
                now=clock.now(),
                kind="grant.give",
                user=self._user(),
                role=role_for(form.get("role", "")),
                unit=where if isinstance(where, Unit) else None,
                channel=where if isinstance(where, Channel) else None,
                starts_at=typed_moment(request, form.get("starts_at", ""), "starts_at"),
                ends_at=typed_last_day(request, form.get("ends_at", ""), "ends_at"),
                team=team_for(form.get("team", "")),
                reason=form.get("reason", "").strip()[:1000],
            )
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._frame(form))
        unit = where if isinstance(where, Unit) else where.unit
        return self.redirect(
            "accounts:organisation",
            query={"unit": str(unit.pk), "tab": "people"},
            note=_("Collected: %(change)s.") % {"change": change.sentence},
        )

    def _user(self) -> User:
        typed = self.request.POST.get("user", "").strip()
        user = person_named(self.actor, typed) if typed else None
        if user is None:
            raise Unprocessable(
                _("Nobody called %(name)s works here.") % {"name": typed}
                if typed
                else _("Type a user name."),
                "user",
            )
        return user

    def _place(self) -> Unit | Channel:
        wanted = self.request.POST.get("channel", "").strip()
        if not wanted:
            return chosen_unit(self, self.request.POST, "unit")
        try:
            channel = channel_seen(self.actor, UUID(wanted))
        except ValueError:
            channel = None
        if channel is None:
            raise Unprocessable(_("There is no such account here."), "channel")
        return channel

    def _frame(self, typed: Any) -> dict[str, Any]:
        return {"typed": typed, "roles": tiers_of_force(), "rotas": rotas_of_force()}


class EndRole(Page):
    """The end of a role that somebody holds, now or at a moment to come."""

    template = "accounts/grant_end.html"

    def get(self, request: HttpRequest, grant_id: UUID) -> HttpResponse:
        """What ends."""
        grant = get_object_or_404(grants_seen(self.actor), pk=grant_id)
        require(self.actor, CHANGE_TIERS, grant.place)
        return self.render(grant=grant)

    def post(self, request: HttpRequest, grant_id: UUID) -> HttpResponse:
        """Collect it."""
        grant = get_object_or_404(grants_seen(self.actor), pk=grant_id)
        try:
            at = typed_moment(request, request.POST.get("at", ""), "at")
            if at is not None and at <= clock.now():
                raise Unprocessable(
                    _("That moment has passed. Leave it empty to end the role at once."), "at"
                )
            change = collect(actor=self.actor, now=clock.now(), kind="grant.end", grant=grant, at=at)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, grant=grant, typed=request.POST)
        unit = grant.unit or (grant.channel.unit if grant.channel else None)
        return self.redirect(
            "accounts:organisation",
            query={"unit": str(unit.pk) if unit else "", "tab": "people"},
            note=_("Collected: %(change)s.") % {"change": change.sentence},
        )
