"""No query without a force: the base of every table that belongs to one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from hqdash.base.scope import (
    ALL_FORCES,
    NoForce,
    WrongForce,
    across_forces,
    acting_for,
    current_force_id,
    current_scope,
)

__all__ = [
    "ALL_FORCES",
    "NoForce",
    "TenantManager",
    "TenantModel",
    "WrongForce",
    "across_forces",
    "acting_for",
    "current_force_id",
    "current_scope",
]

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class TenantManager(models.Manager[M_co]):
    """Rows of the current force only; asking outside of any force is an error."""

    def get_queryset(self) -> models.QuerySet[M_co]:
        """Every row of the current force (or of all, inside ``across_forces``)."""
        scope = current_scope()
        if scope is None:
            raise NoForce(self.model._meta.label)
        rows = super().get_queryset()
        return rows if scope.spans_forces else rows.filter(force_id=scope.force_id)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[M_co]:
        """Insert many rows of the current force at once."""
        rows = list(objs)
        for row in rows:
            row.take_force()
        return super().bulk_create(rows, *args, **kwargs)


class TenantModel(models.Model):
    """A row that belongs to one force."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    force = models.ForeignKey("accounts.Force", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[TenantManager[Self]] = TenantManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row under its force."""
        self.take_force()
        super().save(*args, **kwargs)

    def take_force(self) -> None:
        """Give the row to the current force.

        Raises:
            NoForce: outside of any force.
            WrongForce: the row already belongs to another.
        """
        scope = current_scope()
        if scope is None:
            raise NoForce(self._meta.label)
        owner: uuid.UUID | None = self.force_id
        if owner is None:
            self.force_id = current_force_id()
        elif not scope.spans_forces and owner != scope.force_id:
            raise WrongForce(f"This {self._meta.verbose_name} belongs to another force.")
