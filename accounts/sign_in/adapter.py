"""What HQ Dash wants of django-allauth: no sign-up, a lock-out that locks nobody out for ever, sealed seeds."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.sign_in import lockout, seeds


class ForceAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """People are added by their force; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def is_reauthentication_required(self, *, app: str, **_more: Any) -> bool:
        """Whether a change of second factors asks again: not of somebody who signed in just now."""
        from accounts.sign_in.step_up import proved_lately

        return not proved_lately(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """What somebody can prove themselves with, in our words and the strongest first."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        words = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        strength = ["mfa_reauthenticate:webauthn", "mfa_reauthenticate", "reauthenticate"]
        for method in methods:
            method["description"] = words[method["id"]]
        return sorted(methods, key=lambda method: strength.index(method["id"]))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return lockout.counted_under(request, str(credentials.get("username", "")))


class SealedMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped
    """Seeds of second factors are sealed in the database; allauth would keep them in clear."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy(
            "This did not fit, or was used before. Try the next code, or another way."
        ),
    }

    def encrypt(self, text: str) -> str:
        """The text under the installation's key for second factors."""
        return seeds.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The text again; one that an earlier release sealed is sealed anew."""
        text = seeds.unseal(encrypted_text)
        if not seeds.is_current(encrypted_text):
            _seal_anew(encrypted_text, seeds.seal(text))
        return text

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name that a browser shows when it asks for a passkey."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "HQ Dash"}

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # allauth's word
        """A name for a passkey that its owner has not named."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)s") % {"number": number}

    def get_totp_issuer(self) -> str:
        """Under which name an authenticator app files the code: also the host, where several are in use."""
        return f"HQ Dash ({context.request.get_host()})"


def _seal_anew(before: str, after: str) -> None:
    for name in ("secret", "seed"):
        for found in Authenticator.objects.filter(**{f"data__{name}": before}):
            found.data[name] = after
            found.save(update_fields=["data"])
