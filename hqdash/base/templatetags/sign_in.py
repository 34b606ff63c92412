"""What the pages of signing in have to know: whether the door is closed, and what a browser needs for a passkey."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BaseForm

register = template.Library()


@register.filter
def is_locked_out(form: BaseForm) -> bool:
    """True when the form was refused for too many attempts and not for what was typed."""
    return form.has_error("__all__", "too_many_login_attempts")


@register.filter
def in_groups(code: str) -> str:
    """A long code in groups of four, as people read it out."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


@register.filter
def as_json(value: Any) -> str:
    """For an attribute that a script reads."""
    return json.dumps(value, cls=DjangoJSONEncoder)
