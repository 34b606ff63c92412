"""Writes to people about their own sign-in, where the installation can send mail and knows their address."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.utils.translation import gettext as _

from accounts.models import User

log = logging.getLogger(__name__)


def can_write() -> bool:
    """Whether a mail server is configured."""
    return bool(settings.EMAIL_HOST)


def send_link(user: User, address: str, *, sender: str) -> bool:
    """Send somebody their one-time link; False when it could not be sent, and has to be handed over."""
    return _send(
        user,
        _("Your sign-in to HQ Dash"),
        _(
            "%(sender)s has made a link for you (%(user)s). With it you choose a password:\n\n%(address)s\n\n"
            "It works once and for seven days. If you did not expect it, tell your IT security."
        )
        % {"sender": sender, "user": user.username, "address": address},
    )


def tell_of_reset(user: User, *, sender: str) -> bool:
    """Let somebody know that their second factor was reset: they may not have asked for it."""
    return _send(
        user,
        _("Your second factor was reset"),
        _(
            "%(sender)s has removed the second factors of your account %(user)s, signed it out everywhere and made "
            "a new one-time link. If you did not ask for this, tell your IT security at once."
        )
        % {"sender": sender, "user": user.username},
    )


def _send(user: User, subject: str, text: str) -> bool:
    if not (user.email and can_write()):
        return False
    try:
        return send_mail(subject, text, None, [user.email]) == 1
    except (OSError, SMTPException) as problem:
        log.warning("A letter to %s could not be sent: %s", user.username, problem)
        return False
