"""Who holds which role where, and since when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.channel import Channel
from accounts.models.role import Role
from accounts.models.rota import Team
from accounts.models.unit import Unit
from accounts.models.user import User
from hqdash.base.tenancy import TenantModel


class Grant(TenantModel):
    """A role held by a user on a unit and all below it, or on one channel, from one moment until another.

    With a team it counts only while that team is on shift. It is ended, never deleted: one that ends at the
    moment it starts was taken back before it began.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="grants")
    channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="grants"
    )
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="grants")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    given_by = models.CharField(max_length=150)
    """The username under which it was given; "system" for the first ones of a force."""
    requested_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="grants_requested"
    )
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="grants_approved"
    )
    reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("grant")
        indexes = [
            models.Index(fields=["user", "unit"], name="grant_of_user"),
            models.Index(fields=["unit", "role"], name="grant_on_unit"),
            models.Index(
                fields=["channel"], name="grant_on_channel", condition=models.Q(channel__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gte=models.F("starts_at")),
                name="grant_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(unit=None, channel__isnull=False)
                | models.Q(unit__isnull=False, channel=None),
                name="grant_on_unit_or_channel",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_by=None)
                | (
                    models.Q(requested_by__isnull=False)
                    & ~models.Q(approved_by=models.F("requested_by"))
                    & ~models.Q(approved_by=models.F("user"))
                ),
                name="grant_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} on {self.place}"

    @property
    def place(self) -> Unit | Channel:
        """Where it counts: a unit with all below it, or one channel."""
        if self.channel is not None:
            return self.channel
        if self.unit is None:
            raise ValueError("A grant is on a unit or on a channel.")
        return self.unit
