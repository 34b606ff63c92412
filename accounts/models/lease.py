"""A worker's short, numbered right to use one channel's credential for one piece of work."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from accounts.models.channel import Channel
from hqdash.base.tenancy import TenantModel


class Lease(TenantModel):
    """Held by one worker until ``expires_at`` by the database's clock; a higher fence makes it void."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="leases")
    purpose = models.CharField(max_length=20)
    """publish, read, moderate, reply, ..."""
    subject_id = models.UUIDField()
    """The delivery, poll or act that it was taken for."""
    fence = models.BigIntegerField()
    holder = models.CharField(max_length=80, blank=True)
    taken_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "subject_id"], name="one_lease_per_subject")
        ]
