"""Builds a force: its tree, its people, its tiers and who holds them where."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.declared import all_permissions, default_permissions
from accounts.access.duties import note_duties, refuse_impossible_grant
from accounts.access.gate import require
from accounts.actions.tree import lock_tree, plant
from accounts.actions.units import check_name, refuse_closing_parent
from accounts.audit.book import record
from accounts.audited import FORCE_CREATED, GRANT_ENDED, ROLE_GRANTED, UNIT_ADDED, USER_ADDED
from accounts.models import Force, Grant, KnownRight, Role, SecondFactor, Unit, User
from accounts.permissions import APPROVE_TIERS, MANAGE_ORGANISATION, MANAGE_PEOPLE
from accounts.roles import FIRST_ROLES
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable
from hqdash.base.tenancy import acting_for, current_force_id


@transaction.atomic
def create_force(*, slug: str, name: str, timezone: str = "Europe/London", guarded: bool = True) -> Force:
    """A new force with its root unit and the tiers that every force begins with.

    Unguarded, no tier asks for a second factor until an administrator has it ask: for practice and tests.
    """
    force = Force(slug=slug, name=name, timezone=timezone)
    with acting_for(force.pk):
        force.save()
        actor = Actor.clock(force.pk)
        record(actor, FORCE_CREATED, force)
        for first in FIRST_ROLES:
            role = Role(
                slug=first.slug,
                name=str(first.name),
                number=first.number,
                permissions=default_permissions(first.slug),
                second_factor=first.second_factor if guarded else SecondFactor.OPTIONAL,
            )
            note_duties(role)
            role.save()
        KnownRight.objects.bulk_create([KnownRight(permission=each.name) for each in all_permissions()])
        add_unit(actor=actor, name=name, code="FORCE")
    return force


@transaction.atomic
def add_unit(*, actor: Actor, name: str, code: str, parent: Unit | None = None, position: int = 0) -> Unit:
    """A unit below ``parent`` (the root of the force when there is none).

    Raises:
        Unprocessable: name or code make no sense, the code is taken, or ``parent`` closes.
    """
    require(actor, MANAGE_ORGANISATION, parent)
    name, code = check_name(name), _check_code(code)
    lock_tree()
    if parent is not None:
        parent.refresh_from_db()
        refuse_closing_parent(parent)
    taken = Unit.objects.filter(code=code).first()
    if taken is not None:
        raise Unprocessable(
            _("The code %(code)s belongs to %(unit)s. Choose another.") % {"code": code, "unit": taken},
            "code",
        )
    unit = Unit.objects.create(name=name, code=code, parent=parent, position=position)
    plant(unit)
    record(actor, UNIT_ADDED, unit, unit=unit, code=code, parent=parent.name if parent else "")
    return unit


@transaction.atomic
def add_user(*, actor: Actor, username: str, password_hash: str = "") -> User:
    """Somebody who signs in; without a password hash nobody can sign in under the name yet."""
    require(actor, MANAGE_PEOPLE)
    user = User(username=username, force_id=current_force_id())
    if password_hash:
        user.password = password_hash
    else:
        user.set_unusable_password()
    user.save()
    record(actor, USER_ADDED, user)
    return user


@transaction.atomic
def grant_role(
    *,
    actor: Actor,
    user: User,
    unit: Unit,
    role: Role,
    now: datetime,
    ends_at: datetime | None = None,
    reason: str,
) -> Grant:
    """Give ``user`` the role on ``unit`` and everything below it, at once: how a force is set up.

    People propose a change instead (``accounts.actions.changes``), and a second one puts it into force.

    Raises:
        Unprocessable: it ends before it starts, the role is retired, or the user would both administer and
            speak to the public.
    """
    require(actor, APPROVE_TIERS, unit)
    refuse_impossible_grant(user=user, role=role, starts_at=now, ends_at=ends_at)
    grant = Grant.objects.create(
        user=user,
        unit=unit,
        role=role,
        starts_at=now,
        ends_at=ends_at,
        given_by=actor.username,
        reason=reason,
    )
    record(actor, ROLE_GRANTED, user, unit=unit, role=role.name, reason=reason, until=ends_at)
    return grant


@transaction.atomic
def end_role(*, actor: Actor, grant: Grant, at: datetime, now: datetime) -> None:
    """Let a role end at that moment; one that has not begun by then is taken back."""
    require(actor, APPROVE_TIERS, grant.place)
    before, grant.ends_at = grant.ends_at, max(at, grant.starts_at)
    grant.save(update_fields=["ends_at"])
    record(
        actor,
        GRANT_ENDED,
        grant.user,
        unit=grant.unit,
        channel=grant.channel,
        role=grant.role.name,
        place=str(grant.place),
        before=before or "",
        after=grant.ends_at,
    )


def _check_code(code: str) -> str:
    code = code.strip()
    if not code or any(sign.isspace() for sign in code) or not code.isprintable():
        raise Unprocessable(_("Give the unit a code without spaces, such as LPA/COV/1."), "code")
    if len(code) > 120:
        raise Unprocessable(_("Use at most 120 characters for the code."), "code")
    return code
