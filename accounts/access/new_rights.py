"""Gives the tiers of forces that are there already the rights that a new release brings.

A right is given once: afterwards it is the force's own to edit, and a later release leaves it alone.
"""

from __future__ import annotations

import logging

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from accounts.access.declared import (
    Permission,
    administering_rights,
    all_permissions,
    permission_named,
    speaking_rights,
)
from accounts.access.duties import note_duties
from accounts.audit.book import record
from accounts.audited import ROLE_GIVEN_NEW_RIGHTS
from accounts.changes.keeping import keep_version
from accounts.models import Force, KnownRight, Role
from accounts.roles import FIRST_ROLES
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable
from hqdash.base.tenancy import across_forces, acting_for

log = logging.getLogger(__name__)


def forces_to_teach() -> bool:
    """Whether there is any force, and its tables are as this release knows them: not half-way through migrations."""
    with (
        across_forces(reason="a release may have brought rights that a force does not know"),
        connection.cursor() as cursor,
    ):
        if "accounts_knownright" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_force)")
        if not cursor.fetchone()[0]:
            return False
        return all(_is_up_to_date(cursor, model) for model in (Force, Role))


def _is_up_to_date(cursor: CursorWrapper, model: type[Model]) -> bool:
    there = {
        column.name for column in connection.introspection.get_table_description(cursor, model._meta.db_table)
    }
    return {field.column for field in model._meta.local_concrete_fields} <= there


def give_new_rights() -> None:
    """Go through every force; running it again changes nothing."""
    with across_forces(reason="a release may have brought rights that a force does not know"):
        forces = list(Force.objects.order_by("slug"))
    for force in forces:
        with acting_for(force.pk), transaction.atomic():
            _teach(force)


def _teach(force: Force) -> None:
    known = set(KnownRight.objects.values_list("permission", flat=True))
    roles = list(Role.objects.select_for_update(no_key=True).order_by("number", "slug"))
    if not known:
        # From before rights were remembered: nobody could edit tiers then, so what any tier holds is known.
        known = {name for role in roles for name in role.permissions}
        KnownRight.objects.bulk_create([KnownRight(permission=name) for name in sorted(known)])
    new = [right for right in all_permissions() if right.name not in known]
    first = {each.slug: each for each in FIRST_ROLES}
    for role in roles:
        if role.slug in first and role.retired_at is None:
            _give(role, [right for right in new if role.slug in right.granted_to], force)
        _refresh_duties(role)
    KnownRight.objects.bulk_create([KnownRight(permission=right.name) for right in new])


def _give(role: Role, rights: list[Permission], force: Force) -> None:
    wanted = {each.name for right in rights for each in (right, *right.needs)}
    wanted -= {*role.permissions, *role.with_approval}
    before = role.permissions
    after = sorted({*before, *wanted})
    held = {*after, *role.with_approval}
    if not wanted or (held & speaking_rights() and held & administering_rights()):
        # Where a force has made something of its own out of a tier, what clashes stays for it to decide.
        return
    keep_version(role, now=clock.now())
    role.permissions = after
    role.save(update_fields=["permissions"])
    labels = [str(right.label) for name in sorted(wanted) if (right := permission_named(name)) is not None]
    record(
        Actor.clock(force.pk),
        ROLE_GIVEN_NEW_RIGHTS,
        role,
        rights=", ".join(labels),
        before=before,
        after=after,
    )


def _refresh_duties(role: Role) -> None:
    """What speaks and what administers may have been declared anew."""
    was = (role.speaks, role.administers)
    try:
        note_duties(role)
        if (role.speaks, role.administers) != was:
            with transaction.atomic():
                role.save(update_fields=["speaks", "administers"])
    except (Unprocessable, IntegrityError) as clash:
        # Not a reason to stop an upgrade; the gate keeps whoever administers from speaking in any case.
        log.warning("The tier %s of %s mixes duties: %s", role.slug, role.force_id, clash)
