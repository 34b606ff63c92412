"""When X happens in accounts, do Y."""

from __future__ import annotations

from accounts.actions.api_keys import revoke_keys_of_leaver
from accounts.events import UserLeft
from accounts.models import User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.events import subscribe
from hqdash.base.tenancy import acting_for


def close_keys(event: UserLeft) -> None:
    """A leaver's programs leave too. Their keys open nothing from the moment of leaving; this closes them."""
    with acting_for(event.force_id):
        user = User.objects.get(pk=event.user_id)
        revoke_keys_of_leaver(actor=Actor.clock(event.force_id), user=user, now=clock.now())


subscribe(UserLeft, close_keys)
