"""What the vault keeps. Nothing here can be read without the root key, which no web process has."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from accounts.models.channel import Channel
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


class Credential(TenantModel):
    """One sealed field of what opens a channel, such as its access token."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="credentials")
    field = models.CharField(max_length=40)
    sealed = models.BinaryField()
    key_id = models.CharField(max_length=16)
    version = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=16)
    """A keyed hash that tells whether two values are the same; it does not tell the value."""
    expires_at = models.DateTimeField(null=True)
    put_by = models.UUIDField(null=True)
    put_by_name = models.CharField(max_length=150)
    put_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[TenantManager[Any]] = _WithoutSealedColumns("sealed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "field"], name="one_credential_per_field")]
