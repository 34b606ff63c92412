"""What can I do? A plain list per account, for everybody; and the same about others for those who may look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.declared import Permission, all_permissions, permission_named
from accounts.access.explain import explain
from accounts.access.gate import require
from accounts.access.who import HeldTier, answers_at, rights_of
from accounts.models import Answer, Channel, Unit, User
from accounts.organisation_queries import people_of, today_of
from accounts.permissions import VIEW_ORGANISATION
from accounts.queries import user_of
from accounts.web.why import headline_of, said_of, steps_of, tone_of
from accounts.whose_approval import approvers_at, channels_for_person
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.keyset import page
from hqdash.base.pages import Page

SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One account and what somebody may do with it."""

    channel: Channel
    cells: list[dict[str, Any]]
    approvers: list[str]


class MyPermissions(Page):
    """My own rights, account by account."""

    template = "accounts/my_permissions.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """``after`` leads to further accounts."""
        return self.render(**about(user_of(self.actor), request.GET.get("after", "")), is_me=True)


class PermissionsOf(Page):
    """The same about somebody else."""

    template = "accounts/my_permissions.html"

    def get(self, request: HttpRequest, user_id: UUID) -> HttpResponse:
        """404 for somebody who works where the actor may not look."""
        require(self.actor, VIEW_ORGANISATION)
        people = people_of(self.actor, today_of(self.actor, clock.now()))
        user: User = get_object_or_404(people, pk=user_id)
        return self.render(**about(user, request.GET.get("after", "")), is_me=user.pk == self.actor.user_id)


def about(user: User, after: str) -> dict[str, Any]:
    """Their tiers with what these allow, and their accounts with what they may do there."""
    now = clock.now()
    tiers = rights_of(user, at=now)
    found = page(
        channels_for_person(user, now),
        order=("unit__code", "network", "handle", "id"),
        after=after,
        size=SIZE,
    )
    doing = [each for each in all_permissions() if each.goes_out or each.speaks]
    answers = answers_at(user, doing, found.items, at=now)
    asking = {
        channel.unit_id
        for channel in found.items
        if any(answers[channel.pk, each.name] == Answer.APPROVAL for each in doing)
    }
    approvers = approvers_at(user, asking, doing, moment=now)
    return {
        "person": user,
        "tiers": tiers,
        "rights": _rights(tiers),
        "doing": doing,
        "groups": _grouped(found.items, doing, answers, approvers),
        "next_cursor": found.next_cursor,
        "moment": now,
    }


def _rights(tiers: list[HeldTier]) -> list[dict[str, Any]]:
    return [
        {
            "tier": tier,
            "allowed": [each for each in tier.rights if each.answer == Answer.ALLOWED],
            "approval": [each for each in tier.rights if each.answer == Answer.APPROVAL],
            "elsewhere": [each for each in tier.rights if each.elsewhere],
        }
        for tier in tiers
    ]


def _grouped(
    channels: list[Channel],
    doing: list[Permission],
    answers: dict[tuple[UUID, str], Answer],
    approvers: dict[tuple[UUID, str], list[str]],
) -> list[dict[str, Any]]:
    groups: dict[UUID, tuple[Unit, list[Line]]] = {}
    for channel in channels:
        cells = [{"permission": each, "answer": answers[channel.pk, each.name]} for each in doing]
        names = {
            name
            for each in doing
            if answers[channel.pk, each.name] == Answer.APPROVAL
            for name in approvers.get((channel.unit_id, each.name), [])
        }
        groups.setdefault(channel.unit_id, (channel.unit, []))[1].append(Line(channel, cells, sorted(names)))
    return [{"unit": unit, "lines": lines} for unit, lines in groups.values()]


class WhyNot(Page):
    """The chain behind one answer, about oneself."""

    template = "accounts/why_not.html"

    def get(self, request: HttpRequest, channel_id: UUID) -> HttpResponse:
        """``act`` names the right; 404 for an account that is none of the actor's."""
        return self._explained(user_of(self.actor), channel_id, reverse("accounts:my_permissions"))

    def _explained(self, user: User, channel_id: UUID, back: str) -> HttpResponse:
        now = clock.now()
        channel = get_object_or_404(channels_for_person(user, now), pk=channel_id)
        permission = permission_named(self.request.GET.get("act", ""))
        if permission is None:
            raise Unprocessable(_("Choose one of the rights."), "act")
        explanation = explain(user, permission, channel)
        return self.render(
            person=user,
            channel=channel,
            permission=permission,
            tone=tone_of(explanation),
            headline=headline_of(tone_of(explanation)),
            said=said_of(explanation),
            steps=steps_of(explanation),
            back=back,
        )


class WhyNotOf(WhyNot):
    """The same about somebody else."""

    def get(self, request: HttpRequest, user_id: UUID, channel_id: UUID) -> HttpResponse:  # type: ignore[override]
        """For those who may look into the organisation."""
        require(self.actor, VIEW_ORGANISATION)
        people = people_of(self.actor, today_of(self.actor, clock.now()))
        user: User = get_object_or_404(people, pk=user_id)
        return self._explained(user, channel_id, reverse("accounts:permissions_of", args=[user.pk]))
