"""Work of the vault that takes a while: connecting an account at its network, and errands for one that is connected."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.channel import Channel
from accounts.models.unit import Unit
from accounts.models.user import User
from hqdash.base.tenancy import TenantModel


class Connecting(TenantModel):
    """One walk of one person to a network and back; what they bring home lies sealed in the vault."""

    class State(models.TextChoices):
        """How far it has come."""

        STARTED = "started", _("Waiting for your answer at the network")
        RECEIVED = "received", _("Asking the network for the sign-in")
        EXCHANGED = "exchanged", _("Asking the network whose account it is")
        CHOOSING = "choosing", _("Waiting for your choice")
        CHOSEN = "chosen", _("Putting the sign-ins into the vault")
        CONNECTED = "connected", _("Connected")
        FAILED = "failed", _("Stopped by a failure")
        REFUSED = "refused", _("Not connected")

    network = models.SlugField(max_length=30)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    """The account that is connected again; none while a new one is being connected."""
    base_url = models.URLField(max_length=500, blank=True)
    back_url = models.URLField(max_length=500)
    state_hash = models.CharField(max_length=64, unique=True)
    """Of the state parameter. The parameter itself lies in the session of whoever began."""
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    session = models.CharField(max_length=64, blank=True)
    """The session that may bring the answer; empty when it was begun with an API key."""
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.STARTED)
    reason = models.TextField(blank=True)
    """Why it failed or was refused, with the network's own words."""
    failed_at_step = models.CharField(max_length=12, blank=True)
    """Where a retry goes on; empty when only a new start helps."""
    works_until = models.DateTimeField(null=True, blank=True)
    """How long the sign-in that came home works unless it is renewed before."""
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    offers = models.JSONField(default=list)
    """The accounts that the sign-in opens: id, handle, name, what speaks against one. Never a token."""
    choices = models.JSONField(default=dict)
    """Account id at the network > unit."""
    connected = models.JSONField(default=list)
    """Ids of the channels that came out of it."""

    class Meta:
        verbose_name = _("connection")
        indexes = [models.Index(fields=["state", "due_at"], name="connecting_due")]

    def __str__(self) -> str:
        return f"{self.network}: {self.channel}" if self.channel_id else f"{self.network}: new account"

    @property
    def is_at_work(self) -> bool:
        """True while a worker has something to do."""
        return self.state in {self.State.RECEIVED, self.State.EXCHANGED, self.State.CHOSEN}


class Errand(TenantModel):
    """Something to be asked of a network for one account, and what came of it."""

    class Kind(models.TextChoices):
        """What is to be done."""

        TEST = "test", _("Test")
        RENEW = "renew", _("Renew")
        REVOKE = "revoke", _("Revoke")

    class State(models.TextChoices):
        """How far it has come."""

        ASKED = "asked", _("Waiting for a worker")
        DONE = "done", _("Done")
        FAILED = "failed", _("Not done")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="errands")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    here_only = models.BooleanField(default=False)
    """Revoke without asking the network, because it could not be asked."""
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    outcome = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("errand")
        indexes = [
            models.Index(fields=["state", "asked_at"], name="errand_open"),
            models.Index(fields=["channel", "-asked_at"], name="errand_of_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.channel}"
