"""The JSON door to the organisation: units, who works in them, and imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions.changes import collect
from accounts.actions.importing import import_organisation, preview_import
from accounts.actions.organisation import add_unit
from accounts.actions.units import order_unit, rename_unit, reopen_unit
from accounts.api.organisation_shapes import (
    ApplyIn,
    CloseIn,
    CollectedOut,
    HeldRoleOut,
    ImportedOut,
    ImportIn,
    MoveIn,
    PlanOut,
    UnitChangeIn,
    UnitIn,
    UnitOut,
    UnitsFilter,
)
from accounts.importing.reading import GivenFile
from accounts.importing.steps import Choices
from accounts.models import Unit
from accounts.organisation_queries import grants_in, siblings_of, today_of, units_of_organisation
from accounts.permissions import CHANGE_TIERS, MANAGE_ORGANISATION, VIEW_ORGANISATION
from hqdash.base import clock
from hqdash.base.api import ApiView
from hqdash.base.errors import Unprocessable


def _units(view: ApiView, *, closed: bool = True) -> QuerySet[Unit]:
    return units_of_organisation(view.actor, today_of(view.actor, clock.now()), closed=closed)


def _unit(view: ApiView, unit_id: UUID) -> Unit:
    return get_object_or_404(_units(view), pk=unit_id)


def _named(view: ApiView, unit_id: UUID, field: str) -> Unit:
    unit = _units(view).filter(pk=unit_id).first()
    if unit is None:
        raise Unprocessable(_("There is no such unit."), field)
    return unit


class Units(ApiView):
    """The units that one may see."""

    scope = VIEW_ORGANISATION
    scopes = {"POST": MANAGE_ORGANISATION}

    @extend_schema(operation_id="units_list", parameters=[UnitsFilter], responses=UnitOut(many=True))
    def get(self, request: Request) -> Response:
        """List units by code."""
        wanted = self.filters(UnitsFilter)
        units = _units(self, closed=wanted["closed"])
        if "parent" in wanted:
            units = units.filter(parent_id=wanted["parent"])
        return self.page(units, UnitOut, order=("code", "id"))

    @extend_schema(request=UnitIn, responses={201: UnitOut})
    def post(self, request: Request) -> Response:
        """Add a unit. It gives nobody any right."""
        body = self.read(UnitIn)
        parent = _named(self, body["parent"], "parent")
        unit = add_unit(actor=self.actor, name=body["name"], code=body["code"], parent=parent)
        return self.created(UnitOut(unit))


class UnitDetail(ApiView):
    """One unit."""

    scope = VIEW_ORGANISATION
    scopes = {"PATCH": MANAGE_ORGANISATION}

    @extend_schema(responses=UnitOut)
    def get(self, request: Request, unit_id: UUID) -> Response:
        """Read a unit."""
        return self.shown(UnitOut(_unit(self, unit_id)))

    @extend_schema(request=UnitChangeIn, responses=UnitOut)
    def patch(self, request: Request, unit_id: UUID) -> Response:
        """Rename a unit, or put it into another place among its siblings."""
        unit, body, now = _unit(self, unit_id), self.read(UnitChangeIn), clock.now()
        if "name" in body:
            rename_unit(actor=self.actor, unit=unit, name=body["name"], now=now)
        if "after" in body:
            siblings = {each.pk: each for each in siblings_of(unit)}
            if body["after"] is not None and body["after"] not in siblings:
                raise Unprocessable(_("Choose one of the units beside it."), "after")
            order_unit(actor=self.actor, unit=unit, after=siblings.get(body["after"]), now=now)
        return self.shown(UnitOut(_unit(self, unit_id)))


class MoveUnit(ApiView):
    """Moving a unit."""

    scope = CHANGE_TIERS

    @extend_schema(request=MoveIn, responses={201: CollectedOut})
    def post(self, request: Request, unit_id: UUID) -> Response:
        """Collect the move of a unit with everything below it, for a second administrator."""
        unit = _unit(self, unit_id)
        parent = _named(self, self.read(MoveIn)["parent"], "parent")
        change = collect(actor=self.actor, now=clock.now(), kind="unit.move", unit=unit, parent=parent)
        return self.created(CollectedOut(change))


class CloseUnit(ApiView):
    """Closing a unit."""

    scope = CHANGE_TIERS

    @extend_schema(request=CloseIn, responses={201: CollectedOut})
    def post(self, request: Request, unit_id: UUID) -> Response:
        """Collect the closing of a unit on a day, for a second administrator."""
        unit, body = _unit(self, unit_id), self.read(CloseIn)
        if body["on"] < today_of(self.actor, clock.now()):
            raise Unprocessable(_("That day has passed. A unit closes today or later."), "on")
        change = collect(actor=self.actor, now=clock.now(), kind="unit.close", unit=unit, **body)
        return self.created(CollectedOut(change))


class ReopenUnit(ApiView):
    """Opening a closed unit again."""

    scope = MANAGE_ORGANISATION

    @extend_schema(request=None, responses=UnitOut)
    def post(self, request: Request, unit_id: UUID) -> Response:
        """Reopen a unit, itself alone; roles that ended with it stay ended."""
        unit = _unit(self, unit_id)
        reopen_unit(actor=self.actor, unit=unit, now=clock.now())
        return self.shown(UnitOut(unit))


class UnitPeople(ApiView):
    """Who works in a unit."""

    scope = VIEW_ORGANISATION

    @extend_schema(responses=HeldRoleOut(many=True))
    def get(self, request: Request, unit_id: UUID) -> Response:
        """List the roles that people hold in a unit and below it, now or later."""
        grants = grants_in(_unit(self, unit_id), clock.now())
        return self.page(grants, HeldRoleOut, order=("user__username", "id"))


class PreviewImport(ApiView):
    """What an import would change."""

    scope = MANAGE_ORGANISATION

    @extend_schema(request=ImportIn, responses=PlanOut)
    def post(self, request: Request) -> Response:
        """Compare files with the force; nothing is written."""
        body = self.read(ImportIn)
        plan = preview_import(actor=self.actor, files=_files(body), choices=_choices(body), now=clock.now())
        return self.shown(PlanOut(plan))


class ApplyImport(ApiView):
    """Importing."""

    scope = MANAGE_ORGANISATION

    @extend_schema(request=ApplyIn, responses=ImportedOut)
    def post(self, request: Request) -> Response:
        """Import what the preview with this digest showed, all of it or nothing."""
        body = self.read(ApplyIn)
        done = import_organisation(
            actor=self.actor,
            files=_files(body),
            choices=_choices(body),
            digest=body["digest"],
            now=clock.now(),
        )
        return self.shown(ImportedOut(done))


def _files(body: Mapping[str, Any]) -> list[GivenFile]:
    return [GivenFile(each["name"], each["content"].encode()) for each in body["files"]]


def _choices(body: Mapping[str, Any]) -> Choices:
    return Choices(roles=body["roles"], networks=body["networks"], with_missing=body["with_missing"])


routes: list[URLPattern] = [
    path("units/", Units.as_view(), name="units"),
    path("units/<uuid:unit_id>/", UnitDetail.as_view(), name="unit"),
    path("units/<uuid:unit_id>/move/", MoveUnit.as_view(), name="move_unit"),
    path("units/<uuid:unit_id>/close/", CloseUnit.as_view(), name="close_unit"),
    path("units/<uuid:unit_id>/reopen/", ReopenUnit.as_view(), name="reopen_unit"),
    path("units/<uuid:unit_id>/people/", UnitPeople.as_view(), name="unit_people"),
    path("import/preview/", PreviewImport.as_view(), name="preview_import"),
    path("import/apply/", ApplyImport.as_view(), name="apply_import"),
]
