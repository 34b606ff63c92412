"""What is to be done at the network: a row like a delivery, with the same discipline.

An attempt is committed before a byte leaves, a lease with a growing fence keeps two workers apart, and a
mention has one act in flight at most. Unlike a post, a hide may be repeated: hiding what is hidden changes
nothing, so an unknown outcome is settled by doing it again.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Channel
from hqdash.base.tenancy import TenantModel
from moderation.models.case import Decision
from monitoring.models import Mention


class NetworkAct(TenantModel):
    """One change of one mention at its network."""

    class Verb(models.TextChoices):
        """What the network is asked for."""

        HIDE = "hide", _("Hide")
        UNHIDE = "unhide", _("Show again")
        REMOVE = "remove", _("Delete")

    class State(models.TextChoices):
        """How far it is; see ``moderation.rules`` for the steps between them."""

        DUE = "due", _("Waiting")
        LEASED = "leased", _("Starting")
        ACTING = "acting", _("At the network")
        UNKNOWN = "unknown", _("Checking")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        DROPPED = "dropped", _("Not needed any more")

    mention = models.ForeignKey(Mention, on_delete=models.PROTECT, related_name="acts")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="network_acts")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="acts")
    verb = models.CharField(max_length=10, choices=Verb.choices)
    place = models.PositiveIntegerField()
    """1, 2, 3... per mention: acts on one mention happen in this order."""
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    sentence = models.TextField(blank=True)
    """Why it is where it is, for people."""
    who_still_sees = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("act at the network")
        constraints = [
            models.UniqueConstraint(fields=["mention", "place"], name="act_place_once"),
            models.UniqueConstraint(
                fields=["mention"],
                condition=Q(state__in=["leased", "acting", "unknown"]),
                name="one_act_in_flight",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["due", "unknown"]), name="act_due"),
            models.Index(
                fields=["leased_until"], condition=Q(state__in=["leased", "acting"]), name="act_lost"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {str(self.mention_id)[:8]}"


class Attempt(TenantModel):
    """One call to the network, committed before it is made."""

    act = models.ForeignKey(NetworkAct, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    fence = models.BigIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        verbose_name = _("attempt")
        constraints = [
            models.UniqueConstraint(fields=["act", "number"], name="act_attempt_once"),
            models.UniqueConstraint(
                fields=["act"], condition=Q(finished_at=None), name="act_one_open_attempt"
            ),
        ]
