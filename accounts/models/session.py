"""Where somebody is signed in: one row beside each of Django's sessions, which alone know nothing of people."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from hqdash.base.tenancy import TenantModel


class SignedInSession(TenantModel):
    """A person's session on one device; it lives as long as the session whose key it names."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signed_in_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    device = models.CharField(max_length=300, blank=True)
    """What the browser says it is."""
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    """The last request of the person, to the minute; a live page that updates itself is not one."""

    class Meta:
        verbose_name = _("session")
        indexes = [models.Index(fields=["user", "seen_at"], name="session_of_user")]

    def __str__(self) -> str:
        return f"{self.user}, {self.address}"
