"""Anything that the outside says to or about the force."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Channel
from hqdash.base.tenancy import TenantModel


class Mention(TenantModel):
    """A comment, reply, message or post of the public, stored once as the network gave it."""

    class Kind(models.TextChoices):
        """How it is addressed to the force."""

        COMMENT = "comment", _("Comment")
        REPLY = "reply", _("Reply")
        MENTION = "mention", _("Mention")
        MESSAGE = "message", _("Message")

    class Visibility(models.TextChoices):
        """What the public sees of it, as the network last confirmed."""

        VISIBLE = "visible", _("Visible")
        HIDDEN = "hidden", _("Hidden")
        REMOVED = "removed", _("Removed")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="mentions")
    network = models.SlugField(max_length=30)
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    author_id = models.CharField(max_length=200, blank=True)
    author_handle = models.CharField(max_length=200, blank=True)
    author_name = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    """When it was written, by the network's clock."""
    received_at = models.DateTimeField(db_default=Now())
    """When it was stored here, by the database's clock."""
    parent_id = models.CharField(max_length=200, blank=True)
    post_id = models.CharField(max_length=200, blank=True)
    """Of ours: the network's id of the post that it belongs to."""
    permalink = models.URLField(max_length=1000, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.VISIBLE)

    class Meta:
        verbose_name = _("mention")
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["force", "channel", "external_id"], name="mention_stored_once"),
        ]
        indexes = [
            models.Index(fields=["force", "-received_at", "-id"], name="mention_newest"),
            # Figures are counted from this index alone, without a look at the rows.
            models.Index(
                fields=["force", "received_at"], include=["channel", "visibility"], name="mention_counted"
            ),
            models.Index(fields=["channel", "-received_at", "-id"], name="mention_of_channel"),
            models.Index(fields=["channel", "post_id"], name="mention_under_post"),
            models.Index(fields=["channel", "author_id"], name="mention_by_author"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.author_handle or self.author_name or '?'}"
