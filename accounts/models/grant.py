"""Who holds which role where, and since when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.role import Role
from accounts.models.unit import Unit
from accounts.models.user import User
from hqdash.base.tenancy import TenantModel


class Grant(TenantModel):
    """A role held by a user on a unit and all below it, from one moment until another."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=150)
    """The username under which it was given; "system" for the first ones of a force."""
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("grant")
        indexes = [
            models.Index(fields=["user", "unit"], name="grant_of_user"),
            models.Index(fields=["unit", "role"], name="grant_on_unit"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="grant_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.unit}"
