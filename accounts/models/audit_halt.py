"""A book that is not continued, because the database does not go on from where the signatures outside ended."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantManager, TenantModel


class AuditHalt(TenantModel):
    """The sequencer refuses to sign until a person has said why, in the book itself."""

    objects: ClassVar[TenantManager[AuditHalt]] = TenantManager()

    noticed_at = models.DateTimeField(db_default=Now())
    sentence = models.TextField()
    kept_size = models.BigIntegerField()
    kept_root = models.BinaryField()
    kept_at = models.DateTimeField()
    size = models.BigIntegerField()
    """How many entries the database has a place for, where it stopped."""
    accepted_at = models.DateTimeField(null=True)
    accepted_by_name = models.CharField(max_length=150, blank=True, db_default="")
    reason = models.TextField(blank=True, db_default="")

    class Meta:
        verbose_name = _("stop of the book")
        constraints = [
            models.UniqueConstraint(
                fields=["force", "kept_root", "size"],
                condition=models.Q(accepted_at=None),
                name="one_stop_per_departure",
            )
        ]

    @property
    def lost(self) -> int:
        """How many entries were signed and are not in this database."""
        return max(0, self.kept_size - self.size)
