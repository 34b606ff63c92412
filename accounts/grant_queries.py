"""Reads who holds which tier where, and what tiers say there, for people who may look into the organisation."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.access.gate import can, visible_channels, visible_units
from accounts.models import Grant, Role, Rota, Rule
from accounts.permissions import VIEW_ORGANISATION
from accounts.tier_queries import rotas_of_force, tiers_of_force
from hqdash.base.actor import Actor


def tiers_for(actor: Actor) -> QuerySet[Role]:
    """Every tier of the force, retired ones too."""
    tiers = tiers_of_force(retired=True)
    return tiers if can(actor, VIEW_ORGANISATION) else tiers.none()


def rotas_for(actor: Actor) -> QuerySet[Rota]:
    """Every rota of the force with its teams, retired ones too."""
    rotas = rotas_of_force(retired=True)
    return rotas if can(actor, VIEW_ORGANISATION) else rotas.none()


def grants_for(actor: Actor) -> QuerySet[Grant]:
    """Every grant on a unit or account into which the actor may look, ended ones too."""
    units, channels = visible_units(actor, VIEW_ORGANISATION), visible_channels(actor, VIEW_ORGANISATION)
    return Grant.objects.filter(Q(unit__in=units) | Q(channel__in=channels)).select_related(
        "user", "role", "unit", "channel", "team", "requested_by", "approved_by"
    )


def overrides_for(actor: Actor) -> QuerySet[Rule]:
    """Every override that holds now on a unit into which the actor may look."""
    return Rule.objects.filter(ends_at=None, unit__in=visible_units(actor, VIEW_ORGANISATION))
