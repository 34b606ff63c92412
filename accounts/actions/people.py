"""What people set for themselves."""

from __future__ import annotations

from accounts.models import User
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable


def choose_theme(*, actor: Actor, theme: str) -> None:
    """Keep how the pages look for this person; a matter of taste, so no entry in the book.

    Raises:
        Unprocessable: there is no such theme.
    """
    if theme not in User.Theme.values:
        raise Unprocessable("Choose light, dark or match device.", "theme")
    User.objects.filter(pk=actor.person_id).update(theme=theme)
