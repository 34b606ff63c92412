"""What the tabs of a unit show: what each tier can do, who works there, its accounts, who approves there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.access.gate import people_who_can
from accounts.access.matrix import Matrix, matrix_at
from accounts.models import Answer, Role, Unit
from accounts.organisation_queries import channels_in, grants_above, grants_in, root_unit
from accounts.permissions import APPROVE_TIERS, UNLOCK_FORCE
from accounts.tree_queries import counts_in
from hqdash.base.actor import Actor
from hqdash.base.keyset import page

TABS = ("tiers", "people", "accounts", "route")
ROWS = 50
TAKES_TWO = (APPROVE_TIERS, UNLOCK_FORCE)
"""Rights that are those of a second person, whatever the tiers say."""
APPROVERS = 12
"""So many names stand beside a right; the rest are counted."""


def tab_of(actor: Actor, unit: Unit | None, query: Mapping[str, str], *, now: datetime) -> dict[str, Any]:
    """The chosen tab's own part of the page, and the row of tabs."""
    chosen = query.get("tab", "")
    tab = chosen if chosen in TABS else "tiers"
    place = unit or root_unit()
    made = {"tiers": _tiers, "people": _people, "accounts": _accounts, "route": _route}[tab]
    return {"tab": tab, "place": place, "inside": counts_in(place, now), **made(unit, place, query, now)}


def _tiers(unit: Unit | None, place: Unit, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    matrix = _ladder_first(matrix_at(unit))
    return {"matrix": matrix, "cell": _cell(matrix, query.get("cell", ""))}


def _ladder_first(matrix: Matrix) -> Matrix:
    """The tiers from the lowest to the highest, then those that stand beside the ladder."""

    def place(role: Role) -> tuple[bool, int]:
        return role.number == 0, role.number

    groups = tuple(
        replace(
            group,
            rows=tuple(
                replace(row, cells=tuple(sorted(row.cells, key=lambda cell: place(cell.role))))
                for row in group.rows
            ),
        )
        for group in matrix.groups
    )
    return replace(matrix, roles=tuple(sorted(matrix.roles, key=place)), groups=groups)


def _cell(matrix: Matrix, wanted: str) -> dict[str, Any] | None:
    """The cell that is being changed: ``role-slug:permission``."""
    slug, _colon, name = wanted.partition(":")
    for row in matrix.rows:
        if row.permission.name == name:
            for cell in row.cells:
                if cell.role.slug == slug:
                    return {"permission": row.permission, "role": cell.role, "cell": cell}
    return None


def _people(unit: Unit | None, place: Unit, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    above = query.get("from") == "above"
    words = query.get("q", "").strip()[:100]
    grants = grants_above(place, now) if above else grants_in(place, now)
    if words:
        grants = grants.filter(
            Q(user__username__icontains=words)
            | Q(role__name__icontains=words)
            | Q(unit__name__icontains=words)
        )
    found = page(grants, order=("user__username", "id"), after=query.get("after", ""), size=ROWS)
    return {
        "grants": found.items,
        "next_cursor": found.next_cursor,
        "above": above,
        "q": words,
        "moment": now,
    }


def _accounts(unit: Unit | None, place: Unit, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    words = query.get("q", "").strip()[:100]
    channels = channels_in(place)
    if words:
        channels = channels.filter(Q(handle__icontains=words) | Q(name__icontains=words))
    order = ("network", "handle", "id")
    found = page(channels, order=order, after=query.get("after", ""), size=ROWS)
    return {"channels": found.items, "next_cursor": found.next_cursor, "q": words}


def _route(unit: Unit | None, place: Unit, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Who agrees to what tiers may do here with approval only, and to what always takes two people."""
    matrix = matrix_at(unit)
    asking = {
        row.permission: [cell.role for cell in row.cells if cell.answer == Answer.APPROVAL]
        for row in matrix.rows
    }
    routes = []
    for permission, roles in asking.items():
        if roles or permission in TAKES_TWO:
            people = list(
                people_who_can(permission, place).values_list("username", flat=True)[: APPROVERS + 1]
            )
            routes.append(
                {
                    "permission": permission,
                    "roles": roles,
                    "people": people[:APPROVERS],
                    "more": len(people) > APPROVERS,
                }
            )
    return {"routes": routes}
