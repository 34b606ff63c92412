"""What people set for themselves, and what is kept about them."""

from __future__ import annotations

from django.db import transaction

from accounts.actions.invitations import check_email
from accounts.actions.over_people import require_over
from accounts.audit.book import record
from accounts.audited import PERSON_EDITED
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


@transaction.atomic
def set_email(*, actor: Actor, user: User, email: str) -> None:
    """Keep where links and warnings for this person go; empty means that they get none.

    Raises:
        Unprocessable: it is no e-mail address.
    """
    require_over(actor, user)
    email = check_email(email)
    if email == user.email:
        return
    before, user.email = user.email, email
    user.save(update_fields=["email"])
    record(actor, PERSON_EDITED, user, before=before, after=email)
