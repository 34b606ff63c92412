"""Changes of tiers are collected, shown with their effect, and put into force by a second administrator."""

from __future__ import annotations

import pytest

from accounts.access.gate import can
from accounts.actions.changes import collect, propose, put_into_force
from accounts.models import AuditEntry, ChangeSet, Grant, Role
from hqdash.base import clock
from hqdash.base.errors import NotAllowed
from publishing.permissions import PUBLISH_POST
from tests.cast import Cast, Person

EDITOR = Role.AREA_EDITOR


def role(slug: str) -> Role:
    return Role.objects.get(slug=slug)


def proposed(by: Person, *, reason: str = "New team", **what: object) -> ChangeSet:
    """One change, collected and proposed."""
    change = collect(actor=by.actor, now=clock.now(), **what)  # type: ignore[arg-type]
    return propose(actor=by.actor, change_set=change.change_set, reason=reason, now=clock.now())


def give(user: Person, slug: str, place: object) -> dict[str, object]:
    return {"kind": "grant.give", "user": user.user, "role": role(slug), "unit": place}


def test_a_grant_takes_a_second_administrator_and_stands_in_the_book_under_both_names(cast: Cast) -> None:
    waiting = proposed(cast.admin, **give(cast.pc, EDITOR, cast.dudley))
    assert not can(cast.pc.actor, PUBLISH_POST, cast.x_dudley)

    with pytest.raises(NotAllowed, match="proposed this yourself"):
        put_into_force(actor=cast.admin.actor, change_set=waiting, now=clock.now())
    put_into_force(actor=cast.itsec.actor, change_set=waiting, now=clock.now())

    assert can(cast.pc.actor, PUBLISH_POST, cast.x_dudley)
    grant = Grant.objects.get(user=cast.pc.user, unit=cast.dudley)
    assert (grant.requested_by, grant.approved_by) == (cast.admin.user, cast.itsec.user)
    entry = AuditEntry.objects.get(
        action="role.granted", object_id=str(cast.pc.user.pk), unit_id=cast.dudley.pk
    )
    assert entry.details["proposed_by"] == "admin.comms01"
    assert entry.details["approved_by"] == "itsec.01"
    assert entry.reason == "New team"
