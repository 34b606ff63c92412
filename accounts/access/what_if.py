"""What if? The same explanation as it would be after some changes, of which nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.access.declared import Permission
from accounts.access.explain import Explanation, explain
from accounts.access.gate import Where, require
from accounts.changes.applying import apply_one
from accounts.changes.kind import Kind, Names
from accounts.models import Change, User
from accounts.permissions import VIEW_ORGANISATION
from hqdash.base.actor import Actor


class _TakeBack(Exception):
    """Leaves the savepoint with the answer, so that nothing of the trial stays."""

    def __init__(self, explanation: Explanation) -> None:
        super().__init__()
        self.explanation = explanation


def explain_if(
    changes: Sequence[Kind],
    user: User,
    permission: Permission,
    where: Where,
    *,
    actor: Actor,
    now: datetime,
    at: datetime | None = None,
) -> Explanation:
    """Why ``user`` could or could not, if these changes were in force.

    Raises:
        NotAllowed: looking into the organisation there is not the actor's to do.
        Conflict: one of the changes could not come into force, with why.
    """
    require(actor, VIEW_ORGANISATION, where)
    # The trial goes by the clock's hand: whether somebody may make these changes is another question.
    names = Names(User.objects.get(pk=actor.person_id), None, Actor.clock(actor.force_id), "")
    try:
        with transaction.atomic():
            for each in changes:
                kept = Change(kind=each.kind, what=each.kept(), sentence=each.sentence())
                apply_one(kept, names=names, now=now)
            raise _TakeBack(explain(user, permission, where, at=at or now))
    except _TakeBack as trial:
        return trial.explanation
