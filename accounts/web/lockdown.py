"""The page from which a force is silenced in one act, and given its voice back by two people."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access.gate import can
from accounts.actions.lockdown import lock_outbound, take_back_unlock, unlock_outbound, what_is_stopped
from accounts.lockdown_queries import force_of, open_lockdown, past_lockdowns
from accounts.models.lockdown import WORD_HOLDS
from accounts.permissions import LOCK_FORCE, UNLOCK_FORCE
from accounts.sign_in.step_up import StepUp
from hqdash.base import clock
from hqdash.base.errors import Refusal, Unprocessable
from hqdash.base.pages import Page

TEMPLATE = "accounts/lockdown.html"
WORDS = "stop all posts"
"""Typed by hand: three words are quick in an emergency, and nobody types them by mistake."""


def _context(page: Page, **more: Any) -> dict[str, Any]:
    actor, now = page.actor, clock.now()
    lockdown = open_lockdown(actor)
    waits = lockdown is not None and lockdown.waits_for_second(now)
    return {
        "lockdown": lockdown,
        "waits": waits,
        "word_ends": lockdown.first_unlock_at + WORD_HOLDS
        if lockdown is not None and lockdown.first_unlock_at is not None
        else None,
        "own_word": waits and lockdown is not None and lockdown.first_unlock_by_id == actor.user_id,
        "stopped": what_is_stopped(actor),
        "past": past_lockdowns(actor)[:10],
        "can_lock": can(actor, LOCK_FORCE),
        "can_unlock": can(actor, UNLOCK_FORCE),
        "whole_force": force_of(actor),
        "words": WORDS,
        **more,
    }


class LockdownPage(Page):
    """Whether the force is locked, what that stops, and what the reader may do about it."""

    template = TEMPLATE

    def get(self, request: HttpRequest) -> HttpResponse:
        """Everybody of the force may look: it says why nothing goes out."""
        return self.render(**_context(self))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Lock. ``words`` are the three words, ``reason`` says why; nobody is asked for a password in a fire."""
        try:
            typed = " ".join(request.POST.get("words", "").casefold().split())
            if can(self.actor, LOCK_FORCE) and typed != WORDS:
                raise Unprocessable(
                    _("Type the three words “%(words)s” to lock.") % {"words": WORDS}, "words"
                )
            lock_outbound(
                actor=self.actor,
                reason=request.POST.get("reason", ""),
                now=clock.now(),
                keep_session=request.session.session_key or "",
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(refusal, TEMPLATE, **_context(self, typed=request.POST))
        return self.redirect(
            "accounts:lockdown", note=_("Locked. Nothing goes out, and everybody else is signed out.")
        )


class Unlock(StepUp, Page):
    """One of the two words that end a lock-down; each person proves a second factor just before."""

    needs_second_factor = True

    def post(self, request: HttpRequest) -> HttpResponse:
        """The first word waits 15 minutes for the second."""
        try:
            lockdown = unlock_outbound(actor=self.actor, now=clock.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(refusal, TEMPLATE, **_context(self))
        if lockdown.ended_at is not None:
            note = _("Unlocked. What was held back waits until somebody releases it.")
        else:
            note = _("Your word stands for 15 minutes. Now a second person has to unlock.")
        return self.redirect("accounts:lockdown", note=note)


class TakeBackUnlock(Page):
    """Withdraw one's word."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Only the person who gave it can."""
        try:
            take_back_unlock(actor=self.actor, now=clock.now())
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(refusal, TEMPLATE, **_context(self))
        return self.redirect("accounts:lockdown", note=_("Your word is taken back. The force stays locked."))
