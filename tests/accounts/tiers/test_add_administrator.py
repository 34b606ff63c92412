"""A force with one administrator gets its second one from the server, and the book says so."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from accounts.access.gate import can
from accounts.access.keepers import approvers_beside
from accounts.models import AuditEntry, Grant
from accounts.permissions import APPROVE_TIERS
from hqdash.base import clock
from tests.cast import Cast


def add(*words: str) -> None:
    call_command("add_administrator", *words, "--reason", "The second one left")


def test_somebody_becomes_an_administrator_by_the_servers_hand(cast: Cast) -> None:
    Grant.objects.filter(user=cast.itsec.user).update(ends_at=clock.now())
    assert approvers_beside(cast.admin.user.pk) == []

    add("westmere", "DESK.A3", "--tier", "it")

    assert can(cast.desk.actor, APPROVE_TIERS, cast.root)
    entry = AuditEntry.objects.filter(action="role.granted", object_id=str(cast.desk.user.pk)).latest("id")
    assert (entry.username, entry.reason) == ("system", "The second one left")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nowhere", "desk.a3"], "There is no force nowhere"),
        (["westmere", "fen.press01"], "nobody called"),
        (["westmere", "press.03"], "speaks to the public"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(cast: Cast, words: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        add(*words)
