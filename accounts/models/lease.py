"""A worker's short, numbered right to use one channel's credential for one piece of work."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from accounts.models.channel import Channel
from accounts.models.connecting import Connecting
from hqdash.base.tenancy import TenantModel


class Lease(TenantModel):
    """Held by one worker until ``expires_at`` by the database's clock; a higher fence makes it void."""

    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="leases")
    connecting = models.ForeignKey(Connecting, null=True, on_delete=models.CASCADE, related_name="leases")
    """In place of a channel, while the account is being connected."""
    purpose = models.CharField(max_length=20)
    """publish, read, moderate, reply, connect, renew, test, revoke, ..."""
    subject_id = models.UUIDField()
    """The delivery, poll or act that it was taken for."""
    fence = models.BigIntegerField()
    holder = models.CharField(max_length=80, blank=True)
    taken_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "subject_id"], name="one_lease_per_subject"),
            models.CheckConstraint(
                condition=models.Q(channel=None, connecting__isnull=False)
                | models.Q(channel__isnull=False, connecting=None),
                name="lease_for_one_thing",
            ),
        ]
