"""What screening found in one mention: kept once, with everything that explains it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantModel
from monitoring.models import Mention


class Screening(TenantModel):
    """The verdict on one mention. That it exists means: this mention has been screened."""

    mention = models.OneToOneField(Mention, on_delete=models.CASCADE, related_name="screening")
    action = models.CharField(max_length=10)
    category = models.CharField(max_length=30, blank=True)
    categories = ArrayField(models.CharField(max_length=30), default=list)
    alerts = ArrayField(models.CharField(max_length=30), default=list)
    severity = models.PositiveSmallIntegerField(default=0)
    vetoed_by = models.CharField(max_length=30, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    findings = models.JSONField(default=list)
    excused = models.JSONField(default=list)
    versions = ArrayField(models.UUIDField(), default=list)
    """The published versions that screened."""
    screened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("screening")

    def __str__(self) -> str:
        return f"{self.action} {self.category}".strip()
