"""Permissions as objects, each declared once with the words that people read."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Permission:
    """A right that a role may hold."""

    name: str
    label: Any
    help_text: Any
    granted_to: frozenset[str] = field(default_factory=frozenset)
    requires: Permission | None = None

    def __str__(self) -> str:
        return self.name


_declared: dict[str, Permission] = {}


def permission(
    name: str, *, label: Any, help_text: Any, granted_to: AbstractSet[str], requires: Permission | None = None
) -> Permission:
    """Declare a right.

    ``granted_to`` names the roles that hold it in a new force; ``requires`` is a right without which this
    one makes no sense, so whoever gets this gets that too.

    Raises:
        ValueError: the name is taken.
    """
    if name in _declared:
        raise ValueError(f"The permission {name} is declared twice.")
    declared = Permission(name, label, help_text, frozenset(granted_to), requires)
    _declared[name] = declared
    return declared


def all_permissions() -> list[Permission]:
    """Every declared right, by name."""
    return [_declared[name] for name in sorted(_declared)]


def default_permissions(role_slug: str) -> list[str]:
    """The rights that this role holds in a new force, required ones included."""
    held: set[str] = set()
    for declared in _declared.values():
        step: Permission | None = declared if role_slug in declared.granted_to else None
        while step is not None:
            held.add(step.name)
            step = step.requires
    return sorted(held)
