"""Imports files about units, people, accounts and roles: all that is planned is done, or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from accounts.access.gate import people_who_can, require
from accounts.actions.changes import collect
from accounts.actions.organisation import end_role, grant_role
from accounts.actions.taking_in import add_accounts, add_people, add_units, change_account, move_account
from accounts.actions.tree import lock_tree
from accounts.actions.units import close_unit, move_unit, rename_unit
from accounts.audit.book import record
from accounts.audited import ORGANISATION_IMPORTED
from accounts.importing.planning import ends_at, plan_import, starts_at
from accounts.importing.reading import GivenFile, read_files
from accounts.importing.rows import AccountRow, RoleRow, UnitRow
from accounts.importing.steps import Choices, Plan, Step, Subject, Verb
from accounts.importing.world import World, look_at_world
from accounts.models import Channel, Force, Grant, Role, Unit, User
from accounts.permissions import APPROVE_TIERS, CHANGE_TIERS, MANAGE_ORGANISATION
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Unprocessable


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, and what it left for a second administrator."""

    done: int
    proposed: int


def preview_import(*, actor: Actor, files: Sequence[GivenFile], choices: Choices, now: datetime) -> Plan:
    """What importing the files would change; nothing is written.

    Raises:
        Unprocessable: a file cannot be read.
    """
    require(actor, MANAGE_ORGANISATION)
    return plan_import(read_files(files), look_at_world(actor, now=now), choices)


@transaction.atomic
def import_organisation(
    *, actor: Actor, files: Sequence[GivenFile], choices: Choices, digest: str, now: datetime
) -> Imported:
    """Do what the preview with this ``digest`` showed.

    Units, people and accounts come into force at once; what changes people's rights is collected among the
    actor's changes, for a second administrator. The system itself acts at once.

    Raises:
        Unprocessable: something in the files is wrong.
        Conflict: the force has changed since the preview.
    """
    require(actor, MANAGE_ORGANISATION)
    lock_tree()
    world = look_at_world(actor, now=now)
    plan = plan_import(read_files(files), world, choices)
    if plan.problems:
        raise Unprocessable(_("Nothing was imported: %(first)s") % {"first": plan.problems[0]}, "file")
    if plan.digest != digest:
        raise Conflict(
            _("The force has changed since this preview. Look at the new preview, then import again.")
        )
    _refuse_alone(actor, plan)
    if plan.is_empty:
        return Imported(0, 0)
    _do(actor, plan, now)
    if plan.for_second:
        _hand_on(actor, plan.for_second, world, now)
    done = Imported(len(plan.direct), len(plan.for_second))
    record(
        actor,
        ORGANISATION_IMPORTED,
        Force.objects.get(pk=actor.force_id),
        file=", ".join(file.name for file in files)[:200],
        summary=_("%(done)d done, %(proposed)d for a second administrator")
        % {"done": done.done, "proposed": done.proposed},
        counts=plan.counts(),
        digest=digest,
    )
    return done


def _refuse_alone(actor: Actor, plan: Plan) -> None:
    """Rights change by two people; only a force that has no two administrators yet is set up by the system."""
    if not plan.for_second:
        return
    if actor.is_person:
        require(actor, CHANGE_TIERS)
        return
    root = Unit.objects.get(parent=None)
    if people_who_can(APPROVE_TIERS, root).count() > 1:
        raise Unprocessable(
            _(
                "This changes what people may do, and the force has administrators for that: say in whose name "
                "it is proposed, and let another one put it into force."
            ),
            "by",
        )


