"""What the clock does for accounts."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from accounts.actions import errands, exchanging, renewing
from accounts.actions.closing import suspend_accounts_of_closed_units
from accounts.actions.looking_after import look_after
from accounts.audit.standing import is_due, verify_and_remember
from accounts.book_tasks import build_book_export, sweep_exports, verify_book_now
from accounts.models import Force, Unit
from accounts.vault.key_files import KeyFileMissing
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.jobs import TenantTask
from hqdash.base.tenancy import across_forces, acting_for

log = logging.getLogger(__name__)
__all__ = ["build_book_export", "verify_book_now", "verify_books"]


@shared_task(name="accounts.tasks.verify_books")
def verify_books(**_later: object) -> None:
    """Go on with exports that wait, and go through the book of each force whose turn it is."""
    sweep_exports()
    with across_forces(reason="verification of the audit log"):
        forces = list(Force.objects.order_by("slug"))
    for force in forces:
        if is_due(force.pk):
            try:
                verify_and_remember(force)
            except KeyFileMissing as missing:
                log.warning("The audit log of %s is not verified here: %s", force.slug, missing)


@shared_task(base=TenantTask, name="accounts.tasks.carry_on_connecting")
def carry_on_connecting(*, force_id: str, connecting_id: str, **_later: object) -> None:
    """Go on with an account that is being connected."""
    exchanging.carry_on(connecting_id=UUID(connecting_id))


@shared_task(base=TenantTask, name="accounts.tasks.run_errand")
def run_errand(*, force_id: str, errand_id: str, **_later: object) -> None:
    """Test, renew or revoke one sign-in."""
    errands.run(errand_id=UUID(errand_id))


@shared_task(base=TenantTask, name="accounts.tasks.renew_sign_in")
def renew_sign_in(*, force_id: str, channel_id: str, **_later: object) -> None:
    """Renew one sign-in that is due."""
    renewing.renew(channel_id=UUID(channel_id), now=clock.now())


@shared_task(name="accounts.tasks.look_after_sign_ins")
def look_after_sign_ins(**_later: object) -> None:
    """Find what is due: renewals, warnings, and work of which the bell was not heard."""
    look_after(now=clock.now())


@shared_task(name="accounts.tasks.close_due_units")
def close_due_units(**_later: object) -> None:
    """Suspend the accounts of units whose last day is over."""
    with across_forces(reason="units that close today"):
        forces = list(
            Unit.objects.filter(closed_on__isnull=False).values_list("force_id", flat=True).distinct()
        )
    for force_id in forces:
        with acting_for(force_id):
            suspend_accounts_of_closed_units(actor=Actor.clock(force_id), now=clock.now())
