"""Changes the organisation tree: units are named, moved with everything below them, and put into order."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.closing import close_unit, reopen_unit
from accounts.actions.tree import lock_tree, transplant, units_below
from accounts.audit.book import record
from accounts.audited import UNIT_MOVED, UNIT_ORDERED, UNIT_RENAMED
from accounts.models import Unit
from accounts.permissions import MANAGE_ORGANISATION
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable

__all__ = ["close_unit", "move_unit", "order_unit", "rename_unit", "reopen_unit"]


@transaction.atomic
def rename_unit(*, actor: Actor, unit: Unit, name: str, now: datetime) -> bool:
    """Give a unit another name; False if it bears that name already. Its code stays.

    Raises:
        Unprocessable: the name is empty or too long.
    """
    require(actor, MANAGE_ORGANISATION, unit)
    name = check_name(name)
    before = Unit.objects.select_for_update(no_key=True).get(pk=unit.pk).name
    if before == name:
        return False
    Unit.objects.filter(pk=unit.pk).update(name=name)
    unit.name = name
    record(actor, UNIT_RENAMED, unit, unit=unit, before=before, after=name)
    return True


@transaction.atomic
def move_unit(*, actor: Actor, unit: Unit, parent: Unit, now: datetime) -> bool:
    """Put a unit and everything below it under ``parent``, last in order; False if it stands there already.

    Raises:
        Unprocessable: the unit is the root, would stand below itself, or ``parent`` closes.
    """
    require(actor, MANAGE_ORGANISATION, unit)
    require(actor, MANAGE_ORGANISATION, parent)
    lock_tree()
    now_standing = Unit.objects.select_related("parent").in_bulk([unit.pk, parent.pk])
    before = now_standing[unit.pk].parent
    if before is None:
        raise Unprocessable(_("%(unit)s is the whole force and cannot be moved.") % {"unit": unit}, "parent")
    if before.pk == parent.pk:
        return False
    units, is_circle = units_below(unit.pk, parent.pk)
    if is_circle:
        raise Unprocessable(
            _("%(unit)s cannot be moved below itself: %(parent)s is part of it. Move %(parent)s out first.")
            % {"unit": unit, "parent": parent},
            "parent",
        )
    refuse_closing_parent(now_standing[parent.pk])
    transplant(unit, parent)
    unit.parent, unit.position = parent, _last_place(parent)
    Unit.objects.filter(pk=unit.pk).update(parent=parent, position=unit.position)
    record(
        actor,
        UNIT_MOVED,
        unit,
        unit=unit,
        before=before.name,
        after=parent.name,
        before_code=before.code,
        after_code=parent.code,
        units=units,
    )
    return True


@transaction.atomic
def order_unit(*, actor: Actor, unit: Unit, after: Unit | None, now: datetime) -> bool:
    """Put a unit behind one of its siblings, or first; False if it stands there already.

    Raises:
        Unprocessable: ``after`` stands under another unit.
    """
    require(actor, MANAGE_ORGANISATION, unit)
    lock_tree()
    siblings = list(Unit.objects.filter(parent_id=unit.parent_id))
    others = [each for each in siblings if each.pk != unit.pk]
    names = [each.pk for each in others]
    if after is not None and after.pk not in names:
        raise Unprocessable(
            _("%(after)s does not stand beside %(unit)s.") % {"after": after, "unit": unit}, "after"
        )
    place = names.index(after.pk) + 1 if after is not None else 0
    wanted = [*others[:place], next(each for each in siblings if each.pk == unit.pk), *others[place:]]
    if [each.pk for each in wanted] == [each.pk for each in siblings]:
        return False
    before = [each.name for each in siblings]
    for position, each in enumerate(wanted, start=1):
        each.position = position
    Unit.objects.bulk_update(wanted, ["position"])
    unit.position = place + 1
    record(actor, UNIT_ORDERED, unit, unit=unit, before=before, after=[each.name for each in wanted])
    return True


def check_name(name: str) -> str:
    """A unit's name without the spaces around it.

    Raises:
        Unprocessable: there is none, or it is too long.
    """
    name = " ".join(name.split())
    if not name:
        raise Unprocessable(_("Give the unit a name."), "name")
    if len(name) > 200:
        raise Unprocessable(_("Use at most 200 characters for the name."), "name")
    return name


def refuse_closing_parent(parent: Unit) -> None:
    """Nothing new goes under a unit that is closed or will be.

    Raises:
        Unprocessable: it is, or will be.
    """
    if parent.closed_on is not None:
        raise Unprocessable(
            _("%(parent)s closes on %(day)s. Reopen it first, or choose another unit.")
            % {"parent": parent, "day": f"{parent.closed_on:%-d %B %Y}"},
            "parent",
        )


def _last_place(parent: Unit) -> int:
    """Behind everybody where somebody has put the units into order; else by name among them."""
    last: int = Unit.objects.filter(parent=parent).aggregate(last=Max("position"))["last"] or 0
    return last + 1 if last else 0
