"""The page "Organisation and tiers": the tree, one unit with its tabs, and why somebody may do something there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.access.gate import can, require
from accounts.models import Answer, Unit
from accounts.organisation_queries import (
    channels_in,
    counts_of_force,
    root_unit,
    today_of,
    units_named,
    units_of_organisation,
    way_to,
)
from accounts.permissions import CHANGE_TIERS, MANAGE_ORGANISATION, VIEW_AUDIT, VIEW_ORGANISATION
from accounts.tier_queries import set_being_collected, sets_waiting
from accounts.tree_queries import children_for, tree_for
from accounts.web.organisation_tabs import tab_of
from accounts.web.why import Question, asked
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.pages import Page

FOUND = 50
OPEN = 20
"""So many branches beside the way to the unit may be open by the address."""


class Organisation(Page):
    """Tree, unit and explanation."""

    template = "accounts/organisation.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """``unit``, ``tab`` (tiers, people, accounts, route), ``find``, ``open``, ``closed``, and a question."""
        require(self.actor, VIEW_ORGANISATION)
        now = clock.now()
        day = today_of(self.actor, now)
        closed = request.GET.get("closed") == "1"
        unit = self._unit(request.GET.get("unit", ""))
        find = request.GET.get("find", "").strip()[:100]
        question = asked(self.actor, request.GET, unit, now=now)
        try:
            tab = tab_of(self.actor, unit, request.GET, now=now)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._frame(unit, question, closed=closed))
        return self.render(
            **self._frame(unit, question, closed=closed),
            branches=tree_for(
                self.actor,
                selected=unit,
                opened=_ids(request.GET.get("open", "")),
                day=day,
                now=now,
                closed=closed,
            ),
            find=find,
            found=list(units_named(self.actor, find, day, closed=closed)[: FOUND + 1]) if find else [],
            most_found=FOUND,
            **tab,
        )

    def _unit(self, wanted: str) -> Unit | None:
        if not wanted:
            return None
        units = units_of_organisation(self.actor, today_of(self.actor, clock.now()), closed=True)
        return get_object_or_404(units, pk=_id_or_none(wanted))

    def _frame(self, unit: Unit | None, question: Question, *, closed: bool) -> dict[str, Any]:
        own = set_being_collected(self.actor)
        place = unit or root_unit()
        return {
            "unit": unit,
            "way": way_to(unit) if unit else [],
            "closed": closed,
            "question": question,
            "counts": counts_of_force(),
            "collected": own,
            "waiting": sets_waiting(self.actor),
            "can_audit": can(self.actor, VIEW_AUDIT),
            "answers": Answer.choices,
            "can_manage": can(self.actor, MANAGE_ORGANISATION, place),
            "can_change": can(self.actor, CHANGE_TIERS, place),
            "unit_channels": channels_in(place).order_by("network", "handle")[:100],
        }


class UnitChildren(Page):
    """Those directly below a unit, for a tree that is opened there."""

    template = "accounts/organisation_branch.html"

    def get(self, request: HttpRequest, unit_id: UUID) -> HttpResponse:
        """``from`` skips those that are drawn already."""
        require(self.actor, VIEW_ORGANISATION)
        now = clock.now()
        day = today_of(self.actor, now)
        closed = request.GET.get("closed") == "1"
        unit = get_object_or_404(units_of_organisation(self.actor, day, closed=True), pk=unit_id)
        start = request.GET.get("from", "0")
        branch = children_for(
            self.actor,
            unit,
            start=min(int(start), 1_000_000) if start.isdecimal() else 0,
            day=day,
            now=now,
            closed=closed,
        )
        return self.render(branch=branch, closed=closed)


def unit_of(page: Page, unit_id: UUID | str) -> Unit:
    """The unit of an address, closed or not; 404 if it is not for this person to see."""
    day = today_of(page.actor, clock.now())
    units = units_of_organisation(page.actor, day, closed=True)
    return get_object_or_404(units.select_related("parent"), pk=_id_or_none(str(unit_id)))


def chosen_unit(page: Page, form: Mapping[str, Any], field: str) -> Unit:
    """The unit that was typed by its code, or by its name where only one bears it.

    Raises:
        Unprocessable: there is none, or several.
    """
    typed = str(form.get(field, "")).strip()
    units = units_of_organisation(page.actor, today_of(page.actor, clock.now()))
    if not typed:
        raise Unprocessable(_("Choose a unit."), field)
    found = list(units.filter(code=typed)) or list(units.filter(name__iexact=typed)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise Unprocessable(_("Several units are called %(name)s: use the code.") % {"name": typed}, field)
    raise Unprocessable(_("There is no unit with the code or name %(name)s.") % {"name": typed}, field)


def _ids(words: str) -> list[UUID]:
    ids = (_id_or_none(word) for word in words.split(",")[:OPEN])
    return [each for each in ids if each is not None]


def _id_or_none(word: str) -> UUID | None:
    try:
        return UUID(word)
    except ValueError:
        return None
