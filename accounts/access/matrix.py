"""What each tier says to each right, on one unit or by default in the whole force."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.access.declared import Permission, all_permissions
from accounts.access.facts import Said, overrides_at, units_above
from accounts.models import Answer, Role, Unit
from hqdash.base import clock

# The desks in the order in which a post is written, answered and looked after.
_GROUPS = {
    "publishing": _("Publishing"),
    "monitoring": _("Listening"),
    "moderation": _("Moderation"),
    "accounts": _("Organisation, accounts and log"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one tier says to one right here."""

    role: Role
    answer: Answer
    force_default: Answer
    set_here: bool
    """Whether this very unit says so itself (for the whole force: whether it is the default, which it always is)."""
    set_at: Unit | None
    """The unit whose override counts here; None where the force's default does."""

    @property
    def differs(self) -> bool:
        """Whether it is another answer than the force's default."""
        return self.answer != self.force_default


@dataclass(frozen=True, slots=True)
class Row:
    """One right and what every tier says to it, in the order of the tiers."""

    permission: Permission
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The rights of one desk."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Tiers across, rights down."""

    unit: Unit | None
    roles: tuple[Role, ...]
    groups: tuple[Group, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every right, desk after desk."""
        return tuple(row for group in self.groups for row in group.rows)


def matrix_at(unit: Unit | None) -> Matrix:
    """The tiers of the force as they count on ``unit``; without one, their defaults."""
    roles = tuple(Role.objects.filter(retired_at=None))
    said: dict[tuple[UUID, str], dict[UUID, Said]] = {}
    above: tuple[UUID, ...] = ()
    units: dict[UUID, Unit] = {}
    if unit is not None:
        said = overrides_at((role.pk for role in roles), clock.now())
        above = units_above([unit.pk]).get(unit.pk, ())
        units = Unit.objects.in_bulk(above)

    def cell(role: Role, permission: Permission) -> Cell:
        default = _default(role, permission)
        overrides = said.get((role.pk, permission.name), {})
        nearest = next((each for each in above if each in overrides), None)
        if unit is None or nearest is None:
            return Cell(role, default, default, unit is None, None)
        answer = Answer(overrides[nearest].answer)
        return Cell(role, answer, default, nearest == unit.pk, units[nearest])

    by_desk: dict[str, list[Row]] = {name: [] for name in _GROUPS}
    for permission in all_permissions():
        desk = permission.name.partition(".")[0]
        row = Row(permission, tuple(cell(role, permission) for role in roles))
        by_desk.setdefault(desk, []).append(row)
    groups = (Group(str(_GROUPS.get(desk, desk)), tuple(rows)) for desk, rows in by_desk.items() if rows)
    return Matrix(unit, roles, tuple(groups))


def _default(role: Role, permission: Permission) -> Answer:
    if permission.name in role.permissions:
        return Answer.ALLOWED
    return Answer.APPROVAL if permission.name in role.with_approval else Answer.NO
