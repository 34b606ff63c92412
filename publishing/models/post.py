"""What is said: a post, and its form for a network where the base text will not do."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from hqdash.base.tenancy import TenantModel


class Post(TenantModel):
    """One message to the public, sent to any number of channels."""

    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    """The lowest unit that all its channels belong to."""
    responsible = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="posts_taken_over"
    )
    """Who answers for what has not gone out yet, when that is no longer the author."""
    text = models.TextField()
    urgent = models.BooleanField(default=False)
    send_at = models.DateTimeField(null=True, blank=True)
    """When it shall go out; empty for at once."""
    not_after = models.DateTimeField()
    """What has not gone out by then never goes out: an old warning is a false one."""
    form_key = models.UUIDField()
    """Made with the empty form: sending the same form twice makes one post."""
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("post")
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["force", "form_key"], name="one_post_per_form")]
        indexes = [
            models.Index(fields=["force", "-created_at", "-id"], name="post_newest"),
            models.Index(fields=["author", "-created_at"], name="post_of_author"),
            models.Index(fields=["unit", "-created_at"], name="post_of_unit"),
        ]

    def __str__(self) -> str:
        return self.text if len(self.text) <= 80 else f"{self.text[:79]}…"

    @property
    def speaker(self) -> User:
        """The person in whose name it goes out: their rights count at the moment of sending."""
        return self.responsible or self.author


class Variant(TenantModel):
    """The text for one network, where it differs from the base text."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="variants")
    network = models.SlugField(max_length=30)
    text = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "network"], name="one_variant_per_network")]