def _do(actor: Actor, plan: Plan, now: datetime) -> None:
    """Everything that comes into force at once."""
    new_units = [
        (cast(UnitRow, step.row), step.key[1]) for step in plan.direct if _is(step, Subject.UNIT, Verb.ADD)
    ]
    units = add_units(actor=actor, rows=new_units)
    add_people(
        actor=actor,
        usernames=[step.key[0] for step in plan.direct if _is(step, Subject.PERSON, Verb.ADD)],
    )
    new_accounts = [
        cast(AccountRow, step.row) for step in plan.direct if _is(step, Subject.ACCOUNT, Verb.ADD)
    ]
    add_accounts(actor=actor, rows=new_accounts, units=units, now=now)
    for step in plan.direct:
        match step.subject, step.verb:
            case Subject.UNIT, Verb.RENAME:
                rename_unit(actor=actor, unit=units[step.key[0]], name=step.after, now=now)
            case Subject.ACCOUNT, Verb.CHANGE:
                row, channel = cast(AccountRow, step.row), _channel(step)
                coverage = row.coverage or channel.coverage
                change_account(actor=actor, channel=channel, name=row.name, coverage=coverage)
            case Subject.ACCOUNT, Verb.MOVE:
                move_account(actor=actor, channel=_channel(step), unit=units[step.after])


def _is(step: Step, subject: Subject, verb: Verb) -> bool:
    return (step.subject, step.verb) == (subject, verb)


def _channel(step: Step) -> Channel:
    network, handle = step.key
    return Channel.objects.select_related("unit").get(network=network, handle=handle)


def _hand_on(actor: Actor, steps: Sequence[Step], world: World, now: datetime) -> None:
    """Let a second administrator decide; what the system itself imports is in force at once."""
    units = {unit.code: unit for unit in Unit.objects.all()}
    names = {step.key[0] for step in steps if step.subject == Subject.ROLE}
    named = User.objects.annotate(small=Lower("username")).filter(small__in=names)
    people = {user.username.lower(): user for user in named}
    roles = {role.slug: role for role in Role.objects.filter(retired_at=None)}
    for step in steps:
        match step.subject, step.verb:
            case Subject.UNIT, Verb.MOVE:
                unit, parent = units[step.key[0]], units[step.key[1]]
                if actor.is_person:
                    collect(actor=actor, now=now, kind="unit.move", unit=unit, parent=parent)
                else:
                    move_unit(actor=actor, unit=unit, parent=parent, now=now)
            case Subject.UNIT, _any:
                _close(actor, units[step.key[0]], world, now)
            case Subject.ROLE, Verb.END:
                row = cast("RoleRow | None", step.row)
                _end(actor, Grant.objects.get(pk=world.held[_role_key(step)].grant_id), row, world, now)
            case _any:
                username, slug, code = step.key
                row = cast(RoleRow, step.row)
                _give(actor, people[username], roles[slug], units[code], row, world, now)


def _role_key(step: Step) -> tuple[str, str, str]:
    username, role, unit = step.key
    return username, role, unit


def _close(actor: Actor, unit: Unit, world: World, now: datetime) -> None:
    if actor.is_person:
        collect(
            actor=actor, now=now, kind="unit.close", unit=unit, on=world.today, with_everything_below=True
        )
    else:
        close_unit(actor=actor, unit=unit, on=world.today, now=now, with_everything_below=True)


def _end(actor: Actor, grant: Grant, row: RoleRow | None, world: World, now: datetime) -> None:
    at = ends_at(row, world) if row is not None else None
    at = max(at, now) if at is not None else now
    if actor.is_person:
        collect(actor=actor, now=now, kind="grant.end", grant=grant, at=at)
    else:
        end_role(actor=actor, grant=grant, at=at, now=now)


def _give(
    actor: Actor, user: User, role: Role, unit: Unit, row: RoleRow, world: World, now: datetime
) -> None:
    standing = world.held.get((user.username.lower(), role.slug, unit.code))
    begins = standing.ends_at if standing is not None and standing.ends_at else None
    if row.starts_on is not None:
        begins = starts_at(row, world)
    until, reason = ends_at(row, world), _("Import: %(place)s") % {"place": row.place}
    if actor.is_person:
        collect(
            actor=actor,
            now=now,
            kind="grant.give",
            user=user,
            role=role,
            unit=unit,
            starts_at=begins,
            ends_at=until,
            reason=reason,
        )
    else:
        grant_role(
            actor=actor, user=user, role=role, unit=unit, now=begins or now, ends_at=until, reason=reason
        )
