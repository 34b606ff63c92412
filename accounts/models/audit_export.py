"""What somebody takes out of the book, from the moment it is asked for until the file is deleted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantManager, TenantModel


class AuditExport(TenantModel):
    """One export; the signature is written by the sequencer alone, which holds the key."""

    class Kind(models.TextChoices):
        """What is in it."""

        WHOLE = "whole", _("the whole book")
        SELECTION = "selection", _("a selection")
        REDACTED = "redacted", _("a selection with parts blacked out")

    class State(models.TextChoices):
        """How far it has come."""

        WAITING = "waiting", _("waiting")
        BUILDING = "building", _("being built")
        SIGNING = "signing", _("waiting for its signature")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("deleted after its time")

    objects: ClassVar[TenantManager[AuditExport]] = TenantManager()

    asked_by = models.UUIDField(null=True)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField(db_default=Now())
    reason = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    filters = models.JSONField(default=dict)
    without = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    claimed_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    """How many entries the checkpoint covers that it was made with."""
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    signature = models.TextField(blank=True, db_default="")
    signed_at = models.DateTimeField(null=True)
    file_bytes = models.BigIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True)
    problem = models.TextField(blank=True)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("audit export")
        indexes = [
            models.Index(fields=["force", "-asked_at", "id"], name="export_by_force"),
            models.Index(
                fields=["state", "asked_at"],
                name="export_at_work",
                condition=models.Q(state__in=["waiting", "building", "signing", "ready"]),
            ),
        ]

    def __str__(self) -> str:
        """How the book and people call it."""
        return f"audit-{self.asked_at:%Y-%m-%d-%H%M%S}.zip"

    @property
    def is_ready(self) -> bool:
        """Whether there is a file to be fetched."""
        return self.state == self.State.READY

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in (self.State.READY, self.State.FAILED, self.State.EXPIRED)

    @property
    def share(self) -> int:
        """Percent of the entries that are in the file already."""
        return min(100, self.done * 100 // self.total) if self.total else 0
