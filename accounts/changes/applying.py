"""Puts collected changes into force one after the other, and says which one no longer applies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access.keepers import refuse_to_leave_nobody
from accounts.changes.kind import Kind, Names
from accounts.changes.kinds import kept_change
from accounts.models import Change
from hqdash.base.errors import Conflict, NotAllowed, Refusal


def apply_all(changes: Sequence[tuple[Change, Kind]], *, names: Names, now: datetime) -> None:
    """Make every change true, in the order in which they were collected.

    Raises:
        Conflict: the world has moved for one of them, or one is refused, with its sentence.
        Unprocessable: together they would leave nobody to administer.
    """
    for change, wants in changes:
        if wants.before() != change.before:
            raise Conflict(
                _(
                    "“%(change)s” no longer applies: what it changes is no longer what it was. Collect it again."
                )
                % {"change": change.sentence}
            )
    for change, _wants in changes:
        apply_one(change, names=names, now=now)
    moments = {now}.union(*(wants.touched().moments for _change, wants in changes))
    refuse_to_leave_nobody(moment for moment in moments if moment >= now)


def check_unmoved(change: Change, wants: Kind) -> None:
    """Refuse a change that would overwrite what somebody else has changed since it was collected.

    Raises:
        Conflict: with which one.
    """
    if wants.before() != change.before:
        raise Conflict(
            _("“%(change)s” no longer applies: what it changes is no longer what it was. Collect it again.")
            % {"change": change.sentence}
        )


def apply_one(change: Change, *, names: Names, now: datetime) -> None:
    """Make one change true.

    Raises:
        Conflict: it is refused as things are now.
        NotAllowed: the one who decides has no right to what it does.
    """
    try:
        with transaction.atomic():
            # Read again: what came before it in the set may have moved what it is about.
            wants = kept_change(change)
            wants.refuse(proposer=names.proposed_by, now=now)
            wants.apply(names=names, now=now)
    except NotAllowed:
        raise
    except Refusal as refused:
        raise Conflict(
            _("“%(change)s” no longer applies: %(why)s")
            % {"change": change.sentence, "why": refused.sentence}
        ) from None
    except IntegrityError as clash:
        raise Conflict(
            _("“%(change)s” no longer applies: somebody changed the same at this moment. Try again.")
            % {"change": change.sentence}
        ) from clash
