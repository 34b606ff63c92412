"""Adds a unit, and changes one: its name and order at once, its place and its end by two administrators."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access.gate import can, require
from accounts.actions.changes import collect
from accounts.actions.organisation import add_unit
from accounts.actions.units import order_unit, rename_unit, reopen_unit
from accounts.models import Unit
from accounts.organisation_queries import root_unit, siblings_of, today_of
from accounts.permissions import CHANGE_TIERS, MANAGE_ORGANISATION
from accounts.web.organisation import chosen_unit, unit_of
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.pages import Page


class AddUnit(Page):
    """A new unit below another one."""

    template = "accounts/unit_add.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """``parent`` is the unit that the button was pressed on."""
        parent = unit_of(self, request.GET["parent"]) if request.GET.get("parent") else root_unit()
        require(self.actor, MANAGE_ORGANISATION, parent)
        return self.render(typed={"parent": parent.code})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add it; what was typed comes back with the reason if that is not possible."""
        try:
            unit = add_unit(
                actor=self.actor,
                name=request.POST.get("name", ""),
                code=request.POST.get("code", ""),
                parent=chosen_unit(self, request.POST, "parent"),
            )
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, typed=request.POST)
        return self.redirect(
            "accounts:organisation",
            query={"unit": str(unit.pk)},
            note=_("%(unit)s is there. Nobody holds a role on it yet.") % {"unit": unit},
        )


class EditUnit(Page):
    """Everything that can be changed about a unit, each with its own button."""

    template = "accounts/unit_edit.html"

    def get(self, request: HttpRequest, unit_id: UUID) -> HttpResponse:
        """The forms as the unit is."""
        unit = unit_of(self, unit_id)
        require(self.actor, MANAGE_ORGANISATION, unit)
        return self.render(**self._frame(unit, {}))

    def post(self, request: HttpRequest, unit_id: UUID) -> HttpResponse:
        """``do`` is rename, order, move, close or reopen."""
        unit = unit_of(self, unit_id)
        acts = {
            "rename": self._rename,
            "order": self._order,
            "move": self._move,
            "close": self._close,
            "reopen": self._reopen,
        }
        try:
            act = acts.get(request.POST.get("do", ""))
            if act is None:
                raise Unprocessable(_("Choose what to change."))
            note = act(unit)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._frame(unit, request.POST))
        return self.redirect("accounts:organisation", query={"unit": str(unit.pk)}, note=note)

    def _rename(self, unit: Unit) -> str:
        name = self.request.POST.get("name", "")
        before = unit.name
        if rename_unit(actor=self.actor, unit=unit, name=name, now=clock.now()):
            return _("%(before)s is called %(unit)s now.") % {"before": before, "unit": unit}
        return _("It is called that already.")

    def _order(self, unit: Unit) -> str:
        wanted = self.request.POST.get("after", "")
        siblings = {str(each.pk): each for each in siblings_of(unit)}
        if wanted and wanted not in siblings:
            raise Unprocessable(_("Choose one of the units beside it."), "after")
        after = siblings.get(wanted)
        if order_unit(actor=self.actor, unit=unit, after=after, now=clock.now()):
            return _("%(unit)s stands in its new place.") % {"unit": unit}
        return _("It stands there already.")

    def _move(self, unit: Unit) -> str:
        parent = chosen_unit(self, self.request.POST, "parent")
        collect(actor=self.actor, now=clock.now(), kind="unit.move", unit=unit, parent=parent)
        return _("Collected: %(unit)s moves below %(parent)s. Propose it when you are done.") % {
            "unit": unit,
            "parent": parent,
        }

    def _close(self, unit: Unit) -> str:
        day = self._day()
        collect(
            actor=self.actor,
            now=clock.now(),
            kind="unit.close",
            unit=unit,
            on=day,
            with_everything_below=self.request.POST.get("below") == "1",
        )
        return _("Collected: %(unit)s closes on %(day)s. Propose it when you are done.") % {
            "unit": unit,
            "day": f"{day:%-d %B %Y}",
        }

    def _reopen(self, unit: Unit) -> str:
        reopen_unit(actor=self.actor, unit=unit, now=clock.now())
        return _("%(unit)s is open again. Roles that ended with it stay ended.") % {"unit": unit}

    def _day(self) -> date:
        try:
            day = date.fromisoformat(self.request.POST.get("on", ""))
        except ValueError:
            raise Unprocessable(_("Give the day on which it closes."), "on") from None
        if day < today_of(self.actor, clock.now()):
            raise Unprocessable(_("That day has passed. A unit closes today or later."), "on")
        return day

    def _frame(self, unit: Unit, typed: Any) -> dict[str, Any]:
        return {
            "unit": unit,
            "typed": typed,
            "siblings": siblings_of(unit),
            "today": today_of(self.actor, clock.now()),
            "can_change": can(self.actor, CHANGE_TIERS, unit),
        }
