"""Permissions as objects, each declared once with the words that people read."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Permission:
    """A right that a role may hold.

    One that ``speaks`` lets people speak to the public in the force's name; one that ``administers`` lets them
    decide who may. Nobody holds both. What ``goes_out`` needs an account that works and a force that is not
    locked; speaking always does.
    """

    name: str
    label: Any
    help_text: Any
    granted_to: frozenset[str] = field(default_factory=frozenset)
    requires: Permission | None = None
    speaks: bool = False
    administers: bool = False
    goes_out: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def needs(self) -> list[Permission]:
        """Every right without which this one makes no sense, the nearest first."""
        needed: list[Permission] = []
        step = self.requires
        while step is not None:
            needed.append(step)
            step = step.requires
        return needed

    @property
    def needed_by(self) -> list[Permission]:
        """Every right that makes no sense without this one."""
        return [other for other in all_permissions() if self in other.needs]


_declared: dict[str, Permission] = {}


def permission(
    name: str,
    *,
    label: Any,
    help_text: Any,
    granted_to: AbstractSet[str],
    requires: Permission | None = None,
    speaks: bool = False,
    administers: bool = False,
    goes_out: bool = False,
) -> Permission:
    """Declare a right.

    ``granted_to`` names the roles that hold it in a new force; ``requires`` is a right without which this
    one makes no sense, so whoever gets this gets that too.

    Raises:
        ValueError: the name is taken, or the right would both speak and administer.
    """
    if name in _declared:
        raise ValueError(f"The permission {name} is declared twice.")
    if speaks and administers:
        raise ValueError(f"The permission {name} cannot both speak and administer.")
    declared = Permission(
        name, label, help_text, frozenset(granted_to), requires, speaks, administers, goes_out or speaks
    )
    _declared[name] = declared
    return declared


def all_permissions() -> list[Permission]:
    """Every declared right, by name."""
    return [_declared[name] for name in sorted(_declared)]


def permission_named(name: str) -> Permission | None:
    """The right of that name; None for one that no desk declares (any more)."""
    return _declared.get(name)


def speaking_rights() -> frozenset[str]:
    """The names of the rights by which people speak to the public."""
    return frozenset(name for name, declared in _declared.items() if declared.speaks)


def administering_rights() -> frozenset[str]:
    """The names of the rights by which people decide who may do what."""
    return frozenset(name for name, declared in _declared.items() if declared.administers)


def default_permissions(role_slug: str) -> list[str]:
    """The rights that this role holds in a new force, required ones included."""
    held: set[str] = set()
    for declared in _declared.values():
        if role_slug in declared.granted_to:
            held.update(each.name for each in (declared, *declared.needs))
    return sorted(held)
