"""The tiers of the force: added, renamed, retired, and what they ask for at sign-in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access.gate import can, require
from accounts.actions.changes import collect
from accounts.models import Change, SecondFactor
from accounts.permissions import CHANGE_TIERS, VIEW_ORGANISATION
from accounts.tier_queries import holders_by_tier, role_for, tiers_of_force
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.pages import Page


class Tiers(Page):
    """Every tier with its number, its second factor and how many hold it."""

    template = "accounts/tiers.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list, and the forms for those who may change it."""
        require(self.actor, VIEW_ORGANISATION)
        return self.render(**self._frame({}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """``do`` is add, rename, retire or factor; each collects a change."""
        require(self.actor, VIEW_ORGANISATION)
        try:
            change = self._act(request.POST)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._frame(request.POST))
        return self.redirect("accounts:tiers", note=_("Collected: %(change)s.") % {"change": change.sentence})

    def _act(self, form: Any) -> Change:
        now, do = clock.now(), form.get("do")
        if do == "add":
            like = role_for(form["like"]) if form.get("like") else None
            return collect(
                actor=self.actor,
                now=now,
                kind="role.add",
                name=form.get("name", ""),
                number=self._number(form.get("number", "")),
                permissions=list(like.permissions) if like else [],
                with_approval=list(like.with_approval) if like else [],
                second_factor=like.second_factor if like else SecondFactor.ANY.value,
            )
        role = role_for(form.get("role", ""))
        match do:
            case "rename":
                name = form.get("name", "")
                return collect(actor=self.actor, now=now, kind="role.rename", role=role, name=name)
            case "retire":
                return collect(actor=self.actor, now=now, kind="role.retire", role=role)
            case "factor":
                wanted = form.get("second_factor", "")
                if wanted not in SecondFactor.values:
                    raise Unprocessable(_("Choose what the tier asks for at sign-in."), "second_factor")
                return collect(
                    actor=self.actor, now=now, kind="role.second_factor", role=role, second_factor=wanted
                )
        raise Unprocessable(_("Choose what to change."))

    def _number(self, typed: str) -> int:
        if not typed.isdecimal() or int(typed) > 99:
            raise Unprocessable(
                _("Give the tier a number from 0 to 99; 0 stands beside the ladder."), "number"
            )
        return int(typed)

    def _frame(self, typed: Any) -> dict[str, Any]:
        holders = holders_by_tier(clock.now())
        roles = [{"role": role, "holders": holders.get(role.pk, 0)} for role in tiers_of_force()]
        return {
            "tiers": roles,
            "typed": typed,
            "factors": SecondFactor.choices,
            "can_change": can(self.actor, CHANGE_TIERS),
        }
