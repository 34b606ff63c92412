"""Tells administrators on the wall who was stopped, and everybody who may post what is held back."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import can
from accounts.permissions import MANAGE_PEOPLE
from hqdash.base.actor import Actor
from hqdash.base.cards import Desk, Need, Window, hang
from publishing.actions.held import held_for
from publishing.models import PersonStop
from publishing.permissions import PUBLISH_POST


def needs(actor: Actor, window: Window) -> list[Need]:
    """A stopped person comes before all else: a thief may be at work."""
    found = []
    if can(actor, MANAGE_PEOPLE):
        stopped = PersonStop.objects.filter(lifted_at=None).values_list("person__username", flat=True)
        if names := ", ".join(stopped.order_by("-at")[:5]):
            sentence = _("%(who)s was stopped for posting too fast: call them now") % {"who": names}
            found.append(Need(sentence, reverse("publishing:stops"), weight=200))
    if can(actor, PUBLISH_POST) and (held := held_for(actor).count()):
        sentence = ngettext(
            "%(n)s delivery is held back: release or cancel it",
            "%(n)s deliveries are held back: release or cancel each",
            held,
        )
        found.append(Need(sentence % {"n": held}, reverse("publishing:held"), weight=120))
    return found


hang(
    Desk(
        slug="hijack",
        order=5,
        allowed=lambda actor: can(actor, MANAGE_PEOPLE) or can(actor, PUBLISH_POST),
        needs=needs,
    )
)
