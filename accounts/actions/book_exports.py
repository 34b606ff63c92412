"""Taking entries out of the book: asked for, built, signed by the sequencer, fetched, deleted after its time."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audit.checking import book_verifier
from accounts.audit.export.archive import add_signature
from accounts.audit.export.building import Built, NothingSigned, Order, build
from accounts.audit.reading import Wanted, find, reads_everything
from accounts.audit.reading_log import note_read
from accounts.audited import BOOK_EXPORT_ASKED, BOOK_EXPORT_FETCHED, BOOK_EXPORTED
from accounts.models import AuditExport, Force
from accounts.permissions import VIEW_AUDIT
from accounts.vault.key_files import KeyFileMissing
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Missing, NotAllowed, Unprocessable

State = AuditExport.State
PARTS = ("who", "what", "when", "from", "object", "place", "reason", "details")
MOST_SELECTED = 200_000
KEPT_FOR = timedelta(days=7)
LOST_AFTER = timedelta(minutes=15)
"""A builder that has not been heard of for this long has died; somebody else builds again."""


def folder() -> Path:
    """Where the files lie; web and workers share it."""
    return Path(os.environ.get("HQDASH_EXPORTS") or Path(settings.HOME) / "exports")


def file_of(export: AuditExport) -> Path:
    """The finished file of an export."""
    return folder() / f"{export.pk}.zip"


@transaction.atomic
def ask_export(
    *,
    actor: Actor,
    wanted: Wanted,
    whole: bool,
    force: Force,
    now: datetime,
    without: Collection[str] = (),
    reason: str = "",
) -> AuditExport:
    """Order an export: of the whole book, or of what the filters find, with parts blacked out if need be.

    Raises:
        NotAllowed: only somebody who may read the whole book may take all of it away.
        Unprocessable: a filter or a part that does not exist, or more than a selection may hold.
    """
    require(actor, VIEW_AUDIT)
    if whole and not reads_everything(actor):
        raise NotAllowed(_("You may read a part of the audit log: export a selection."))
    if whole and without:
        raise Unprocessable(_("Parts can be blacked out in a selection, not in the whole log."), "without")
    if unknown := sorted({part for part in without if part.partition("/")[0] not in PARTS}):
        raise Unprocessable(_("There is no part “%(part)s” of an entry.") % {"part": unknown[0]}, "without")
    if not whole:
        found = len(find(actor, wanted, zone=force.zone, most=MOST_SELECTED + 1))
        if found > MOST_SELECTED:
            raise Unprocessable(
                _("A selection holds up to %(most)s entries: narrow the filters or export the whole log.")
                % {"most": f"{MOST_SELECTED:,}"}
            )
        if not found:
            raise Unprocessable(_("No entries match: there is nothing to export."))
    kind = (
        AuditExport.Kind.WHOLE
        if whole
        else AuditExport.Kind.REDACTED
        if without
        else AuditExport.Kind.SELECTION
    )
    export = AuditExport.objects.create(
        asked_by=actor.user_id,
        asked_by_name=actor.username,
        asked_at=now,
        reason=reason.strip(),
        kind=kind,
        filters={} if whole else wanted.given(),
        without=sorted(set(without)),
        expires_at=now + KEPT_FOR,
        total=0 if whole else found,
    )
    record(
        actor, BOOK_EXPORT_ASKED, export, reason=reason.strip(), kind=export.kind,
        filters=export.filters, without=export.without,
    )  # fmt: skip
    return export


def build_export(*, actor: Actor, export_id: UUID, force: Force, now: datetime) -> bool:
    """Write the file of an export, unless somebody else does; False when there was nothing to do."""
    waiting = Q(state=State.WAITING) | Q(state=State.BUILDING, claimed_at__lt=now - LOST_AFTER)
    claimed = AuditExport.objects.filter(waiting, pk=export_id).update(state=State.BUILDING, claimed_at=now)
    if claimed != 1:
        return False
    export = AuditExport.objects.get(pk=export_id)
    try:
        built = _built(actor, export, force)
    except (NothingSigned, KeyFileMissing, OSError) as problem:
        _fail(export, _sentence(problem))
        return True
    except Exception:
        _fail(
            export, _("The export could not be made. Try again; if it fails again, tell your administrator.")
        )
        raise
    AuditExport.objects.filter(pk=export_id, state=State.BUILDING).update(
        state=State.SIGNING, manifest_sha256=built.manifest_sha256, done=built.entries,
        total=built.entries, size=built.size,
    )  # fmt: skip
    return True


def finish_export(*, actor: Actor, export_id: UUID, now: datetime, patience: float = 0.0) -> bool:
    """Put the sequencer's signature into the file; False while there is none. Waits ``patience`` seconds for it."""
    until = time.monotonic() + patience
    while True:
        export = AuditExport.objects.filter(pk=export_id).first()
        if export is None or export.state != State.SIGNING:
            return export is not None and export.is_ready
        if export.signature:
            break
        if time.monotonic() >= until:
            return False
        time.sleep(0.1)
    try:
        size, sha256 = add_signature(_unfinished(export), export.signature, file_of(export))
    except OSError as problem:
        _fail(export, _sentence(problem))
        return False
    with transaction.atomic():
        ready = AuditExport.objects.filter(pk=export_id, state=State.SIGNING).update(
            state=State.READY, file_bytes=size, file_sha256=sha256, ready_at=now
        )
        if ready == 1:
            record(
                actor, BOOK_EXPORTED, export, lines=export.done, kind=export.kind, sha256=sha256,
                manifest=export.manifest_sha256, upto=export.size,
            )  # fmt: skip
    return True


