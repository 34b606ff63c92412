"""A social account of the force."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.unit import Unit
from accounts.models.user import User
from hqdash.base.tenancy import TenantModel
from hqdash.networks.types import Account


class Channel(TenantModel):
    """One social account on one network, owned by one unit."""

    class State(models.TextChoices):
        """Whether the channel can be used."""

        CONNECTED = "connected", _("Connected")
        SIGN_IN_NEEDED = "sign_in_needed", _("Sign-in needed")
        SUSPENDED = "suspended", _("Suspended")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="channels")
    network = models.SlugField(max_length=30)
    """The folder's name under hqdash/networks."""
    handle = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200, blank=True)
    """The account's id at its network."""
    base_url = models.URLField(max_length=500, blank=True)
    """For networks of which everybody runs their own (WordPress): the site."""
    coverage = models.CharField(max_length=30, blank=True)
    """When somebody watches it: 24x7, staffed, rota, unmonitored_ooh."""
    state = models.CharField(max_length=20, choices=State.choices, default=State.CONNECTED)
    state_reason = models.TextField(blank=True)
    """Why it is not connected, in the network's own words."""
    state_since = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    last_failure = models.TextField(blank=True)
    owner = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="owned_channels"
    )
    """Who is told when its sign-in is about to end; without one, everybody who may connect it."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["network", "handle"]
        constraints = [
            models.UniqueConstraint(fields=["force", "network", "handle"], name="channel_handle_once"),
        ]
        indexes = [models.Index(fields=["unit", "network"], name="channel_of_unit")]

    def __str__(self) -> str:
        return f"{self.at_handle} on {self.network}"

    @property
    def at_handle(self) -> str:
        """The handle as people write it on that network."""
        return f"@{self.handle}" if self.network == "x" else self.handle

    @property
    def account(self) -> Account:
        """The same in the words of the networks, as their connectors want it."""
        return Account(handle=self.handle, external_id=self.external_id, base_url=self.base_url)
