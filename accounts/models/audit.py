"""The book: entries, their places in the Merkle tree, and the signed checkpoints. All are append-only.

Entries name people, units and channels by plain ids and words, without foreign keys: the book outlives
what it speaks of.
"""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantModel


class AuditEntry(TenantModel):
    """One line of the book: who did what to what, when and why."""

    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]
    at = models.DateTimeField(db_default=Now())
    txid = models.BigIntegerField(db_default=models.Func(function="txid_current"))
    """The transaction that wrote it: the sequencer takes entries only of finished transactions."""
    action = models.CharField(max_length=80)
    actor_id = models.UUIDField(null=True)
    username = models.CharField(max_length=150)
    kind = models.CharField(max_length=10)
    session = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_label = models.CharField(max_length=300, blank=True)
    unit_id = models.UUIDField(null=True)
    unit_name = models.CharField(max_length=200, blank=True)
    channel_id = models.UUIDField(null=True)
    channel_name = models.CharField(max_length=300, blank=True)
    reason = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    salt = models.BinaryField()

    class Meta:
        verbose_name = _("audit entry")
        indexes = [
            models.Index(fields=["force", "id"], name="audit_by_force"),
            # Between two acts of people lie thousands of openings of the vault, which the log skips by default.
            models.Index(
                fields=["force", "-id"], name="audit_acts", condition=~models.Q(action="vault.opened")
            ),
            models.Index(fields=["force", "txid"], name="audit_by_txid"),
            models.Index(fields=["force", "action", "id"], name="audit_by_action"),
            models.Index(fields=["force", "username", "id"], name="audit_by_person"),
            models.Index(fields=["force", "unit_id", "id"], name="audit_by_unit"),
            models.Index(fields=["force", "channel_id", "id"], name="audit_by_channel"),
            models.Index(fields=["force", "at", "id"], name="audit_by_time"),
            models.Index(fields=["force", "object_type", "object_id", "id"], name="audit_by_object"),
            models.Index(fields=["force", "object_id", "id"], name="audit_by_object_id"),
        ]


class AuditLeaf(TenantModel):
    """An entry's place in its force's tree."""

    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]
    seq = models.BigIntegerField()
    entry_id = models.BigIntegerField()
    leaf_hash = models.BinaryField()
    format = models.SmallIntegerField(db_default=1)
    """How the leaf was made: 1 of the parts alone, 2 of the line and of the parts."""
    parts = models.BinaryField(null=True)
    """Format 2: the hash over the parts, so that the leaf can be made again from the line alone."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["force", "seq"], name="one_leaf_per_place"),
            models.UniqueConstraint(fields=["force", "entry_id"], name="one_leaf_per_entry"),
        ]


class AuditCheckpoint(TenantModel):
    """A signed statement: the tree had this size and this root."""

    id = models.BigAutoField(primary_key=True)  # type: ignore[assignment]
    size = models.BigIntegerField()
    root = models.BinaryField()
    frontier = models.BinaryField()
    horizon = models.BigIntegerField()
    note = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["force", "size"], name="one_checkpoint_per_size")]
