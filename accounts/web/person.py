"""One person: what they hold, where they are signed in, and what an administrator can do for them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import require
from accounts.actions.invitations import invite_again, revoke_invitation
from accounts.actions.leaving import come_back, leave
from accounts.actions.people import set_email
from accounts.actions.second_factors import reset_second_factor
from accounts.actions.sessions import end_all_sessions, end_session
from accounts.audit.reading_log import note_read
from accounts.audited import PERSON_READ
from accounts.leaving import belongings_of
from accounts.models import User
from accounts.people_queries import factors_of, grants_of, heirs_for, open_link_of, people_for
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.factors import missing_factor
from accounts.sign_in.letters import tell_of_reset
from accounts.sign_in.lockout import locked_out
from accounts.sign_in.step_up import StepUp
from accounts.web.people import show_link, shown_person
from accounts.web.security import shown_sessions
from hqdash.base import clock
from hqdash.base.errors import Conflict, Unprocessable
from hqdash.base.pages import Page


class OnPerson(Page):
    """A page about somebody whom the actor may manage; everybody else does not exist for them."""

    def person(self, user_id: UUID) -> User:
        """404 for whom the actor may not manage."""
        require(self.actor, MANAGE_PEOPLE)
        return get_object_or_404(people_for(self.actor, now=clock.now()), pk=user_id)

    def context(self, user: User) -> dict[str, Any]:
        """Everything on the page."""
        now = clock.now()
        return shown_person(user, is_locked=user.username in locked_out([user.username])) | {
            "person": user,
            "is_oneself": user.pk == self.actor.user_id,
            "grants": grants_of(user, now=now),
            "sessions": shown_sessions(user),
            "factors": factors_of(user),
            "missing": missing_factor(user),
            "link": open_link_of(user, now=now),
        }


class PersonPage(OnPerson):
    """Reading it is an act of its own, and stands in the book."""

    template = "accounts/person.html"

    def get(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """The person as they are now."""
        user = self.person(user_id)
        note_read(self.actor, PERSON_READ, user)
        return self.render(**self.context(user))

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Keep another e-mail address."""
        user = self.person(user_id)
        typed = request.POST.get("email", "")
        try:
            set_email(actor=self.actor, user=user, email=typed)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self.context(user), typed_email=typed)
        return self.redirect("accounts:person", user.pk, note=_("Saved."))


class NewLink(StepUp, OnPerson):
    """POST: a fresh one-time link, shown once."""

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """The link, or the person's page with why not."""
        user = self.person(user_id)
        try:
            return show_link(self, invite_again(actor=self.actor, user=user, now=clock.now()))
        except (Unprocessable, Conflict) as refusal:
            return self.refused(refusal, "accounts/person.html", **self.context(user))


class RevokeLink(OnPerson):
    """POST: the open link stops working."""

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Back to the person."""
        user = self.person(user_id)
        revoke_invitation(actor=self.actor, user=user, now=clock.now())
        return self.redirect("accounts:person", user.pk, note=_("The link does not work any more."))


class ResetSecondFactor(StepUp, OnPerson):
    """For somebody who lost what they sign in with and has no recovery code left."""

    template = "accounts/person_reset.html"

    def get(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """What will happen, and the reason."""
        return self.render(**self.context(self.person(user_id)))

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """The link with which they begin anew."""
        user, reason = self.person(user_id), request.POST.get("reason", "")
        try:
            handed_out = reset_second_factor(actor=self.actor, user=user, now=clock.now(), reason=reason)
        except (Unprocessable, Conflict) as refusal:
            return self.refused(refusal, self.template, **self.context(user), reason=reason)
        tell_of_reset(user, sender=self.actor.username)
        return show_link(self, handed_out)


class EndSession(OnPerson):
    """POST: sign the person out on one device."""

    def post(self, request: HttpRequest, user_id: UUID, session_id: UUID) -> HttpResponse:
        """Back to the person."""
        user = self.person(user_id)
        end_session(actor=self.actor, user=user, session_id=session_id)
        return self.redirect("accounts:person", user.pk, note=_("Signed out on that device."))


class EndSessions(OnPerson):
    """POST: sign the person out everywhere."""

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Back to the person; one's own session in hand stays."""
        user = self.person(user_id)
        here = (request.session.session_key or "") if user.pk == self.actor.user_id else ""
        ended = end_all_sessions(actor=self.actor, user=user, except_key=here)
        note = ngettext("%(n)s session ended.", "%(n)s sessions ended.", ended) % {"n": ended}
        return self.redirect("accounts:person", user.pk, note=note)


class LeavePage(StepUp, OnPerson):
    """The leaver: what will happen, who takes over, one button."""

    template = "accounts/person_leave.html"

    def get(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """What there is to end and to hand over."""
        return self.render(**self.context(self.person(user_id)))

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Do it, all or nothing."""
        user = self.person(user_id)
        typed = {"heir_name": request.POST.get("heir", ""), "reason": request.POST.get("reason", "")}
        try:
            heir = self._heir(user, typed["heir_name"])
            leave(actor=self.actor, user=user, heir=heir, now=clock.now(), reason=typed["reason"])
        except (Unprocessable, Conflict) as refusal:
            return self.refused(refusal, self.template, **(self.context(user) | typed))
        return self.redirect(
            "accounts:person", user.pk, note=_("%(user)s has left. Nothing of them is open.") % {"user": user}
        )

    def context(self, user: User) -> dict[str, Any]:
        """Also what they leave behind."""
        waiting = [(kind.label, number) for kind, number in belongings_of(user) if number]
        return super().context(user) | {"waiting": waiting, "heirs": heirs_for(user)[:500]}

    def _heir(self, user: User, name: str) -> User | None:
        name = name.strip()
        if not name:
            return None
        heir = heirs_for(user).filter(username__iexact=name).first()
        if heir is None:
            raise Unprocessable(_("Nobody active is called %(name)s.") % {"name": name}, "heir")
        return heir


class ComeBack(StepUp, OnPerson):
    """POST: let somebody in again who had left."""

    def post(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """Their new link."""
        user = self.person(user_id)
        try:
            return show_link(self, come_back(actor=self.actor, user=user, now=clock.now()))
        except Conflict as refusal:
            return self.refused(refusal, "accounts/person.html", **self.context(user))
