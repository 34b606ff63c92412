"""What the force has and the files do not name: nobody closes a unit by leaving out a line, unless they say so."""

from __future__ import annotations

from collections import Counter

from django.utils.translation import gettext as _

from accounts.importing.rows import Contents, RoleRow, UnitRow
from accounts.importing.steps import Plan, Step, Subject, Verb
from accounts.importing.world import World


def missing_from(
    plan: Plan, contents: Contents, units: list[UnitRow], roles: list[RoleRow], world: World
) -> None:
    """List the units that would close, the roles that would end, and the people who are not named."""
    if "roles" in contents.lists:
        _missing_roles(plan, roles, world)
    if "units" in contents.lists:
        _missing_units(plan, units, world)
    if "people" in contents.lists:
        named = {row.username.lower() for row in contents.people}
        plan.gone = sorted(
            person.username for name, person in world.people.items() if person.is_active and name not in named
        )


def _missing_units(plan: Plan, rows: list[UnitRow], world: World) -> None:
    kept = {row.code for row in rows} | {row.parent for row in rows} | {world.root}
    for code in list(kept):
        # Whatever stands above a unit that is named stays, whether the file names it or not.
        above = world.units[code].parent if code in world.units else ""
        while above and above not in kept:
            kept.add(above)
            above = world.units[above].parent
    gone = {code for code, unit in world.units.items() if code not in kept and unit.closed_on is None}
    below: Counter[str] = Counter()
    for code in gone:
        above = world.units[code].parent
        while above in gone:
            below[above] += 1
            above = world.units[above].parent
    # The uppermost ones: what is below them closes with them.
    for code in sorted(gone):
        unit = world.units[code]
        if unit.parent not in gone:
            after = _("closes with %(n)d units below") % {"n": below[code]} if below[code] else _("closes")
            plan.missing.append(Step(Subject.UNIT, Verb.CLOSE, (code,), unit.name, code, after))


def _missing_roles(plan: Plan, rows: list[RoleRow], world: World) -> None:
    named = {(row.username.lower(), row.role, row.unit) for row in rows}
    for key, held in sorted(world.held.items()):
        if key not in named and world.people[key[0]].is_active and held.ends_at is None:
            what = _("%(role)s on %(unit)s") % {"role": world.tiers[held.role], "unit": held.unit}
            label = world.people[key[0]].username
            plan.missing.append(Step(Subject.ROLE, Verb.END, key, label, what, _("ends")))
