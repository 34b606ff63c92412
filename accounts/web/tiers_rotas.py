"""The rotas of the force: which team works when, seen ten days ahead, and new ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.access.facts import pattern_of
from accounts.access.gate import can, require
from accounts.access.shifts import Window, shift_at, two_two_two_four, window_on
from accounts.actions.rotas import add_rota, retire_rota
from accounts.models import Force, Rota
from accounts.organisation_queries import root_unit, today_of
from accounts.permissions import CHANGE_TIERS, VIEW_ORGANISATION
from accounts.tier_queries import rotas_of_force
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.pages import Page

DAYS = 10
_SHIFT = re.compile(r"\s*(\d{1,3})\s+(.+?)\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s*\Z")
_TEAM = re.compile(r"\s*(.+?)\s*\+\s*(\d{1,3})\s*\Z")


class Rotas(Page):
    """Every rota in use with the coming days of its teams, and a form for a new one."""

    template = "accounts/rotas.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The rotas."""
        require(self.actor, VIEW_ORGANISATION)
        return self.render(**self._frame({}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add a rota: 2-2-2-4, or shifts written line by line."""
        require(self.actor, VIEW_ORGANISATION)
        form = request.POST
        try:
            windows, days = self._windows(form)
            rota = add_rota(
                actor=self.actor,
                name=form.get("name", ""),
                cycle_days=days,
                first_day=_day(form.get("first_day", "")),
                windows=windows,
                teams=list(_teams(form.get("teams", ""))),
                now=clock.now(),
            )
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._frame(form))
        return self.redirect("accounts:rotas", note=_("%(rota)s is there.") % {"rota": rota})

    def _windows(self, form: Any) -> tuple[list[Window], int]:
        if form.get("kind") != "free":
            hours = [(_time(form, f"{name}_from"), _time(form, f"{name}_to")) for name in _HOURS]
            names = (_("Early"), _("Late"), _("Night"))
            return list(two_two_two_four(hours[0], hours[1], hours[2], names)), 10
        days = form.get("cycle_days", "")
        if not days.isdecimal():
            raise Unprocessable(_("Say how many days a cycle has."), "cycle_days")
        return list(_shifts(form.get("shifts", ""))), int(days[:6])

    def _frame(self, typed: Any) -> dict[str, Any]:
        force: Force = self.request.user.force  # type: ignore[union-attr]
        today = today_of(self.actor, clock.now())
        days = [today + timedelta(days=n) for n in range(DAYS)]
        return {
            "rotas": [
                {
                    "rota": rota,
                    "teams": [{"team": team, "cells": _line(team, days, force)} for team in rota.teams.all()],
                }
                for rota in rotas_of_force()
            ],
            "days": days,
            "today": today,
            "typed": typed,
            "can_change": can(self.actor, CHANGE_TIERS, root_unit()),
        }


class RetireRota(Page):
    """Offers a rota for new roles no more."""

    def post(self, request: HttpRequest, rota_id: UUID) -> HttpResponse:
        """Refused while somebody holds a role by it."""
        require(self.actor, VIEW_ORGANISATION)
        rota: Rota = get_object_or_404(rotas_of_force(), pk=rota_id)
        try:
            retire_rota(actor=self.actor, rota=rota, now=clock.now())
        except Unprocessable as refusal:
            view = Rotas()
            view.setup(request)
            return self.refused(refusal, Rotas.template, **view._frame({}))
        return self.redirect("accounts:rotas", note=_("%(rota)s is retired.") % {"rota": rota})


_HOURS = ("early", "late", "night")


def _line(team: Any, days: list[date], force: Force) -> list[dict[str, Any]]:
    """What a team works on each day: the shift that begins on it."""
    pattern = pattern_of(team, force.zone)
    cells = []
    for day in days:
        first = datetime.combine(day, time.min, tzinfo=force.zone)
        shifts = {
            shift.starts_at: shift
            for hour in range(24)
            if (shift := shift_at(pattern, first + timedelta(hours=hour))) and shift.starts_at.date() == day
        }
        cells.append({"day": day, "shifts": [shifts[at] for at in sorted(shifts)]})
    return cells


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise Unprocessable(_("Give the first day of a cycle."), "first_day") from None


def _time(form: Any, field: str) -> time:
    try:
        return time.fromisoformat(form.get(field, ""))
    except ValueError:
        raise Unprocessable(_("Give each shift its hours, such as 07:00 and 15:00."), field) from None


def _shifts(words: str) -> Iterable[Window]:
    """Lines such as "1 Early 07:00-15:00": the day of the cycle, the name, the hours."""
    for number, line in enumerate(filter(str.strip, words.splitlines()), start=1):
        found = _SHIFT.match(line)
        try:
            if found is None:
                raise ValueError
            day, name, starts, ends = found.groups()
            yield window_on(
                int(day) - 1, time.fromisoformat(starts.zfill(5)), time.fromisoformat(ends.zfill(5)), name
            )
        except ValueError:
            raise Unprocessable(
                _("Shift %(n)d, “%(line)s”: write it as 1 Early 07:00-15:00.")
                % {"n": number, "line": line.strip()[:60]},
                "shifts",
            ) from None


def _teams(words: str) -> Iterable[tuple[str, int]]:
    """Lines such as "Team A +0": the name, and the days behind the first."""
    for line in filter(str.strip, words.splitlines()):
        found = _TEAM.match(line)
        if found is None:
            raise Unprocessable(
                _("“%(line)s”: write a team as Team A +0, with the days behind the first.")
                % {"line": line.strip()[:60]},
                "teams",
            )
        yield found.group(1), int(found.group(2))
