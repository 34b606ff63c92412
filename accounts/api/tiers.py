"""The JSON door to tiers: what each may do, who holds them, and changes that take two."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.effect import effect_of
from accounts.access.matrix import matrix_at
from accounts.access.shifts import Window
from accounts.actions.changes import collect, drop_change, propose, put_into_force, send_back, withdraw
from accounts.actions.rotas import add_rota, retire_rota
from accounts.api import tiers_asked
from accounts.api.fresh_proof import FreshProof
from accounts.api.tiers_in import CollectIn, GrantsIn, MatrixIn, ReasonIn, RotaIn, RulesIn, place_of, rows_of
from accounts.api.tiers_out import (
    ChangeOut,
    ChangeSetOut,
    EffectOut,
    GrantOut,
    RoleOut,
    RotaOut,
    RowOut,
    RuleOut,
)
from accounts.grant_queries import grants_for, overrides_for, rotas_for, tiers_for
from accounts.models import ChangeSet, Unit
from accounts.permissions import APPROVE_TIERS, CHANGE_TIERS, VIEW_ORGANISATION
from accounts.tier_queries import change_sets_for
from hqdash.base import clock
from hqdash.base.api import ApiView


class Tiers(ApiView):
    """The tiers of the force."""

    scope = VIEW_ORGANISATION

    @extend_schema(responses=RoleOut(many=True))
    def get(self, request: Request) -> Response:
        """List the tiers with what they allow by default, retired ones too."""
        return self.page(tiers_for(self.actor), RoleOut, order=("number", "slug", "id"))


class TierMatrix(ApiView):
    """What each tier says to each right."""

    scope = VIEW_ORGANISATION

    @extend_schema(parameters=[MatrixIn], responses=RowOut(many=True))
    def get(self, request: Request) -> Response:
        """Show the matrix as it counts on a unit, or the defaults of the force."""
        asked = self.filters(MatrixIn)
        unit = place_of(self.actor, asked) if asked else None
        return self.items(matrix_at(unit if isinstance(unit, Unit) else None).rows, RowOut)


class Overrides(ApiView):
    """What units say otherwise."""

    scope = VIEW_ORGANISATION

    @extend_schema(parameters=[RulesIn], responses=RuleOut(many=True))
    def get(self, request: Request) -> Response:
        """List the overrides that hold now."""
        return self.page(
            overrides_for(self.actor).filter(**self.filters(RulesIn)), RuleOut, order=("starts_at", "id")
        )


class Grants(ApiView):
    """Who holds which tier where."""

    scope = VIEW_ORGANISATION

    @extend_schema(parameters=[GrantsIn], responses=GrantOut(many=True))
    def get(self, request: Request) -> Response:
        """List grants that hold or will hold; with `over`, those that have ended too."""
        asked = self.filters(GrantsIn)
        rows = grants_for(self.actor)
        if not asked.pop("over"):
            rows = rows.filter(Q(ends_at=None) | Q(ends_at__gt=clock.now()))
        return self.page(rows.filter(**asked), GrantOut, order=("starts_at", "id"))


class Rotas(ApiView):
    """Rotas and their teams."""

    scope = VIEW_ORGANISATION
    scopes = {"post": CHANGE_TIERS}

    @extend_schema(responses=RotaOut(many=True))
    def get(self, request: Request) -> Response:
        """List the rotas, retired ones too."""
        return self.page(rotas_for(self.actor), RotaOut, order=("name", "id"))

    @extend_schema(request=RotaIn, responses={201: RotaOut})
    def post(self, request: Request) -> Response:
        """Add a rota. It is never changed afterwards: add another and move the grants over."""
        body = self.read(RotaIn)
        rota = add_rota(
            actor=self.actor,
            name=body["name"],
            cycle_days=body["cycle_days"],
            first_day=body["first_day"],
            windows=[Window(**shift) for shift in body["shifts"]],
            teams=[(team["name"], team["offset_days"]) for team in body["teams"]],
            now=clock.now(),
        )
        return self.created(RotaOut(rota))


class RetireRota(ApiView):
    """A rota that is offered no more."""

    scope = CHANGE_TIERS

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, rota_id: UUID) -> Response:
        """Retire a rota by which nobody holds a tier any more."""
        rota = get_object_or_404(rotas_for(self.actor), pk=rota_id)
        retire_rota(actor=self.actor, rota=rota, now=clock.now())
        return self.no_content()


class ChangeSets(ApiView):
    """Sets of changes."""

    scope = VIEW_ORGANISATION

    @extend_schema(responses=ChangeSetOut(many=True))
    def get(self, request: Request) -> Response:
        """List your own sets and everybody's that were proposed, newest first."""
        rows = change_sets_for(self.actor).prefetch_related("changes")
        return self.page(rows, ChangeSetOut, order=("-opened_at", "id"))


