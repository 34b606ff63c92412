"""Who administers never speaks to the public: refused when given, kept by the database, and heeded by the gate."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.access.declared import all_permissions, permission
from accounts.access.explain import explain
from accounts.access.gate import can, people_who_can
from accounts.actions.changes import collect, propose
from accounts.actions.organisation import grant_role
from accounts.models import Grant, Role
from accounts.permissions import CHANGE_TIERS, MANAGE_CHANNEL
from accounts.roles import FIRST_ROLES
from hqdash.base import clock
from hqdash.base.errors import Conflict, Unprocessable
from publishing.permissions import PUBLISH_POST
from tests.cast import Cast


def role(slug: str) -> Role:
    return Role.objects.get(slug=slug)


def test_no_right_and_no_default_tier_does_both() -> None:
    for first in FIRST_ROLES:
        held = [right for right in all_permissions() if first.slug in right.granted_to]
        assert not (any(right.speaks for right in held) and any(right.administers for right in held))
    with pytest.raises(ValueError, match="both speak and administer"):
        permission("practice.both", label="", help_text="", granted_to=set(), speaks=True, administers=True)


def test_an_administrator_is_not_given_a_tier_that_speaks_nor_the_other_way_round(cast: Cast) -> None:
    now = clock.now()
    with pytest.raises(Unprocessable, match="administers; Neighbourhood officer speaks to the public"):
        collect(
            actor=cast.itsec.actor,
            now=now,
            kind="grant.give",
            user=cast.admin.user,
            role=role(Role.CONTRIBUTOR),
            unit=cast.coventry,
        )
    with pytest.raises(Unprocessable, match="speaks to the public; Force IT admin administers"):
        grant_role(
            actor=cast.system,
            user=cast.press.user,
            unit=cast.root,
            role=role(Role.IT_ADMIN),
            now=now,
            reason="Both hands",
        )
    Grant.objects.filter(user=cast.press.user).update(ends_at=now)
    grant_role(
        actor=cast.system,
        user=cast.press.user,
        unit=cast.root,
        role=role(Role.IT_ADMIN),
        now=now,
        reason="Another job",
    )
    assert can(cast.press.actor, CHANGE_TIERS, cast.root)


def test_a_tier_cannot_be_made_to_do_both_by_default_nor_on_one_unit(cast: Cast) -> None:
    for unit in (None, cast.foleshill):
        change = collect(
            actor=cast.admin.actor,
            now=clock.now(),
            kind="answer.set",
            role=role(Role.CONTRIBUTOR),
            permission=MANAGE_CHANNEL.name,
            unit=unit,
            answer="approval",
        )
        with pytest.raises(Conflict, match="would both speak to the public"):
            propose(actor=cast.admin.actor, change_set=change.change_set, reason="Try", now=clock.now())
        change.delete()
    with pytest.raises(Unprocessable, match="would both speak"):
        collect(
            actor=cast.admin.actor,
            now=clock.now(),
            kind="role.add",
            name="Everything",
            number=5,
            permissions=[PUBLISH_POST.name, MANAGE_CHANNEL.name],
        )


def test_a_tier_that_begins_to_speak_is_refused_while_a_holder_administers(cast: Cast) -> None:
    grant_role(
        actor=cast.system,
        user=cast.itsec.user,
        unit=cast.root,
        role=role(Role.MODERATOR),
        now=clock.now(),
        reason="Watches too",
    )
    change = collect(
        actor=cast.admin.actor,
        now=clock.now(),
        kind="answer.set",
        role=role(Role.MODERATOR),
        permission=PUBLISH_POST.name,
        answer="allowed",
    )
    with pytest.raises(Conflict, match=r"itsec\.01 is Force IT admin"):
        propose(actor=cast.admin.actor, change_set=change.change_set, reason="Try", now=clock.now())


def test_the_database_keeps_it_too(cast: Cast) -> None:
    with (
        pytest.raises(IntegrityError, match="both speaks to the public and administers"),
        transaction.atomic(),
    ):
        Grant.objects.create(
            user=cast.admin.user,
            role=role(Role.CONTRIBUTOR),
            unit=cast.coventry,
            starts_at=clock.now(),
            given_by="system",
        )
    with (
        pytest.raises(IntegrityError, match="both speaks to the public and administers"),
        transaction.atomic(),
    ):
        Grant.objects.filter(user=cast.pc.user).update(user=cast.admin.user)
    with pytest.raises(IntegrityError, match="role_speaks_or_administers"), transaction.atomic():
        Role.objects.filter(slug=Role.CONTRIBUTOR).update(administers=True)
    grant_role(
        actor=cast.system,
        user=cast.itsec.user,
        unit=cast.root,
        role=role(Role.MODERATOR),
        now=clock.now(),
        reason="Watches too",
    )
    with (
        pytest.raises(IntegrityError, match="both speaks to the public and administers"),
        transaction.atomic(),
    ):
        Role.objects.filter(slug=Role.MODERATOR).update(speaks=True)
    Grant.objects.create(
        user=cast.admin.user,
        role=role(Role.CONTRIBUTOR),
        unit=cast.coventry,
        starts_at=clock.now() - timedelta(days=9),
        ends_at=clock.now() - timedelta(days=8),
        given_by="system",
    )


def test_the_gate_denies_speaking_to_who_administers_even_if_it_was_given(cast: Cast) -> None:
    contributor = role(Role.CONTRIBUTOR)
    contributor.speaks = False
    contributor.save()
    Grant.objects.create(
        user=cast.admin.user,
        role=contributor,
        unit=cast.coventry,
        starts_at=clock.now() - timedelta(hours=1),
        given_by="system",
    )

    assert not can(cast.admin.actor, PUBLISH_POST, cast.x)
    assert not can(cast.admin.actor, PUBLISH_POST)
    assert cast.admin.user not in people_who_can(PUBLISH_POST, cast.x)
    told = explain(cast.admin.user, PUBLISH_POST, cast.x)
    assert told.answer == "no"
    assert any("administrators cannot post" in reason.rule and not reason.holds for reason in told.reasons)
