"""Reads changes of tiers: one's own that are being collected, and those that wait for a decision."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access.gate import can
from accounts.models import ChangeSet, Grant, Role, Rota, Team
from accounts.permissions import APPROVE_TIERS, VIEW_ORGANISATION
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable


def change_sets_for(actor: Actor) -> QuerySet[ChangeSet]:
    """Every set of changes that the actor may read: those that were proposed, and their own."""
    sets = ChangeSet.objects.select_related("proposed_by", "decided_by").annotate(size=Count("changes"))
    if not can(actor, VIEW_ORGANISATION):
        return sets.none()
    own = Q(proposed_by_id=actor.user_id)
    return sets.filter(own | ~Q(state=ChangeSet.State.OPEN) & ~Q(state=ChangeSet.State.WITHDRAWN))


def set_being_collected(actor: Actor) -> ChangeSet | None:
    """The actor's open set, if there is anything in it."""
    if not actor.is_person:
        return None
    own = ChangeSet.objects.filter(proposed_by_id=actor.person_id, state=ChangeSet.State.OPEN)
    return own.annotate(size=Count("changes")).filter(size__gt=0).first()


def own_sets(actor: Actor) -> QuerySet[ChangeSet]:
    """The actor's own sets that are not proposed, as far as there is anything in them."""
    states = (ChangeSet.State.OPEN, ChangeSet.State.SENT_BACK)
    own = ChangeSet.objects.filter(proposed_by_id=actor.user_id, state__in=states)
    return own.annotate(size=Count("changes")).filter(size__gt=0).order_by("-opened_at")


def sets_waiting(actor: Actor) -> int:
    """How many sets wait for this actor to decide."""
    if not actor.is_person or not can(actor, APPROVE_TIERS):
        return 0
    waiting = ChangeSet.objects.filter(state=ChangeSet.State.PROPOSED)
    return waiting.exclude(proposed_by_id=actor.person_id).count()


def tiers_of_force(*, retired: bool = False) -> QuerySet[Role]:
    """The tiers in their order."""
    roles = Role.objects.order_by("number", "slug")
    return roles if retired else roles.filter(retired_at=None)


def rotas_of_force(*, retired: bool = False) -> QuerySet[Rota]:
    """The rotas with their teams."""
    rotas = Rota.objects.prefetch_related("teams").order_by("name")
    return rotas if retired else rotas.filter(retired_at=None)


def role_for(role_id: str) -> Role:
    """A tier in use by its id.

    Raises:
        Unprocessable: there is none.
    """
    try:
        role = Role.objects.filter(pk=UUID(role_id), retired_at=None).first()
    except ValueError:
        role = None
    if role is None:
        raise Unprocessable(_("Choose one of the tiers."), "role")
    return role


def team_for(team_id: str) -> Team | None:
    """A team of a rota in use by its id; None if none was chosen.

    Raises:
        Unprocessable: there is no such team.
    """
    if not team_id:
        return None
    try:
        team = Team.objects.select_related("rota").filter(pk=UUID(team_id), rota__retired_at=None).first()
    except ValueError:
        team = None
    if team is None:
        raise Unprocessable(_("Choose one of the teams."), "team")
    return team


def holders_by_tier(now: datetime) -> dict[UUID, int]:
    """How many people hold each tier now."""
    live = Grant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now, user__is_active=True
    )
    return dict(live.order_by().values_list("role_id").annotate(people=Count("user_id", distinct=True)))
