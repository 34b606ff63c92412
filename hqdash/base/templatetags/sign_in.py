"""What the sign-in page has to know about the lock-out: whether it applies, and for how long."""

from __future__ import annotations

import math

from allauth.account import app_settings
from allauth.core.internal.ratelimit import parse_rates
from django import template
from django.forms import BaseForm

register = template.Library()


@register.filter
def is_locked_out(form: BaseForm) -> bool:
    """True when the form was refused for too many attempts and not for what was typed."""
    return form.has_error("__all__", "too_many_login_attempts")


@register.simple_tag
def lockout_minutes() -> int:
    """The longest time that failed attempts can close the door, in minutes."""
    rates = parse_rates(app_settings.RATE_LIMITS.get("login_failed"))
    return max((math.ceil(rate.duration / 60) for rate in rates), default=1)
