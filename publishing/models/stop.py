"""A person who posted faster than people do, and may not speak until an administrator has talked to them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hqdash.base.tenancy import TenantModel


class PersonStop(TenantModel):
    """One stop of one person; at most one of each person is open."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="publishing_stops")
    at = models.DateTimeField()
    posts = models.PositiveSmallIntegerField()
    """How many posts, with the one that was refused, came within the minute."""
    sessions_ended = models.PositiveSmallIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    """How many deliveries of theirs had not begun, and are held."""
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_why = models.TextField(blank=True)

    class Meta:
        verbose_name = _("stop of a person")
        ordering = ["-at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(lifted_at=None), name="one_open_stop_per_person"
            )
        ]
        indexes = [models.Index(fields=["force", "-at", "id"], name="person_stop_newest")]

    def __str__(self) -> str:
        return str(self.person)
