"""The tenant: one police force."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _


class Force(models.Model):
    """A force; everything else belongs to exactly one of them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=60, default="Europe/London")
    locked_at = models.DateTimeField(null=True, blank=True)
    """While set, the opener opens no credential of this force, for anybody."""
    idle_minutes = models.PositiveSmallIntegerField(default=30)
    """How long a session may rest before it ends."""
    session_hours = models.PositiveSmallIntegerField(default=12)
    """How long a session may last, however busy it is."""
    posts_a_minute = models.PositiveSmallIntegerField(default=4)
    """More posts than this by one person within a minute stop that person: nobody types as fast as a thief."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("force")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The force's own time zone."""
        return ZoneInfo(self.timezone)
