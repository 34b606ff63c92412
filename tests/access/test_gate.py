"""Who may do what where: granted on a unit, inherited downwards, gone when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from accounts.access.explain import explain
from accounts.access.gate import can, people_who_can, require, visible_channels, visible_units
from accounts.models import Answer, AuditEntry, Grant
from accounts.permissions import MANAGE_CHANNEL, VIEW_CHANNEL
from hqdash.base import clock
from hqdash.base.errors import NotAllowed
from tests.cast import Cast


def test_a_role_counts_for_its_unit_and_everything_below(cast: Cast) -> None:
    assert can(cast.pc.actor, VIEW_CHANNEL, cast.coventry)
    assert can(cast.pc.actor, VIEW_CHANNEL, cast.foleshill)
    assert not can(cast.pc.actor, VIEW_CHANNEL, cast.root)
    assert not can(cast.pc.actor, VIEW_CHANNEL, cast.dudley)
    assert set(visible_units(cast.pc.actor, VIEW_CHANNEL)) == {cast.coventry, cast.foleshill}
    assert set(visible_channels(cast.pc.actor, VIEW_CHANNEL)) == {cast.facebook, cast.x}


def test_nobody_holds_anything_in_another_force(cast: Cast) -> None:
    assert not can(cast.stranger.actor, VIEW_CHANNEL, cast.x)
    assert not can(cast.press.actor, VIEW_CHANNEL, cast.other_channel)


def test_a_grant_that_has_ended_counts_no_more(cast: Cast) -> None:
    Grant.objects.filter(user=cast.pc.user).update(ends_at=clock.now() + timedelta(hours=1))
    assert can(cast.pc.actor, VIEW_CHANNEL, cast.x)

    with clock.frozen_at(clock.now() + timedelta(hours=2)):
        assert not can(cast.pc.actor, VIEW_CHANNEL, cast.x)


def test_somebody_switched_off_may_nothing(cast: Cast) -> None:
    cast.pc.user.is_active = False
    cast.pc.user.save()
    assert not can(cast.pc.actor, VIEW_CHANNEL, cast.x)


def test_a_refusal_says_what_is_missing_and_stands_in_the_book(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="Connect and suspend") as refused:
        require(cast.pc.actor, MANAGE_CHANNEL, cast.x)
    assert refused.value.remember is not None
    refused.value.remember()

    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.username, entry.object_label) == ("access.refused", "pc.4512", str(cast.x))


def test_the_gate_costs_one_query(cast: Cast, django_assert_num_queries: CaptureQueriesContext) -> None:
    with django_assert_num_queries(1):
        can(cast.pc.actor, VIEW_CHANNEL, cast.x)
    with django_assert_num_queries(1):
        list(visible_channels(cast.pc.actor, VIEW_CHANNEL))


def test_why_not_names_the_rule_and_who_could(cast: Cast) -> None:
    no = explain(cast.pc.user, MANAGE_CHANNEL, cast.x)
    assert not no.allowed
    assert any("does not include" in reason.rule for reason in no.reasons)
    assert no.others == ("admin.comms01",)

    yes = explain(cast.admin.user, MANAGE_CHANNEL, cast.x)
    assert yes.answer == Answer.ALLOWED
    assert [person.username for person in people_who_can(MANAGE_CHANNEL, cast.x)] == ["admin.comms01"]
