"""Compares what the files say with the force as it is. Pure: the same files and force give the same plan."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

from accounts.importing.checking import (
    check_networks,
    check_places,
    check_roles,
    check_units,
    without_twins,
)
from accounts.importing.missing import missing_from
from accounts.importing.rows import AccountRow, Contents, PersonRow, RoleRow, UnitRow
from accounts.importing.steps import Choices, Plan, Step, Subject, Verb
from accounts.importing.tree import from_the_top, wanted_parents
from accounts.importing.world import World


def plan_import(contents: Contents, world: World, choices: Choices) -> Plan:
    """What importing the files would change in the force, and what keeps it from being done."""
    plan = Plan(choices, problems=list(contents.problems), notes=list(contents.notes))
    units = without_twins(plan, contents.units, "code", lambda row: row.code, lambda row: row.code)
    parents = wanted_parents(units, world)
    check_units(plan, units, parents, world)
    accounts = without_twins(
        plan,
        check_networks(plan, contents, world),
        "handle",
        lambda row: (row.network, row.handle.lower()),
        lambda row: f"{row.handle} ({row.network})",
    )
    roles = without_twins(
        plan,
        check_roles(plan, contents, world),
        "role",
        lambda row: (row.username.lower(), row.role, row.unit),
        lambda row: f"{row.username}, {row.role}, {row.unit}",
    )
    new = {row.code: row for row in units if row.code not in world.units}
    check_places(plan, accounts, new, world)
    check_places(plan, roles, new, world)
    _plan_units(plan, units, parents, world)
    _plan_accounts(plan, accounts, world)
    _plan_people(plan, [*contents.people, *(PersonRow(row.place, row.username) for row in roles)], world)
    _plan_roles(plan, roles, world)
    missing_from(plan, contents, units, roles, world)
    return plan


def _plan_units(plan: Plan, rows: list[UnitRow], parents: dict[str, str], world: World) -> None:
    by_code = {row.code: row for row in rows}
    new = from_the_top([code for code in by_code if code not in world.units], parents)
    for code in new:
        row = by_code[code]
        plan.steps.append(
            Step(Subject.UNIT, Verb.ADD, (code, parents[code]), row.name, after=parents[code], row=row)
        )
    moved: list[str] = []
    for code, row in by_code.items():
        standing = world.units.get(code)
        if standing is None:
            continue
        renamed = not row.is_implied and bool(row.name) and row.name != standing.name
        if renamed:
            plan.steps.append(
                Step(Subject.UNIT, Verb.RENAME, (code,), row.name, standing.name, row.name, row)
            )
        if parents[code] != standing.parent:
            moved.append(code)
        elif not renamed:
            plan.unchanged[Subject.UNIT] += 1
    # From the top of the tree as it will be: then none is ever moved below itself on the way.
    for code in from_the_top(moved, parents):
        row = by_code[code]
        plan.steps.append(
            Step(
                Subject.UNIT,
                Verb.MOVE,
                (code, parents[code]),
                row.name,
                _named(world.units[code].parent, by_code, world),
                _named(parents[code], by_code, world),
                row,
            )
        )


def _plan_accounts(plan: Plan, rows: list[AccountRow], world: World) -> None:
    for row in rows:
        label = f"{row.handle} ({row.network})"
        standing = world.accounts.get((row.network, row.handle.lower()))
        key = (row.network, row.handle)
        if standing is None:
            plan.steps.append(Step(Subject.ACCOUNT, Verb.ADD, key, label, after=row.unit, row=row))
            continue
        key = (standing.network, standing.handle)
        coverage = row.coverage or standing.coverage
        changed = (row.name, coverage) != (standing.name, standing.coverage)
        if changed:
            before, after = f"{standing.name}, {standing.coverage or '-'}", f"{row.name}, {coverage or '-'}"
            plan.steps.append(Step(Subject.ACCOUNT, Verb.CHANGE, key, label, before, after, row))
        if row.unit != standing.unit:
            plan.steps.append(Step(Subject.ACCOUNT, Verb.MOVE, key, label, standing.unit, row.unit, row))
        elif not changed:
            plan.unchanged[Subject.ACCOUNT] += 1


def _plan_people(plan: Plan, rows: list[PersonRow], world: World) -> None:
    left: list[str] = []
    seen: set[str] = set()
    for row in rows:
        name = row.username.lower()
        if not name or name in seen:
            continue
        seen.add(name)
        standing = world.people.get(name)
        if standing is None:
            plan.steps.append(Step(Subject.PERSON, Verb.ADD, (row.username,), row.username, row=row))
        elif standing.is_active:
            plan.unchanged[Subject.PERSON] += 1
        else:
            left.append(standing.username)
    if left:
        sentence = _("%(n)d people of the file have left and are not taken in again: %(names)s.")
        names = ", ".join(left[:10]) + (" …" if len(left) > 10 else "")
        plan.notes.append(sentence % {"n": len(left), "names": names})


def _plan_roles(plan: Plan, rows: list[RoleRow], world: World) -> None:
    for row in rows:
        key = (row.username.lower(), row.role, row.unit)
        person = world.people.get(key[0])
        if person is not None and not person.is_active:
            continue
        standing = world.held.get(key)
        ends = ends_at(row, world)
        label = row.username
        what = _("%(role)s on %(unit)s") % {"role": world.tiers[row.role], "unit": row.unit}
        if ends is not None and ends <= world.now:
            if standing is not None and standing.ends_at is None:
                plan.steps.append(Step(Subject.ROLE, Verb.END, key, label, what, _("now"), row))
            continue
        if standing is None:
            if key in world.waiting:
                plan.waiting += 1
                continue
            plan.steps.append(
                Step(Subject.ROLE, Verb.GIVE, key, label, after=_with_dates(what, row), row=row)
            )
        elif ends is None or ends == standing.ends_at:
            plan.unchanged[Subject.ROLE] += 1
        elif standing.ends_at is None or ends < standing.ends_at:
            day = f"{row.ends_on:%-d %B %Y}"
            plan.steps.append(
                Step(Subject.ROLE, Verb.END, key, label, what, _("until %(day)s") % {"day": day}, row)
            )
        else:
            plan.steps.append(Step(Subject.ROLE, Verb.EXTEND, key, label, what, _with_dates(what, row), row))


def starts_at(row: RoleRow, world: World) -> datetime:
    """The midnight before the role's first day, or now."""
    if row.starts_on is None:
        return world.now
    return max(world.now, datetime.combine(row.starts_on, time.min, tzinfo=world.zone))


def ends_at(row: RoleRow, world: World) -> datetime | None:
    """The midnight after the role's last day."""
    if row.ends_on is None:
        return None
    return datetime.combine(row.ends_on + timedelta(days=1), time.min, tzinfo=world.zone)


def _with_dates(what: str, row: RoleRow) -> str:
    if row.starts_on:
        what = _("%(what)s, from %(day)s") % {"what": what, "day": f"{row.starts_on:%-d %B %Y}"}
    if row.ends_on:
        what = _("%(what)s, until %(day)s") % {"what": what, "day": f"{row.ends_on:%-d %B %Y}"}
    return what


def _named(code: str, by_code: dict[str, UnitRow], world: World) -> str:
    if code in world.units:
        return world.units[code].name
    return by_code[code].name if code in by_code else code
