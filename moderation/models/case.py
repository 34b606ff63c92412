"""An item that is or was for a person to look at, and what was decided about it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Channel, User
from hqdash.base.tenancy import TenantModel
from monitoring.models import Mention


class Case(TenantModel):
    """One mention under moderation."""

    class State(models.TextChoices):
        """Whether somebody still has to look."""

        OPEN = "open", _("Open")
        DECIDED = "decided", _("Decided")
        UNDONE = "undone", _("Undone")

    mention = models.OneToOneField(Mention, on_delete=models.PROTECT, related_name="case")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    severity = models.PositiveSmallIntegerField(default=1)
    category = models.CharField(max_length=30, blank=True)
    categories = ArrayField(models.CharField(max_length=30), default=list)
    problem = models.TextField(blank=True)
    """Why it is (again) open although something was decided: the network's refusal in plain words."""
    opened_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="claimed_cases"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    """When it was last decided or undone."""

    class Meta:
        verbose_name = _("case")
        indexes = [
            models.Index(
                fields=["force", "-severity", "opened_at", "id"], condition=Q(state="open"), name="case_queue"
            ),
            models.Index(fields=["force", "-settled_at", "-id"], name="case_settled"),
            models.Index(fields=["channel", "state"], name="case_of_channel"),
        ]

    def __str__(self) -> str:
        return f"case {str(self.pk)[:8]} on {self.channel}"


class Decision(TenantModel):
    """One decision on a case, with the name of whoever took it; never changed afterwards."""

    class What(models.TextChoices):
        """What was decided."""

        HIDE = "hide", _("Hide")
        REMOVE = "remove", _("Delete")
        ALLOW = "allow", _("Allow")
        ESCALATE = "escalate", _("Escalate")
        UNDO = "undo", _("Undo")

    class Reason(models.TextChoices):
        """Why, as a code that figures can be made of."""

        THREAT = "threat", _("Threat or incitement")
        PERSONAL = "personal", _("Personal information")
        HATE = "hate", _("Hate speech")
        IDENTITY = "identity", _("Victim or suspect identity")
        SPAM = "spam", _("Spam or scam")
        ABUSE = "abuse", _("Abuse")
        LEGAL = "legal", _("Legal risk")
        OTHER = "other", _("Other, explain below")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    what = models.CharField(max_length=10, choices=What.choices)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("decision")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["case", "-at"], name="decision_of_case")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} by {self.by_name}"

    @property
    def is_automatic(self) -> bool:
        """True for what a dictionary decided."""
        return self.by_id is None