def fetch_export(*, actor: Actor, export_id: UUID) -> tuple[AuditExport, Path]:
    """The file of an export, for its owner or whoever may read the whole book; fetching it is recorded.

    Raises:
        Missing: there is no such export, or it was deleted after its time.
        Conflict: it is not ready yet.
    """
    require(actor, VIEW_AUDIT)
    export = exports_for(actor).filter(pk=export_id).first()
    if export is None:
        raise Missing(_("There is no such export."))
    if export.state == State.EXPIRED or (export.is_ready and not file_of(export).exists()):
        raise Missing(_("This export was deleted after its time. Export again."))
    if not export.is_ready:
        raise Conflict(_("This export is not ready yet."))
    note_read(actor, BOOK_EXPORT_FETCHED, export, once_per=0, sha256=export.file_sha256)
    return export, file_of(export)


def exports_for(actor: Actor) -> QuerySet[AuditExport]:
    """The exports that this actor may see: all for whoever reads the whole book, else their own."""
    exports = AuditExport.objects.order_by("-asked_at", "id")
    return exports if reads_everything(actor) else exports.filter(asked_by=actor.user_id)


def expire_exports(*, now: datetime) -> int:
    """Delete the files whose time is over; how many."""
    over = list(AuditExport.objects.filter(expires_at__lt=now).exclude(state=State.EXPIRED))
    for export in over:
        file_of(export).unlink(missing_ok=True)
        _unfinished(export).unlink(missing_ok=True)
        AuditExport.objects.filter(pk=export.pk).update(state=State.EXPIRED)
    return len(over)


def progress_of(export: AuditExport) -> AuditExport:
    """The export with how far its builder says that it has come."""
    if export.state == State.BUILDING and (told := cache.get(_progress_key(export))):
        export.done, export.total = told
    return export


def _built(actor: Actor, export: AuditExport, force: Force) -> Built:
    ids = None
    if export.kind != AuditExport.Kind.WHOLE:
        wanted = Wanted.from_query(export.filters)
        ids = find(actor, wanted, zone=force.zone, most=MOST_SELECTED)
    order = Order(
        force_id=force.pk, slug=force.slug, name=force.name, by=export.asked_by_name,
        at=clock.now().isoformat(timespec="seconds"), reason=export.reason, filters=_disclosed(export),
        without=export.without, entry_ids=ids,
    )  # fmt: skip

    def tell(done: int, total: int) -> None:
        cache.set(_progress_key(export), (done, total), timeout=600)

    with connection.cursor() as cursor:
        return build(cursor, order, _unfinished(export), verifier=book_verifier(force.slug), tell=tell)


def _disclosed(export: AuditExport) -> dict[str, str]:
    """The filters as the archive may name them: they would tell what is blacked out in the entries."""
    if not export.without:
        return dict(export.filters)
    dates = ("since", "until")
    return {name: value if name in dates else "(blacked out)" for name, value in export.filters.items()}


def _fail(export: AuditExport, sentence: str) -> None:
    AuditExport.objects.filter(pk=export.pk).update(state=State.FAILED, problem=sentence)


def _sentence(problem: Exception) -> str:
    if isinstance(problem, NothingSigned):
        return _(
            "The audit log has no signed checkpoint yet. Try again in a minute; the sequencer has to run."
        )
    if isinstance(problem, KeyFileMissing):
        return _("The public key of the log cannot be reached from here: %(why)s") % {"why": problem}
    return _("The file could not be written: %(why)s") % {"why": getattr(problem, "strerror", "") or problem}


def _unfinished(export: AuditExport) -> Path:
    return folder() / f"{export.pk}.part"


def _progress_key(export: AuditExport) -> str:
    return f"export:{export.pk}"
