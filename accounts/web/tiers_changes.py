"""Changes of tiers on their way: collected, proposed with a reason, put into force or sent back by somebody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.effect import effect_of
from accounts.access.gate import can, require
from accounts.actions.changes import collect, drop_change, propose, put_into_force, send_back, withdraw
from accounts.models import Answer, ChangeSet
from accounts.permissions import APPROVE_TIERS, CHANGE_TIERS, VIEW_ORGANISATION
from accounts.sign_in.step_up import StepUp
from accounts.tier_queries import change_sets_for, own_sets, role_for
from accounts.web.organisation import unit_of
from hqdash.base import clock
from hqdash.base.errors import Conflict, NotAllowed, Refusal, Unprocessable
from hqdash.base.keyset import page
from hqdash.base.pages import Page

SHOWN = 50
"""So many people are named with what they gain or lose; the rest are counted."""


class ChangeSets(Page):
    """Sets that wait, one's own, and those that were decided."""

    template = "accounts/change_sets.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """What waits stands first; ``after`` leads to older ones that were decided."""
        require(self.actor, VIEW_ORGANISATION)
        sets = change_sets_for(self.actor)
        decided = sets.filter(state__in=(ChangeSet.State.IN_FORCE, ChangeSet.State.SENT_BACK))
        found = page(decided, order=("-opened_at", "-id"), after=request.GET.get("after", ""), size=30)
        return self.render(
            waiting=sets.filter(state=ChangeSet.State.PROPOSED).order_by("proposed_at")[:100],
            mine=own_sets(self.actor)[:20],
            decided=found.items,
            next_cursor=found.next_cursor,
            can_approve=can(self.actor, APPROVE_TIERS),
        )


class ChangeSetPage(Page):
    """One set: its changes, who gains and who loses, and what can be done with it."""

    template = "accounts/change_set.html"

    def get(self, request: HttpRequest, change_set_id: UUID) -> HttpResponse:
        """404 for one that is still being collected by somebody else."""
        return self.render(**frame_of(self, found(self, change_set_id)))

    def post(self, request: HttpRequest, change_set_id: UUID) -> HttpResponse:
        """``do`` is drop, propose, withdraw or send_back."""
        change_set = found(self, change_set_id)
        try:
            note = self._act(change_set)
        except (Unprocessable, Conflict) as refusal:
            fresh = found(self, change_set_id)
            return self.refused(
                refusal, self.template, **frame_of(self, fresh), typed=request.POST.get("reason", "")
            )
        if request.POST.get("do") == "drop" and change_set.changes.exists():
            return self.redirect("accounts:change_set", change_set.pk, note=note)
        return self.redirect("accounts:change_sets", note=note)

    def _act(self, change_set: ChangeSet) -> str:
        now, reason = clock.now(), self.request.POST.get("reason", "")
        match self.request.POST.get("do"):
            case "drop":
                wanted = self.request.POST.get("change", "")
                change = next((each for each in change_set.changes.all() if str(each.pk) == wanted), None)
                if change is None:
                    raise Conflict(_("This change is no longer in the set."))
                drop_change(actor=self.actor, change=change)
                return _("Dropped: %(change)s.") % {"change": change.sentence}
            case "propose":
                propose(actor=self.actor, change_set=change_set, reason=reason, now=now)
                return _("Proposed. Another administrator puts it into force.")
            case "withdraw":
                withdraw(actor=self.actor, change_set=change_set, now=now)
                return _("Withdrawn. Nothing has changed.")
            case "send_back":
                send_back(actor=self.actor, change_set=change_set, reason=reason, now=now)
                return _("Sent back to %(user)s.") % {"user": change_set.proposed_by.username}
        raise Unprocessable(_("Choose what to do with these changes."))


class PutIntoForce(StepUp, Page):
    """The last look before changes come into force; only for somebody who has just proved who they are."""

    template = "accounts/change_set_force.html"

    def get(self, request: HttpRequest, change_set_id: UUID) -> HttpResponse:
        """The changes and their effect once more."""
        require(self.actor, APPROVE_TIERS)
        return self.render(**frame_of(self, found(self, change_set_id)))

    def post(self, request: HttpRequest, change_set_id: UUID) -> HttpResponse:
        """Make everything in the set true, or nothing."""
        change_set = found(self, change_set_id)
        try:
            put_into_force(actor=self.actor, change_set=change_set, now=clock.now())
        except (Unprocessable, Conflict, NotAllowed) as refusal:
            return self.refused(refusal, self.template, **frame_of(self, found(self, change_set_id)))
        return self.redirect("accounts:change_sets", note=_("In force. Everybody can do what they now may."))


class ChangeEffect(Page):
    """The effect of a set in one line, for the bar below the matrix."""

    def get(self, request: HttpRequest, change_set_id: UUID) -> HttpResponse:
        """Words alone."""
        change_set = found(self, change_set_id)
        try:
            return HttpResponse(effect_of(self.actor, change_set).summary, content_type="text/plain")
        except Refusal as refusal:
            return HttpResponse(refusal.sentence, content_type="text/plain")


class TierAnswer(Page):
    """Collects what a tier shall say to a right, here or in the whole force."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """``role``, ``permission``, ``answer`` ("" lets the unit say what those above it say) and ``unit``."""
        unit = unit_of(self, request.POST["unit"]) if request.POST.get("unit") else None
        answer = request.POST.get("answer", "")
        if answer not in Answer.values and (answer or unit is None):
            raise Unprocessable(_("Choose allowed, approval or not allowed."), "answer")
        change = collect(
            actor=self.actor,
            now=clock.now(),
            kind="answer.set",
            role=role_for(request.POST.get("role", "")),
            permission=request.POST.get("permission", ""),
            unit=unit,
            answer=answer or None,
        )
        return self.redirect(
            "accounts:organisation",
            query={"unit": str(unit.pk)} if unit else None,
            note=_("Collected: %(change)s.") % {"change": change.sentence},
        )


def found(page_: Page, change_set_id: UUID) -> ChangeSet:
    """The set of an address; 404 if it is not for this person to read."""
    require(page_.actor, VIEW_ORGANISATION)
    return get_object_or_404(change_sets_for(page_.actor), pk=change_set_id)


def frame_of(page_: Page, change_set: ChangeSet) -> dict[str, Any]:
    """What both pages about a set show."""
    is_undecided = change_set.state in (
        ChangeSet.State.OPEN,
        ChangeSet.State.PROPOSED,
        ChangeSet.State.SENT_BACK,
    )
    effect = effect_of(page_.actor, change_set) if is_undecided else None
    is_mine = change_set.proposed_by_id == page_.actor.user_id
    return {
        "set": change_set,
        "changes": list(change_set.changes.all()),
        "effect": effect,
        "summary": _summary(len(effect.gains), len(effect.losses)) if effect else "",
        "shown_slice": f":{SHOWN}",
        "is_mine": is_mine,
        "can_edit": is_mine and change_set.can_be_edited and can(page_.actor, CHANGE_TIERS),
        "can_decide": (
            not is_mine and change_set.state == ChangeSet.State.PROPOSED and can(page_.actor, APPROVE_TIERS)
        ),
    }


def _summary(gains: int, losses: int) -> str:
    gain = ngettext("%(n)d person gains", "%(n)d people gain", gains) % {"n": gains}
    return _("%(gain)s, %(losses)d lose") % {"gain": gain, "losses": losses}
