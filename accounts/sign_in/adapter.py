"""What HQ Dash wants of django-allauth: no sign-up, no e-mail, second factors that are sealed at rest."""

from __future__ import annotations

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest


class ForceAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """People are added by their force; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class SealedMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Seeds of second factors are encrypted in the database; allauth would keep them in clear."""

    def encrypt(self, text: str) -> str:
        """The text under the installation's key."""
        return self._box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The text again."""
        return self._box().decrypt(encrypted_text.encode()).decode()

    def _box(self) -> Fernet:
        key = hashlib.sha256(b"hqdash second factors\0" + settings.SECRET_KEY.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))
