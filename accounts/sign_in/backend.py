"""Checks a username and password; before that nobody knows which force the person belongs to."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from accounts.models import User
from accounts.sign_in.factors import factors
from hqdash.base import clock
from hqdash.base.tenancy import across_forces


class UsernameBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is untyped
    """Looks the person up across forces, and only here."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        """The user whose password this is, or None; an unknown name takes as long as a wrong password."""
        with across_forces(reason="signing in"):
            user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return user

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session, if still active."""
        with across_forces(reason="who does this session belong to"):
            person = User.objects.filter(pk=user_id, is_active=True).select_related("force")
            # What the tiers ask of the person and what they have comes along: asked at every request, and
            # true at once when a grant begins or ends.
            return person.annotate(**factors(clock.now())).first()
