"""A tier: a named, numbered set of permissions that a force may edit."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantModel


class Role(TenantModel):
    """A tier. The slugs below are the tiers that a new force begins with."""

    CENTRAL_ADMIN = "central_admin"
    IT_ADMIN = "it_admin"
    GOLD = "gold"
    DUTY_PRESS_OFFICER = "duty_press_officer"
    LEGAL_APPROVER = "legal_approver"
    AREA_APPROVER = "area_approver"
    AREA_EDITOR = "area_editor"
    MODERATOR = "moderator"
    CONTRIBUTOR = "contributor"
    AUDITOR = "auditor"

    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    number = models.PositiveSmallIntegerField()
    """The tier's number: 1 is the lowest. Administrators and auditors stand beside the ladder with 0."""
    permissions = ArrayField(models.CharField(max_length=100), default=list)

    class Meta:
        verbose_name = _("role")
        ordering = ["number", "slug"]
        constraints = [models.UniqueConstraint(fields=["force", "slug"], name="role_slug_once_per_force")]

    def __str__(self) -> str:
        return self.name
