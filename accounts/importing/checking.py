"""Checks the rows of the files against each other and against the force, before anything is planned."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from django.utils.translation import gettext as _

from accounts.importing.rows import AccountRow, Contents, Problem, RoleRow, UnitRow
from accounts.importing.steps import Plan
from accounts.importing.tree import circles
from accounts.importing.world import World

R = TypeVar("R", UnitRow, AccountRow, RoleRow)
GUESSES = 10
"""So many wrong codes get a "did you mean"; each costs a look through all codes."""


def without_twins(
    plan: Plan, rows: list[R], column: str, key: Callable[[R], Hashable], label: Callable[[R], str]
) -> list[R]:
    """The rows without those whose key came before; each of these is a problem."""
    first: dict[Hashable, R] = {}
    for row in rows:
        if key(row) not in first:
            first[key(row)] = row
            continue
        sentence = _("%(label)s is there twice, first in %(place)s.")
        where = first[key(row)].place
        plan.problems.append(Problem(row.place, column, sentence % {"label": label(row), "place": where}))
    return list(first.values())


def check_units(plan: Plan, rows: list[UnitRow], parents: Mapping[str, str], world: World) -> None:
    """Every unit stands below one that exists and is open, and no tree bites its own tail."""
    by_code = {row.code: row for row in rows}
    known = by_code.keys() | world.units.keys()
    for row in rows:
        standing = world.units.get(row.code)
        if standing is not None and standing.closed_on is not None:
            sentence = _("The unit %(code)s closes on %(day)s. Reopen it first, or take it out of the file.")
            day = f"{standing.closed_on:%-d %B %Y}"
            plan.problems.append(Problem(row.place, "code", sentence % {"code": row.code, "day": day}))
        if row.code == world.root and row.parent:
            sentence = _("%(code)s is the whole force; it stands below nothing.")
            plan.problems.append(Problem(row.place, "parent", sentence % {"code": row.code}))
        elif row.parent and row.parent not in known:
            plan.problems.append(Problem(row.place, "parent", unknown_unit(plan, row.parent, known)))
        above = world.units.get(parents[row.code])
        if above is not None and above.closed_on and (standing is None or standing.parent != above.code):
            sentence = _("The unit %(code)s closes on %(day)s; nothing can be put below it.")
            names = {"code": above.code, "day": f"{above.closed_on:%-d %B %Y}"}
            plan.problems.append(Problem(row.place, "parent", sentence % names))
    for circle in circles(parents, world):
        row = next(by_code[code] for code in circle if code in by_code)
        way = " > ".join([*circle, circle[0]])
        sentence = _("These units stand below each other in a circle: %(way)s.")
        plan.problems.append(Problem(row.place, "parent", sentence % {"way": way}))


def check_networks(plan: Plan, contents: Contents, world: World) -> list[AccountRow]:
    """The accounts on networks that are known here, or that somebody has chosen another for."""
    kept: list[AccountRow] = []
    for row in contents.accounts:
        network = row.network
        if network in world.networks or not network:
            kept.append(row)
            continue
        plan.unknown_networks[network] += 1
        chosen = plan.choices.networks.get(network)
        if chosen is None and plan.unknown_networks[network] == 1:
            sentence = _(
                "The network “%(network)s” is not known here. Choose below to leave its accounts out, "
                "or correct the file."
            )
            plan.problems.append(Problem(row.place, "network", sentence % {"network": network[:40]}))
        elif chosen in world.networks:
            kept.append(AccountRow(row.place, str(chosen), row.handle, row.name, row.unit, row.coverage))
    return kept


def check_roles(plan: Plan, contents: Contents, world: World) -> list[RoleRow]:
    """The roles that are known here by slug or name, or that somebody has chosen a tier for."""
    by_word = {name.casefold(): slug for slug, name in world.tiers.items()}
    by_word |= {slug.casefold(): slug for slug in world.tiers}
    kept: list[RoleRow] = []
    for row in contents.roles:
        slug = by_word.get(row.role.casefold())
        if slug is None and row.role:
            plan.unknown_roles[row.role] += 1
            slug = plan.choices.roles.get(row.role)
            if slug is None and plan.unknown_roles[row.role] == 1:
                near = get_close_matches(row.role.casefold(), by_word, n=1)
                hint = _(" Did you mean %(role)s?") % {"role": near[0]} if near else ""
                sentence = _(
                    "The role “%(role)s” is not known here.%(hint)s Choose below which tier it stands for, "
                    "or correct the file."
                )
                names = {"role": row.role[:60], "hint": hint}
                plan.problems.append(Problem(row.place, "role", sentence % names))
        if slug and slug in world.tiers:
            kept.append(RoleRow(row.place, row.username, slug, row.unit, row.starts_on, row.ends_on))
    return kept


def check_places(
    plan: Plan, rows: list[AccountRow] | list[RoleRow], new_units: Mapping[str, UnitRow], world: World
) -> None:
    """Every account and every role is on a unit that exists and is open."""
    known = world.units.keys() | new_units.keys()
    for row in rows:
        if not row.unit:
            continue
        if row.unit not in known:
            plan.problems.append(Problem(row.place, "unit", unknown_unit(plan, row.unit, known)))
            continue
        standing = world.units.get(row.unit)
        if standing is not None and standing.closed_on is not None:
            sentence = _("The unit %(code)s closes on %(day)s. Choose another unit.")
            names = {"code": row.unit, "day": f"{standing.closed_on:%-d %B %Y}"}
            plan.problems.append(Problem(row.place, "unit", sentence % names))


def unknown_unit(plan: Plan, code: str, known: set[str]) -> str:
    """The sentence for a code that nobody knows, with the nearest one that somebody does."""
    sentence = _("There is no unit with the code %(code)s.") % {"code": code}
    near = get_close_matches(code, known, n=1) if len(plan.problems) < GUESSES else []
    return sentence + (_(" Did you mean %(code)s?") % {"code": near[0]} if near else "")
