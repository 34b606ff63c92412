"""What is known about rights at one moment, loaded once, so that it can be reasoned about without a query."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from accounts.access.declared import administering_rights
from accounts.access.shifts import Pattern, Window
from accounts.models import Grant, Role, RoleVersion, Rule, Team, UnitPath


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier as it was at the moment."""

    id: UUID
    name: str
    permissions: frozenset[str]
    with_approval: frozenset[str]
    second_factor: str
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """An override that held at the moment."""

    unit_id: UUID
    unit_name: str
    answer: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Grants with their tiers and overrides as of ``moment``, and the tree as it is."""

    moment: datetime
    zone: ZoneInfo
    grants: tuple[Grant, ...]
    tiers: dict[UUID, Tier]
    said: dict[tuple[UUID, str], dict[UUID, Said]]
    above: dict[UUID, tuple[UUID, ...]]
    """For each unit: itself and every unit above it, the nearest first."""
    patterns: dict[UUID, Pattern] = field(default_factory=dict)
    """How each team of a grant walks through its rota."""
    is_past: bool = True
    """Whether tiers may have been others than they are."""


def facts_of(
    grants: QuerySet[Grant],
    *,
    moment: datetime,
    zone: ZoneInfo,
    places: Iterable[UUID] = (),
    rights: Collection[str] | None = None,
    is_past: bool = True,
) -> Facts:
    """The facts about these grants, and about ``places`` (units) beside their own.

    Grants that do not hold at ``moment`` are kept: why somebody may not is told by them. With ``rights``, only
    overrides of these are looked for, and only where they count for ``places``; besides those that administer.
    A moment that is not past needs no look at what tiers were.
    """
    found = _with_teams(grants.select_related("user", "role", "unit", "channel"))
    roles = {grant.role_id: grant.role for grant in found}
    above = units_above({*places} if rights is not None else {*places, *map(unit_of, found)})
    return Facts(
        moment=moment,
        zone=zone,
        grants=found,
        tiers=tiers_at(roles.values(), moment, is_past=is_past),
        said=overrides_at(
            roles,
            moment,
            rights=rights,
            on={unit for units in above.values() for unit in units},
            administering=is_past,
        ),
        above=above,
        is_past=is_past,
        patterns={
            grant.team_id: pattern_of(grant.team, zone) for grant in found if grant.team and grant.team_id
        },
    )


def _with_teams(grants: QuerySet[Grant]) -> tuple[Grant, ...]:
    """Few are held on shift only: their rotas are looked up when there are any."""
    found = tuple(grants)
    teams = {grant.team_id for grant in found if grant.team_id is not None}
    known = Team.objects.select_related("rota").in_bulk(teams) if teams else {}
    for grant in found:
        grant.team = known[grant.team_id] if grant.team_id is not None else None
    return found


def unit_of(grant: Grant) -> UUID:
    """The unit on which a grant stands: its own, or that of its channel."""
    if grant.channel is not None:
        return grant.channel.unit_id
    if grant.unit_id is None:
        raise ValueError("A grant is on a unit or on a channel.")
    return grant.unit_id


def tiers_at(roles: Iterable[Role], moment: datetime, *, is_past: bool = True) -> dict[UUID, Tier]:
    """Each tier as it was then: a change keeps what was before it."""
    now = {role.pk: role for role in roles}
    then: dict[UUID, RoleVersion] = {}
    if is_past:
        for version in RoleVersion.objects.filter(role_id__in=now, until__gt=moment).order_by("until"):
            then.setdefault(version.role_id, version)
    tiers = {}
    for key, role in now.items():
        was = then.get(key, role)
        tiers[key] = Tier(
            id=key,
            name=role.name,
            permissions=frozenset(was.permissions),
            with_approval=frozenset(was.with_approval),
            second_factor=was.second_factor,
            retired_at=role.retired_at,
        )
    return tiers


def overrides_at(
    roles: Iterable[UUID],
    moment: datetime,
    *,
    rights: Collection[str] | None = None,
    on: Collection[UUID] = (),
    administering: bool = True,
) -> dict[tuple[UUID, str], dict[UUID, Said]]:
    """For each tier and right: what units said otherwise then.

    With ``rights``, only about these and ``on`` these units; ``administering`` adds what tells who administers.
    """
    rules = Rule.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=moment), role_id__in=list(roles), starts_at__lte=moment
    )
    if rights is not None:
        wanted = Q(permission__in=rights, unit_id__in=on)
        if administering:
            wanted |= Q(permission__in=administering_rights())
        rules = rules.filter(wanted)
    said: dict[tuple[UUID, str], dict[UUID, Said]] = {}
    for role_id, permission, unit_id, name, answer in rules.values_list(
        "role_id", "permission", "unit_id", "unit__name", "answer"
    ):
        said.setdefault((role_id, permission), {})[unit_id] = Said(unit_id, name, answer)
    return said


def units_above(units: Iterable[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """For each unit: itself and every unit above it, the nearest first."""
    above: dict[UUID, list[UUID]] = {}
    paths = UnitPath.objects.filter(descendant_id__in=list(units)).order_by("depth")
    for below, ancestor in paths.values_list("descendant_id", "ancestor_id"):
        above.setdefault(below, []).append(ancestor)
    return {unit: tuple(ancestors) for unit, ancestors in above.items()}


def pattern_of(team: Team, zone: ZoneInfo) -> Pattern:
    """A team's way through its rota, on the clocks of the force."""
    rota = team.rota
    windows = zip(rota.shift_names, rota.windows, strict=True)
    return Pattern(
        first_day=rota.first_day,
        cycle_days=rota.cycle_days,
        windows=tuple(Window(name, int(span.lower or 0), int(span.upper or 0)) for name, span in windows),
        zone=zone,
        offset_days=team.offset_days,
    )
