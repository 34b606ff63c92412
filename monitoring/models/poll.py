"""When each channel is to be read next, and how far it has been read."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from accounts.models import Channel
from hqdash.base.tenancy import TenantModel


class Poll(TenantModel):
    """One row per channel: the due-queue from which workers lease channels to read."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="poll")
    due_at = models.DateTimeField(db_default=Now())
    interval_seconds = models.PositiveIntegerField(default=10)
    comments_cursor = models.TextField(blank=True)
    mentions_cursor = models.TextField(blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    """In a row."""
    last_read_at = models.DateTimeField(null=True, blank=True)
    last_found = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="poll_due")]
