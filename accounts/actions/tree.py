"""Keeps the closure table true while units come and move: only one change of the tree at a time, in two statements."""

from __future__ import annotations

from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from accounts.models import Unit, UnitPath

# What the new place shares with the old one stays as it is, so a move within an area touches that area alone.
_FORGET = """
DELETE FROM accounts_unitpath path USING accounts_unitpath below
WHERE below.ancestor_id = %(unit)s AND path.descendant_id = below.descendant_id
  AND path.ancestor_id IN (
      SELECT ancestor_id FROM accounts_unitpath WHERE descendant_id = %(unit)s AND depth > 0
      EXCEPT SELECT ancestor_id FROM accounts_unitpath WHERE descendant_id = %(parent)s
  )
"""
_LEARN = """
INSERT INTO accounts_unitpath (id, force_id, ancestor_id, descendant_id, depth)
SELECT gen_random_uuid(), below.force_id, above.ancestor_id, below.descendant_id, above.depth + below.depth + 1
FROM accounts_unitpath above CROSS JOIN accounts_unitpath below
WHERE above.descendant_id = %(parent)s AND below.ancestor_id = %(unit)s
ON CONFLICT (ancestor_id, descendant_id) DO UPDATE SET depth = excluded.depth
WHERE accounts_unitpath.depth <> excluded.depth
"""


def lock_tree() -> None:
    """Wait for whoever else is changing the tree of this force.

    Two people who move two units below each other at the same moment would each see a harmless move, and make
    a circle. Rows that point at the root are not held up by this.
    """
    list(Unit.objects.select_for_update(no_key=True).filter(parent=None).values_list("pk"))


def plant(unit: Unit) -> None:
    """Let a new unit be found below its parent and everything above that."""
    above = UnitPath.objects.filter(descendant_id=unit.parent_id).values_list("ancestor_id", "depth")
    UnitPath.objects.bulk_create(
        [UnitPath(ancestor=unit, descendant=unit, depth=0)]
        + [UnitPath(ancestor_id=ancestor, descendant=unit, depth=depth + 1) for ancestor, depth in above]
    )


def transplant(unit: Unit, parent: Unit) -> None:
    """Let a unit and everything below it be found below ``parent``, and no longer where it was."""
    with connection.cursor() as cursor:
        names = {"unit": unit.pk, "parent": parent.pk}
        cursor.execute(_FORGET, names)
        cursor.execute(_LEARN, names)


def is_below(unit_id: UUID, above_id: UUID) -> bool:
    """Whether a unit stands somewhere below another one, or is that one."""
    return UnitPath.objects.filter(ancestor_id=above_id, descendant_id=unit_id).exists()


def units_below(unit_id: UUID, wanted: UUID) -> tuple[int, bool]:
    """How many units there are from this one down, and whether ``wanted`` is one of them."""
    found = UnitPath.objects.filter(ancestor_id=unit_id).aggregate(
        units=Count("pk"), wanted=Count("pk", filter=Q(descendant_id=wanted))
    )
    return found["units"], bool(found["wanted"])