class Changes(ApiView):
    """Collecting changes."""

    scope = CHANGE_TIERS

    @extend_schema(request=CollectIn, responses={201: ChangeOut})
    def post(self, request: Request) -> Response:
        """Collect a change into your open set; nothing is in force until a second administrator decides."""
        body = rows_of(self.actor, self.read(CollectIn))
        if (wanted := body.pop("change_set", None)) is not None:
            body["change_set"] = get_object_or_404(change_sets_for(self.actor), pk=wanted)
        return self.created(ChangeOut(collect(actor=self.actor, now=clock.now(), **body)))


class _OneSet(ApiView):
    """An act on one set."""

    scope = CHANGE_TIERS

    def found(self, change_set_id: UUID) -> ChangeSet:
        """404 for one that the actor may not see."""
        return get_object_or_404(change_sets_for(self.actor), pk=change_set_id)

    def told(self, change_set: ChangeSet) -> Response:
        """The set as it now is."""
        return self.shown(ChangeSetOut(self.found(change_set.pk)))


class ChangeSetDetail(_OneSet):
    """One set."""

    scope = VIEW_ORGANISATION

    @extend_schema(responses=ChangeSetOut)
    def get(self, request: Request, change_set_id: UUID) -> Response:
        """Show a set with its changes."""
        return self.shown(ChangeSetOut(self.found(change_set_id)))


class ChangeSetEffect(_OneSet):
    """What a set would do."""

    scope = VIEW_ORGANISATION

    @extend_schema(responses=EffectOut)
    def get(self, request: Request, change_set_id: UUID) -> Response:
        """Show who would gain and who would lose, and what stands in the way."""
        return self.shown(EffectOut(effect_of(self.actor, self.found(change_set_id), now=clock.now())))


class DropChange(_OneSet):
    """Taking a change out again."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, change_set_id: UUID, change_id: UUID) -> Response:
        """Drop a change from your own set."""
        change = get_object_or_404(self.found(change_set_id).changes, pk=change_id)
        drop_change(actor=self.actor, change=change)
        return self.no_content()


class ProposeChanges(FreshProof, _OneSet):
    """Asking for a second administrator."""

    needs_second_factor = True

    @extend_schema(request=ReasonIn, responses=ChangeSetOut)
    def post(self, request: Request, change_set_id: UUID) -> Response:
        """Propose your set."""
        body, found = self.read(ReasonIn), self.found(change_set_id)
        return self.told(propose(actor=self.actor, change_set=found, now=clock.now(), **body))


class PutIntoForce(FreshProof, _OneSet):
    """The second administrator's yes."""

    scope = APPROVE_TIERS
    needs_second_factor = True

    @extend_schema(request=None, responses=ChangeSetOut)
    def post(self, request: Request, change_set_id: UUID) -> Response:
        """Put another administrator's set into force, all of it or nothing."""
        found = self.found(change_set_id)
        return self.told(put_into_force(actor=self.actor, change_set=found, now=clock.now()))


class SendBack(FreshProof, _OneSet):
    """The second administrator's no."""

    scope = APPROVE_TIERS
    needs_second_factor = True

    @extend_schema(request=ReasonIn, responses=ChangeSetOut)
    def post(self, request: Request, change_set_id: UUID) -> Response:
        """Send another administrator's set back with what should be different."""
        body, found = self.read(ReasonIn), self.found(change_set_id)
        return self.told(send_back(actor=self.actor, change_set=found, now=clock.now(), **body))


class Withdraw(_OneSet):
    """Taking one's own set back."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, change_set_id: UUID) -> Response:
        """Withdraw your own set."""
        withdraw(actor=self.actor, change_set=self.found(change_set_id), now=clock.now())
        return self.no_content()


routes: list[URLPattern] = [
    path("tiers/", Tiers.as_view(), name="tiers"),
    path("tiers/matrix/", TierMatrix.as_view(), name="tier_matrix"),
    path("tiers/overrides/", Overrides.as_view(), name="overrides"),
    path("grants/", Grants.as_view(), name="grants"),
    path("rotas/", Rotas.as_view(), name="rotas"),
    path("rotas/<uuid:rota_id>/retire/", RetireRota.as_view(), name="retire_rota"),
    path("changes/", Changes.as_view(), name="changes"),
    path("change-sets/", ChangeSets.as_view(), name="change_sets"),
    path("change-sets/<uuid:change_set_id>/", ChangeSetDetail.as_view(), name="change_set"),
    path("change-sets/<uuid:change_set_id>/effect/", ChangeSetEffect.as_view(), name="change_set_effect"),
    path(
        "change-sets/<uuid:change_set_id>/changes/<uuid:change_id>/", DropChange.as_view(), name="drop_change"
    ),
    path("change-sets/<uuid:change_set_id>/propose/", ProposeChanges.as_view(), name="propose_changes"),
    path("change-sets/<uuid:change_set_id>/put-into-force/", PutIntoForce.as_view(), name="put_into_force"),
    path("change-sets/<uuid:change_set_id>/send-back/", SendBack.as_view(), name="send_back"),
    path("change-sets/<uuid:change_set_id>/withdraw/", Withdraw.as_view(), name="withdraw_changes"),
    *tiers_asked.routes,
]
