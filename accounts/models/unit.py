"""The organisation tree: force > area > neighbourhood team, to any depth."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantModel


class Unit(TenantModel):
    """A node of the organisation tree."""

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=120)
    """The path by which import files name the unit, such as LPU/CV/NPT/Foleshill; it stays when the unit moves."""
    position = models.PositiveIntegerField(default=0)
    closed_on = models.DateField(null=True, blank=True)
    """The first day on which the unit is closed, by the force's own calendar: history keeps it, nothing else does."""

    class Meta:
        verbose_name = _("unit")
        ordering = ["position", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["force", "code"], name="unit_code_once_per_force"),
            models.UniqueConstraint(
                fields=["force"], condition=models.Q(parent=None), name="one_root_unit_per_force"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_closed(self, day: date) -> bool:
        """Whether the unit is closed on that day."""
        return self.closed_on is not None and self.closed_on <= day


def open_on(day: date, unit: str = "") -> models.Q:
    """The condition that a unit (or the one that a row points at as ``unit``) is open on that day."""
    name = f"{unit}__closed_on" if unit else "closed_on"
    return models.Q(**{name: None}) | models.Q(**{f"{name}__gt": day})


class UnitPath(TenantModel):
    """One row for each unit and each unit above it, itself included (depth 0).

    A closure table answers "everything below" and "everything above" by one index look-up; moving a unit
    rewrites only its own rows.
    """

    ancestor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="paths_down")
    descendant = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="paths_up")
    depth = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ancestor", "descendant"], name="unit_path_once"),
        ]
        indexes = [models.Index(fields=["descendant", "ancestor", "depth"], name="unit_path_upwards")]
