"""Everybody of the force: who is invited, active, locked out or gone, and with what they sign in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.gate import can, require
from accounts.actions.invitations import HandedOut, invite_person
from accounts.models import User
from accounts.people_queries import STATES, narrowed, people_for, state_of, tiers_of, whole_force
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.letters import can_write, send_link
from accounts.sign_in.lockout import locked_out
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.keyset import page
from hqdash.base.pages import Page

STATE_WORDS = {
    "invited": (gettext_lazy("Invited"), "info"),
    "expired": (gettext_lazy("Link ran out"), "warn"),
    "active": (gettext_lazy("Active"), "ok"),
    "locked": (gettext_lazy("Locked out"), "bad"),
    "left": (gettext_lazy("Left"), ""),
}
FILTER_WORDS = {
    "invited": gettext_lazy("Invited, not yet in"),
    "active": gettext_lazy("Active"),
    "no_factor": gettext_lazy("Without second factor"),
    "left": gettext_lazy("Left"),
}


class People(Page):
    """The list. Filters: ``q`` (part of name or e-mail) and ``state``."""

    template = "accounts/people.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Fifty at a time, by name."""
        require(self.actor, MANAGE_PEOPLE)
        now = clock.now()
        wanted = {"q": request.GET.get("q", "").strip(), "state": request.GET.get("state", "")}
        rows = narrowed(people_for(self.actor, now=now), state=wanted["state"], words=wanted["q"])
        try:
            found = page(rows, order=("username", "id"), after=request.GET.get("after", ""), size=50)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, people=[], next_cursor="", **self._frame(wanted))
        locked = locked_out(user.username for user in found.items)
        tiers = tiers_of(found.items, now=now)
        people = [
            shown_person(user, is_locked=user.username in locked) | {"tiers": tiers.get(user.pk, [])}
            for user in found.items
        ]
        return self.render(people=people, next_cursor=found.next_cursor, **self._frame(wanted))

    def _frame(self, wanted: dict[str, str]) -> dict[str, Any]:
        return {
            "wanted": wanted,
            "states": [(state, FILTER_WORDS[state]) for state in STATES],
            "can_set_rules": can(self.actor, MANAGE_PEOPLE, whole_force()),
        }


class InvitePerson(Page):
    """A form with two fields; the answer to a good one shows the link, once."""

    template = "accounts/person_invite.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The empty form."""
        require(self.actor, MANAGE_PEOPLE)
        return self.render(typed={}, can_write=can_write())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add the person; what was typed stays where it cannot be done."""
        typed = {name: request.POST.get(name, "") for name in ("username", "email")}
        try:
            handed_out = invite_person(actor=self.actor, now=clock.now(), **typed)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, typed=typed, can_write=can_write())
        return show_link(self, handed_out)


def show_link(view: Page, handed_out: HandedOut) -> HttpResponse:
    """The one page that ever shows this link; the person gets it by mail as well, where that works."""
    user = handed_out.invitation.user
    path = reverse("open_link", args=[handed_out.token])
    address = view.request.build_absolute_uri(path)
    mailed = send_link(user, address, sender=view.actor.username)
    return view.render(
        "accounts/person_link.html",
        person=user,
        address=address,
        expires_at=handed_out.invitation.expires_at,
        mailed_to=user.email if mailed else "",
        mail_failed=bool(user.email) and can_write() and not mailed,
    )


def shown_person(user: User, *, is_locked: bool = False) -> dict[str, Any]:
    """One person in words."""
    words, tone = STATE_WORDS[state_of(user, locked=is_locked)]
    return {"user": user, "state": words, "tone": tone, "factor": _factor_words(user)}


def _factor_words(user: Any) -> str:
    if user.has_passkey and user.has_code:
        return _("Passkey and app")
    if user.has_passkey:
        return _("Passkey")
    return _("Authenticator app") if user.has_code else ""
