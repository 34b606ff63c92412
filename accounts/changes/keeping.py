"""Keeps what a tier was, before it is changed."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Role, RoleVersion


def keep_version(role: Role, *, now: datetime) -> None:
    """Remember the tier as it was until now; of several changes at one moment the first one counts."""
    if not RoleVersion.objects.filter(role=role, until=now).exists():
        RoleVersion.objects.create(
            role=role,
            permissions=role.permissions,
            with_approval=role.with_approval,
            second_factor=role.second_factor,
            until=now,
        )
