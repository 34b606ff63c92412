"""A key with which a program acts under the name of its owner, for a while and with a part of their rights."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from hqdash.base.tenancy import TenantModel


class ApiKey(TenantModel):
    """An API key. Its secret is nowhere: what is kept only tells whether one that is shown is the right one."""

    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=100)
    """What it is for, in the owner's words."""
    prefix = models.CharField(max_length=12, unique=True)
    """The open part, by which a key is found and named."""
    digest = models.BinaryField()
    scopes = ArrayField(models.CharField(max_length=100))
    """Names of rights: it may do what is among these and among its owner's rights."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    """To within a few minutes: a write for every request would cost more than it tells."""
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.CharField(max_length=150, blank=True)
    revoked_why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("API key")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("created_at") + timedelta(days=366)),
                name="api_key_lives_a_year_at_most",
            ),
            models.CheckConstraint(condition=~Q(scopes=[]), name="api_key_may_do_something"),
        ]
        indexes = [models.Index(fields=["force", "-created_at", "id"], name="api_key_newest")]

    def __str__(self) -> str:
        return f"{self.name} (hqd_{self.prefix})"

    def holds_at(self, moment: datetime) -> bool:
        """True while it opens anything."""
        return self.revoked_at is None and self.expires_at > moment
