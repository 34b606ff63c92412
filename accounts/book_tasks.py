"""What the clock and the bell do for the book: exports are built, signed, and deleted after their time."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from celery import shared_task
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.actions.book import verify_now
from accounts.actions.book_exports import (
    ask_export,
    build_export,
    expire_exports,
    fetch_export,
    finish_export,
)
from accounts.audit.reading import Wanted
from accounts.models import AuditExport, Force
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict
from hqdash.base.jobs import TenantTask, ring
from hqdash.base.tenancy import across_forces, acting_for

DIRECTLY = 2_000
"""So many entries are exported while the person waits; for more they are shown how far it is."""
PATIENCE = 5.0
LONGEST_WAIT = 60.0


def start_export(export: AuditExport, *, actor: Actor, force: Force) -> None:
    """Build a small export at once; let a worker build a large one."""
    if export.kind != AuditExport.Kind.WHOLE and export.total <= DIRECTLY:
        build_export(actor=actor, export_id=export.pk, force=force, now=clock.now())
        if finish_export(actor=actor, export_id=export.pk, now=clock.now(), patience=PATIENCE):
            return
    ring(build_book_export, queue="housekeeping", force_id=export.force_id, export_id=export.pk)


def verify_in_background(*, actor: Actor, force: Force) -> None:
    """Let a worker go through the whole book, and write down that somebody asked for it."""
    ring(
        verify_book_now,
        queue="housekeeping",
        force_id=force.pk,
        user_id=actor.person_id,
        username=actor.username,
    )


@shared_task(name="accounts.tasks.verify_book_now", base=TenantTask)
def verify_book_now(*, force_id: str, user_id: str, username: str, **_later: object) -> None:
    """Go through the book of a force because a person asked."""
    actor = Actor(force_id=UUID(force_id), user_id=UUID(user_id), username=username)
    verify_now(actor=actor, force=Force.objects.get(pk=actor.force_id))


@shared_task(name="accounts.tasks.build_book_export", base=TenantTask)
def build_book_export(*, force_id: str, export_id: str, **_later: object) -> None:
    """Build one export, and wait a moment for its signature."""
    export = AuditExport.objects.get(pk=UUID(export_id))
    actor = _author(export)
    build_export(
        actor=actor, export_id=export.pk, force=Force.objects.get(pk=export.force_id), now=clock.now()
    )
    finish_export(actor=actor, export_id=export.pk, now=clock.now(), patience=PATIENCE)


def export_to(
    path: Path, *, force: Force, wanted: Wanted, whole: bool, without: Sequence[str], reason: str
) -> AuditExport:
    """Write an export to a file of the caller's, as the system.

    Raises:
        Conflict: nobody has signed it; the sequencer has to run.
    """
    actor = Actor.clock(force.pk)
    export = ask_export(
        actor=actor, wanted=wanted, whole=whole, force=force, now=clock.now(), without=without, reason=reason
    )
    build_export(actor=actor, export_id=export.pk, force=force, now=clock.now())
    finish_export(actor=actor, export_id=export.pk, now=clock.now(), patience=LONGEST_WAIT)
    export.refresh_from_db()
    if not export.is_ready:
        raise Conflict(export.problem or _("The export was not signed: is the sequencer running?"))
    _export, file = fetch_export(actor=actor, export_id=export.pk)
    shutil.copyfile(file, path)
    return export


def sweep_exports() -> None:
    """Go on with exports whose bell was not heard, whose builder died or whose signature came later."""
    with across_forces(reason="exports of the audit log that are not finished"):
        open_ones = list(
            AuditExport.objects.filter(Q(state__in=["waiting", "building", "signing"])).order_by("asked_at")[
                :50
            ]
        )
        forces = {force.pk: force for force in Force.objects.all()}
        expire_exports(now=clock.now())
    for export in open_ones:
        with acting_for(export.force_id):
            actor = _author(export)
            build_export(actor=actor, export_id=export.pk, force=forces[export.force_id], now=clock.now())
            finish_export(actor=actor, export_id=export.pk, now=clock.now())


def _author(export: AuditExport) -> Actor:
    """Whoever asked for it: what they may not read any more is not in it."""
    return Actor(force_id=export.force_id, user_id=export.asked_by, username=export.asked_by_name)
