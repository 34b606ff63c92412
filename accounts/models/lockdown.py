"""A time during which nothing leaves a force's accounts, from who locked it to the two who unlocked it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from hqdash.base.tenancy import TenantModel

WORD_HOLDS = timedelta(minutes=15)
"""How long the first of the two who unlock is waited for; after that they have to say it again."""


class Lockdown(TenantModel):
    """One lock-down; at most one of a force has not ended."""

    locked_by = models.CharField(max_length=150)
    """The username, or "system" where the command named nobody."""
    reason = models.TextField()
    locked_at = models.DateTimeField()
    sessions_ended = models.PositiveIntegerField(default=0)
    first_unlock_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    first_unlock_at = models.DateTimeField(null=True, blank=True)
    second_unlock_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("lock-down")
        ordering = ["-locked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["force"], condition=Q(ended_at=None), name="one_lockdown_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, second_unlock_by=None)
                | (
                    Q(ended_at__isnull=False, first_unlock_by__isnull=False, second_unlock_by__isnull=False)
                    & ~Q(first_unlock_by=F("second_unlock_by"))
                ),
                name="two_people_end_a_lockdown",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.locked_at:%Y-%m-%d %H:%M}"

    def waits_for_second(self, now: datetime) -> bool:
        """True while one person has spoken for unlocking and their word still holds."""
        return self.first_unlock_at is not None and self.first_unlock_at + WORD_HOLDS > now
