"""What the vault keeps. Nothing here can be read without the root key, which no web process has."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.channel import Channel
from accounts.models.connecting import Connecting
from hqdash.base.tenancy import TenantManager, TenantModel


class _WithoutSealedColumns(TenantManager[Any]):
    """Leaves the columns out that the web's database login may not even select."""

    def __init__(self, *sealed: str) -> None:
        super().__init__()
        self.sealed = sealed

    def get_queryset(self) -> models.QuerySet[Any]:
        """Rows of the current force without their sealed columns."""
        return super().get_queryset().defer(*self.sealed)


class ForceKey(TenantModel):
    """One generation of a force's keys: the public one seals, the private one is wrapped by the root key."""

    key_id = models.CharField(max_length=16, unique=True)
    epoch = models.PositiveIntegerField()
    public_key = models.BinaryField()
    wrapped_private_key = models.BinaryField()
    root_key_id = models.CharField(max_length=16)
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[TenantManager[Any]] = _WithoutSealedColumns("wrapped_private_key")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["force", "epoch"], name="one_key_per_epoch")]


class NetworkApp(TenantModel):
    """The force's own registration at a network: accounts are connected in its name."""

    network = models.SlugField(max_length=30)
    client_id = models.CharField(max_length=200)
    """Public: it stands in the address at which people sign in. The client secret is a credential."""
    put_by_name = models.CharField(max_length=150)
    put_at = models.DateTimeField()

    class Meta:
        verbose_name = _("network app")
        constraints = [models.UniqueConstraint(fields=["force", "network"], name="one_app_per_network")]

    def __str__(self) -> str:
        return f"{self.network} app {self.client_id}"


class Credential(TenantModel):
    """One sealed field of what opens a channel, such as its access token."""

    channel = models.ForeignKey(Channel, null=True, on_delete=models.CASCADE, related_name="credentials")
    connecting = models.ForeignKey(
        Connecting, null=True, on_delete=models.CASCADE, related_name="credentials"
    )
    app = models.ForeignKey(NetworkApp, null=True, on_delete=models.CASCADE, related_name="credentials")
    """Of these three exactly one: whose it is."""
    field = models.CharField(max_length=40)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    """Grows with every sealing; it is part of the seal."""
    fingerprint = models.CharField(max_length=16)
    """Of the sealed bytes, which differ each time: it tells whether two copies are the same, and nothing else."""
    expires_at = models.DateTimeField(null=True)
    put_by = models.UUIDField(null=True)
    put_by_name = models.CharField(max_length=150)
    put_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[TenantManager[Any]] = _WithoutSealedColumns("sealed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "field"], name="one_credential_per_field"),
            models.UniqueConstraint(fields=["connecting", "field"], name="one_credential_per_step"),
            models.UniqueConstraint(fields=["app", "field"], name="one_credential_per_app"),
            models.CheckConstraint(
                condition=models.Q(channel__isnull=False, connecting=None, app=None)
                | models.Q(channel=None, connecting__isnull=False, app=None)
                | models.Q(channel=None, connecting=None, app__isnull=False),
                name="credential_of_one_thing",
            ),
        ]
        # What is still sealed with an earlier key is looked for by it.
        indexes = [models.Index(fields=["force", "key_id"], name="credential_by_key")]


class ChannelSignIn(TenantModel):
    """How a channel's sign-in stands: which one it is, when it ends, and what became of its last renewal."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="sign_in")
    version = models.PositiveIntegerField(default=1)
    """Grows with each new sign-in, not with sealing the same one again: what a renewal compares and swaps."""
    created_at = models.DateTimeField(db_default=Now())
    put_at = models.DateTimeField(db_default=Now())
    put_by_name = models.CharField(max_length=150, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    """When a person has to sign in again; none where the network names no day."""
    renew_at = models.DateTimeField(null=True, blank=True)
    """When a worker renews it; none where it cannot be renewed without a person."""
    access_ends_at = models.DateTimeField(null=True, blank=True)
    """When it stops working unless it is renewed before."""
    renewing_since = models.DateTimeField(null=True, blank=True)
    renewing_until = models.DateTimeField(null=True, blank=True)
    """A renewal is under way; when this has passed, it was cut off and nobody knows what the network did."""
    failures = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True)
    """The last of the warnings (14, 7, 1 days) that was given for this version."""
    left_to_do = models.TextField(blank=True)
    """The step of a rotation that a person has to finish."""

    class Meta:
        verbose_name = _("sign-in of an account")
        indexes = [
            models.Index(fields=["renew_at"], name="sign_in_to_renew"),
            models.Index(fields=["ends_at"], name="sign_in_that_ends"),
        ]

    def __str__(self) -> str:
        return f"sign-in of {self.channel}"
