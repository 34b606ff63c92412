"""A person who signs in, always as themselves."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from hqdash.base.tenancy import TenantManager, TenantModel


class UserManager(TenantManager["User"], BaseUserManager["User"]):
    """People of the current force; signing in looks across forces by name."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user who signs in under this name, whatever its capitals."""
        return self.get(username__iexact=username)


class User(AbstractBaseUser, TenantModel):
    """A person who signs in (AUTH_USER_MODEL)."""

    class Theme(models.TextChoices):
        """What the pages look like."""

        DEVICE = "auto", _("Match device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = models.CharField(
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("Somebody already signs in under this name.")},
    )
    email = models.EmailField(blank=True, default="")
    """Where links and warnings go when the installation can send mail; nobody signs in with it."""
    is_active = models.BooleanField(default=True)
    must_enrol = models.BooleanField(default=False)
    """After a reset: nothing but enrolling a second factor, whatever the tiers ask for."""
    seen_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.DEVICE)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")
        ordering = ["username"]
        constraints = [
            # People type their name as they like; two that differ by capitals only would be one to them.
            models.UniqueConstraint(Lower("username"), name="username_once_whatever_its_capitals"),
        ]

    def __str__(self) -> str:
        return self.username
