"""Adds many units, people and accounts of one import at once; each still stands in the book by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.tree import lock_tree
from accounts.audit.book import record, record_all
from accounts.audited import CHANNEL_ADDED, CHANNEL_MOVED, CHANNEL_RENAMED, UNIT_ADDED, USER_ADDED
from accounts.importing.rows import AccountRow, UnitRow
from accounts.models import Channel, Unit, UnitPath, User
from accounts.permissions import MANAGE_CHANNEL, MANAGE_ORGANISATION, MANAGE_PEOPLE
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict
from hqdash.base.tenancy import current_force_id

BATCH = 5_000


@transaction.atomic
def add_units(*, actor: Actor, rows: Sequence[tuple[UnitRow, str]]) -> dict[str, Unit]:
    """Units with the codes of those above them, which come first; every unit of the force by code."""
    require(actor, MANAGE_ORGANISATION)
    lock_tree()
    by_code = {unit.code: unit for unit in Unit.objects.all()}
    if not rows:
        return by_code
    above: dict[UUID, list[UUID]] = {}
    for below, ancestor in UnitPath.objects.order_by("depth").values_list("descendant_id", "ancestor_id"):
        above.setdefault(below, []).append(ancestor)
    paths: list[UnitPath] = []
    added: list[Unit] = []
    for row, parent_code in rows:
        parent = by_code[parent_code]
        unit = Unit(name=row.name, code=row.code, parent=parent)
        by_code[row.code] = unit
        above[unit.pk] = [unit.pk, *above[parent.pk]]
        paths += [
            UnitPath(ancestor_id=ancestor, descendant=unit, depth=depth)
            for depth, ancestor in enumerate(above[unit.pk])
        ]
        added.append(unit)
    Unit.objects.bulk_create(added, batch_size=BATCH)
    UnitPath.objects.bulk_create(paths, batch_size=BATCH)
    record_all(
        actor,
        UNIT_ADDED,
        ((unit, {"code": unit.code, "parent": unit.parent.name if unit.parent else ""}) for unit in added),
    )
    return by_code


@transaction.atomic
def add_people(*, actor: Actor, usernames: Iterable[str]) -> None:
    """People who cannot sign in yet: they are invited one by one, or come by single sign-on.

    Raises:
        Conflict: somebody on this installation signs in under one of the names already.
    """
    names = list(usernames)
    if not names:
        return
    require(actor, MANAGE_PEOPLE)
    people = [User(username=name, force_id=current_force_id()) for name in names]
    for person in people:
        person.set_unusable_password()
    try:
        with transaction.atomic():
            User.objects.bulk_create(people, batch_size=BATCH)
    except IntegrityError:
        raise Conflict(
            _(
                "One of the new user names is taken, perhaps by another force on this installation. "
                "User names are unique: give the new person another one. Nothing was imported."
            )
        ) from None
    record_all(actor, USER_ADDED, ((person, {}) for person in people))


@transaction.atomic
def add_accounts(
    *, actor: Actor, rows: Sequence[AccountRow], units: Mapping[str, Unit], now: datetime
) -> None:
    """Accounts that wait for their first sign-in: they have no credential, so nothing goes out by them."""
    if not rows:
        return
    require(actor, MANAGE_ORGANISATION)
    channels = [
        Channel(
            unit=units[row.unit],
            network=row.network,
            handle=row.handle,
            name=row.name,
            coverage=row.coverage,
            state=Channel.State.SIGN_IN_NEEDED,
            state_reason=_("Imported, and not connected yet: connect it."),
            state_since=now,
        )
        for row in rows
    ]
    Channel.objects.bulk_create(channels, batch_size=BATCH)
    record_all(actor, CHANNEL_ADDED, ((channel, {"network": channel.network}) for channel in channels))


@transaction.atomic
def change_account(*, actor: Actor, channel: Channel, name: str, coverage: str) -> None:
    """Give an account another name, or note when somebody watches it."""
    require(actor, MANAGE_ORGANISATION, channel)
    before = {"name": channel.name, "coverage": channel.coverage}
    channel.name, channel.coverage = name, coverage
    channel.save(update_fields=["name", "coverage"])
    record(actor, CHANNEL_RENAMED, channel, before=before, after={"name": name, "coverage": coverage})


@transaction.atomic
def move_account(*, actor: Actor, channel: Channel, unit: Unit) -> None:
    """Give an account to another unit, and with it to the people who may use that unit's accounts.

    Raises:
        NotAllowed: connecting and suspending accounts is not the actor's to do, here and there.
    """
    require(actor, MANAGE_CHANNEL, channel)
    require(actor, MANAGE_CHANNEL, unit)
    before = channel.unit
    channel.unit = unit
    channel.save(update_fields=["unit"])
    record(actor, CHANNEL_MOVED, channel, before=before.name, after=unit.name)
