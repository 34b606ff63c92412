"""A tier: a named, numbered set of permissions that a force may edit."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantModel


class SecondFactor(models.TextChoices):
    """What a tier asks for at sign-in beside the password."""

    OPTIONAL = "optional", _("Optional")
    ANY = "any", _("Passkey or code")
    PASSKEY = "passkey", _("Passkey only")


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
    """What is allowed unless a unit says otherwise."""
    with_approval = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    """What needs a second person's approval unless a unit says otherwise."""
    second_factor = models.CharField(
        max_length=10, choices=SecondFactor.choices, default=SecondFactor.OPTIONAL
    )
    speaks = models.BooleanField(default=False)
    """Whether any right of this tier, here or on any unit, speaks to the public; kept by the actions."""
    administers = models.BooleanField(default=False)
    """The same for rights that administer. No tier does both, and nobody holds two tiers that do."""
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("role")
        ordering = ["number", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["force", "slug"], name="role_slug_once_per_force"),
            models.CheckConstraint(
                condition=~models.Q(speaks=True, administers=True), name="role_speaks_or_administers"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RoleVersion(TenantModel):
    """What a tier was until it was changed, so that the past can be explained with the tiers of then."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="versions")
    permissions = ArrayField(models.CharField(max_length=100), default=list)
    with_approval = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    second_factor = models.CharField(max_length=10, choices=SecondFactor.choices)
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("former state of a role")
        indexes = [models.Index(fields=["role", "until"], name="role_version_by_time")]


class KnownRight(TenantModel):
    """A right that a force has met: its tiers were given it once, and are the force's to edit since."""

    permission = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("known right")
        constraints = [models.UniqueConstraint(fields=["force", "permission"], name="right_known_once")]
