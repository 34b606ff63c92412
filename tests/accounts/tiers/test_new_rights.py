"""A release brings rights: forces that are there already get them once, and keep what they have made of theirs."""

from __future__ import annotations

import pytest

from accounts.access import declared
from accounts.access.declared import permission
from accounts.access.new_rights import forces_to_teach, give_new_rights
from accounts.models import AuditEntry, KnownRight, Role, RoleVersion
from tests.cast import Cast


@pytest.fixture
def new_right(monkeypatch: pytest.MonkeyPatch) -> declared.Permission:
    """A right that no force has met."""
    monkeypatch.setattr(declared, "_declared", dict(declared._declared))
    return permission(
        "practice.ring_bell",
        label="Ring the bell",
        help_text="Ring it.",
        granted_to={Role.CONTRIBUTOR},
    )


def test_a_new_right_reaches_the_default_tiers_once_and_stands_in_the_book(
    cast: Cast, new_right: declared.Permission
) -> None:
    assert forces_to_teach()
    give_new_rights()

    contributor = Role.objects.get(slug=Role.CONTRIBUTOR)
    assert new_right.name in contributor.permissions
    assert new_right.name not in Role.objects.get(slug=Role.MODERATOR).permissions
    assert KnownRight.objects.filter(permission=new_right.name).exists()
    entry = AuditEntry.objects.get(action="role.given_new_rights")
    assert (entry.username, entry.details["rights"]) == ("system", "Ring the bell")
    assert new_right.name not in RoleVersion.objects.get(role=contributor).permissions

    contributor.permissions = [name for name in contributor.permissions if name != new_right.name]
    contributor.save()
    give_new_rights()

    contributor.refresh_from_db()
    assert new_right.name not in contributor.permissions
    assert AuditEntry.objects.filter(action="role.given_new_rights").count() == 1


def test_a_force_from_before_rights_were_remembered_learns_what_its_tiers_never_had(cast: Cast) -> None:
    KnownRight.objects.all().delete()
    for role in Role.objects.all():
        role.permissions = [name for name in role.permissions if name != "accounts.change_tiers"]
        role.administers = role.speaks = False
        role.save()

    give_new_rights()

    admin = Role.objects.get(slug=Role.CENTRAL_ADMIN)
    assert "accounts.change_tiers" in admin.permissions
    assert (admin.speaks, admin.administers) == (False, True)
    assert Role.objects.get(slug=Role.CONTRIBUTOR).speaks


def test_a_tier_that_the_force_made_its_own_is_not_given_what_clashes(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(declared, "_declared", dict(declared._declared))
    permission(
        "practice.keep_keys",
        label="Keep the keys",
        help_text="Keep them.",
        granted_to={Role.CONTRIBUTOR},
        administers=True,
    )

    give_new_rights()

    contributor = Role.objects.get(slug=Role.CONTRIBUTOR)
    assert "practice.keep_keys" not in contributor.permissions
    assert contributor.speaks
