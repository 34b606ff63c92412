"""What the clock does for accounts."""

from __future__ import annotations

import logging

from celery import shared_task

from accounts.audit.standing import is_due, verify_and_remember
from accounts.models import Force
from accounts.vault.key_files import KeyFileMissing
from hqdash.base.tenancy import across_forces

log = logging.getLogger(__name__)


@shared_task(name="accounts.tasks.verify_books")
def verify_books(**_later: object) -> None:
    """Go through the book of each force whose turn it is."""
    with across_forces(reason="verification of the audit log"):
        forces = list(Force.objects.order_by("slug"))
    for force in forces:
        if is_due(force.pk):
            try:
                verify_and_remember(force)
            except KeyFileMissing as missing:
                log.warning("The audit log of %s is not verified here: %s", force.slug, missing)
