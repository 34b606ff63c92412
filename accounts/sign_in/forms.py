"""allauth's forms with what it leaves open: minutes of a lock-out, codes that work once, passkeys that verify."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from accounts.sign_in import lockout


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    """User name and password."""

    @property
    def minutes_left(self) -> int:
        """How long the door stays closed to this name or place."""
        return lockout.minutes_left(self.request, str(self.data.get("login", "")))


class _CodeOnce(forms.Form):
    """A six-digit code counts once, for as long as any clock's difference could let it pass again."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        error_messages={"required": _("Type the code that your authenticator shows.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )
    user: Any

    @property
    def minutes_left(self) -> int:
        """How long no code is taken."""
        return lockout.second_step_minutes_left(context.request, self.user.pk)

    @property
    def is_locked_out(self) -> bool:
        """Whether it was refused for too many attempts."""
        return any(self.has_error("code", kind) for kind in ("too_many_login_attempts", "rate_limited"))

    def _use_up(self, code: str) -> str:
        steps = 2 * app_settings.TOTP_TOLERANCE + 1
        key = f"hqdash:code-used:{self.user.pk}:{normalize_user_code(code)}"
        if not cache.add(key, 1, timeout=app_settings.TOTP_PERIOD * steps):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondStepForm(_CodeOnce, AuthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """The second step of signing in, by code."""

    def clean_code(self) -> str:
        """The code, now used up."""
        code = super().clean_code()
        return self._use_up(code) if self.authenticator.type == Authenticator.Type.TOTP else code


class ProveByCodeForm(_CodeOnce, ReauthenticateForm):  # type: ignore[misc]  # allauth is untyped
    """Somebody proves by code that they are still there."""

    def clean_code(self) -> str:
        """The code, now used up."""
        code = super().clean_code()
        return self._use_up(code) if self.authenticator.type == Authenticator.Type.TOTP else code


class ActivateCodeForm(_CodeOnce, ActivateTOTPForm):  # type: ignore[misc]  # allauth is untyped
    """The first code of a new authenticator: shows that it was set up right."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The same picture again after a typing mistake and after a reload; who scanned it once is not lost.
        from allauth.mfa.totp.internal import auth

        self.secret = auth.get_totp_secret()

    def clean_code(self) -> str:
        """The code, now used up."""
        return self._use_up(super().clean_code())


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth is untyped
    """A new passkey and what its owner calls it."""

    passwordless = None
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        help_text=_("Which device or key this is, such as “Work laptop”."),
    )
