"""What a tier may do differently on one unit and all below it: an override of the force's default."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.role import Role
from accounts.models.unit import Unit
from hqdash.base.tenancy import TenantModel


class Answer(models.TextChoices):
    """What a tier says to a right."""

    ALLOWED = "allowed", _("Allowed")
    APPROVAL = "approval", _("Needs approval")
    NO = "no", _("Not allowed")


class Rule(TenantModel):
    """An override; the nearest one up the tree wins over the tier's default.

    It is ended, never deleted or rewritten, so that the past can be explained with the tiers of then.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rules")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="rules")
    permission = models.CharField(max_length=100)
    answer = models.CharField(max_length=10, choices=Answer.choices)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("override")
        constraints = [
            models.UniqueConstraint(
                fields=["role", "permission", "unit"],
                condition=models.Q(ends_at=None),
                name="one_override_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gte=models.F("starts_at")),
                name="override_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["unit", "role"], name="override_on_unit")]

    def __str__(self) -> str:
        return f"{self.permission}: {self.get_answer_display()} for {self.role} on {self.unit}"
