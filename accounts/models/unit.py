"""The organisation tree: force > area > neighbourhood team, to any depth."""

from __future__ import annotations

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
    """The path by which import files name the unit, such as LPU/CV/NPT/Foleshill."""
    position = models.PositiveIntegerField(default=0)
    closed_on = models.DateField(null=True, blank=True)

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
