"""The JSON door to questions about rights: why, what if, who could, and what may I do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.explain import explain
from accounts.access.gate import Where, require
from accounts.access.what_if import explain_if
from accounts.access.who import rights_of, who_could
from accounts.api.tiers_in import AskIn, WhatIfIn, WhyIn, moment_of, person_of, place_of, right_named, rows_of
from accounts.api.tiers_out import CouldOut, ExplanationOut, HeldTierOut
from accounts.changes.kinds import wanted
from accounts.permissions import VIEW_ORGANISATION
from accounts.queries import user_of
from hqdash.base import clock
from hqdash.base.api import ANYBODY, ApiView


class Why(ApiView):
    """Why somebody may or may not."""

    scope = VIEW_ORGANISATION

    @extend_schema(parameters=[WhyIn], responses=ExplanationOut)
    def get(self, request: Request) -> Response:
        """Explain whether somebody may do something at a place, at any moment, with every reason."""
        asked = self.filters(WhyIn)
        place = _looked_into(self, asked)
        user = person_of(self.actor, asked.get("user"))
        told = explain(user, right_named(asked["permission"]), place, at=moment_of(asked))
        return self.shown(ExplanationOut(told))


class WhatIf(ApiView):
    """The same after some changes, of which nothing is kept."""

    scope = VIEW_ORGANISATION

    @extend_schema(request=WhatIfIn, responses=ExplanationOut)
    def post(self, request: Request) -> Response:
        """Explain what would be so if some changes were in force. Nothing is saved."""
        asked = self.read(WhatIfIn)
        place = _looked_into(self, asked)
        told = explain_if(
            [wanted(**rows_of(self.actor, change)) for change in asked["changes"]],
            person_of(self.actor, asked.get("user")),
            right_named(asked["permission"]),
            place,
            actor=self.actor,
            now=clock.now(),
            at=moment_of(asked),
        )
        return self.shown(ExplanationOut(told))


class WhoCould(ApiView):
    """Who could do something at a place."""

    scope = VIEW_ORGANISATION

    @extend_schema(parameters=[AskIn], responses=CouldOut(many=True))
    def get(self, request: Request) -> Response:
        """List everybody who could do something at a place, at any moment, on shift or not."""
        asked = self.filters(AskIn)
        place = _looked_into(self, asked)
        return self.items(who_could(right_named(asked["permission"]), place, moment_of(asked)), CouldOut)


class RightsOf(ApiView):
    """What one person may do."""

    scope = VIEW_ORGANISATION

    @extend_schema(responses=HeldTierOut(many=True))
    def get(self, request: Request, user_id: UUID) -> Response:
        """List every tier that somebody holds now, with what it lets them do."""
        require(self.actor, VIEW_ORGANISATION)
        return self.items(rights_of(person_of(self.actor, user_id)), HeldTierOut)


class MyRights(ApiView):
    """What one may do oneself."""

    scope = ANYBODY

    @extend_schema(responses=HeldTierOut(many=True))
    def get(self, request: Request) -> Response:
        """List every tier that you hold now, with what it lets you do."""
        return self.items(rights_of(user_of(self.actor)), HeldTierOut)


def _looked_into(view: ApiView, asked: dict[str, Any]) -> Where:
    """The place of the question, for those who may look into the organisation there."""
    place = place_of(view.actor, asked)
    require(view.actor, VIEW_ORGANISATION, place)
    return place


routes: list[URLPattern] = [
    path("explain/", Why.as_view(), name="explain"),
    path("explain/what-if/", WhatIf.as_view(), name="what_if"),
    path("who-could/", WhoCould.as_view(), name="who_could"),
    path("people/<uuid:user_id>/rights/", RightsOf.as_view(), name="rights_of"),
    path("me/rights/", MyRights.as_view(), name="my_rights"),
]
