"""Changes of the tiers: collected by one administrator, put into force by another."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from hqdash.base.tenancy import TenantModel


class ChangeSet(TenantModel):
    """What one administrator wants to change together: all of it comes into force, or nothing."""

    class State(models.TextChoices):
        """How far it has come."""

        OPEN = "open", _("Being collected")
        PROPOSED = "proposed", _("Waiting for a second administrator")
        SENT_BACK = "sent_back", _("Sent back")
        IN_FORCE = "in_force", _("In force")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="change_sets")
    reason = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    proposed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="change_sets_decided"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        verbose_name = _("set of changes")
        ordering = ["-opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["proposed_by"], condition=models.Q(state="open"), name="one_open_set_per_person"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("proposed_by")),
                name="set_decided_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="in_force") | models.Q(decided_by__isnull=False),
                name="set_in_force_has_two_names",
            ),
        ]
        indexes = [models.Index(fields=["force", "state", "-proposed_at"], name="change_sets_by_state")]

    def __str__(self) -> str:
        return f"{self.proposed_by}: {self.get_state_display()}"

    @property
    def can_be_edited(self) -> bool:
        """While the one who collects it may still add and drop changes."""
        return self.state in (self.State.OPEN, self.State.SENT_BACK)


class Change(TenantModel):
    """One change of a set; what it is about is kept by ids, and read by its kind."""

    change_set = models.ForeignKey(ChangeSet, on_delete=models.CASCADE, related_name="changes")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    about = models.CharField(max_length=300)
    """What it changes; a later change of the same thing takes the place of the earlier one."""
    what = models.JSONField()
    before = models.JSONField(default=dict)
    """What it found when it was collected. If that is no longer so, it does not come into force."""
    sentence = models.TextField()
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change")
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["change_set", "about"], name="change_once_per_set")]

    def __str__(self) -> str:
        return self.sentence
