"""The sealed copy of what was said, taken before anything is done to it."""

from __future__ import annotations

import hashlib
import json

from django.db import models
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantModel
from moderation.models.case import Decision
from monitoring.models import Mention


class Evidence(TenantModel):
    """One copy, append-only (trigger of migration 0002); the hash covers every field that was copied."""

    mention = models.ForeignKey(Mention, on_delete=models.PROTECT, related_name="evidence")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="evidence")
    network = models.CharField(max_length=30)
    channel_handle = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    author_id = models.CharField(max_length=200, blank=True)
    author_handle = models.CharField(max_length=200, blank=True)
    author_name = models.CharField(max_length=300, blank=True)
    post_id = models.CharField(max_length=200, blank=True)
    parent_id = models.CharField(max_length=200, blank=True)
    permalink = models.CharField(max_length=1000, blank=True)
    network_time = models.DateTimeField()
    sealed_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    COPIED = (
        "network",
        "channel_handle",
        "external_id",
        "text",
        "author_id",
        "author_handle",
        "author_name",
        "post_id",
        "parent_id",
        "permalink",
    )

    class Meta:
        verbose_name = _("evidence")
        ordering = ["-sealed_at"]

    def __str__(self) -> str:
        return f"evidence {self.sha256[:12]}"

    def hash_now(self) -> str:
        """The SHA-256 of the copied fields: canonical JSON, sorted keys, UTF-8."""
        copied: dict[str, str] = {name: getattr(self, name) for name in self.COPIED}
        copied["network_time"] = self.network_time.isoformat()
        copied["sealed_at"] = self.sealed_at.isoformat()
        wire = json.dumps(copied, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(wire.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def is_intact(self) -> bool:
        """True when the copy is still what was sealed."""
        return self.hash_now() == self.sha256
