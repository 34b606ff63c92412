"""The audit log: who did what, where, when and why, and whether anybody has touched that since."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import require
from accounts.actions.book import export_lines, note_reading, verify_now
from accounts.audit.declared import all_audited
from accounts.audit.reading import Wanted, entries_for, leaves_of
from accounts.audit.standing import standing_of
from accounts.models import Force
from accounts.permissions import VIEW_AUDIT
from accounts.web.audit_rows import Row, row_of, sentence_of
from hqdash.base.errors import Unprocessable
from hqdash.base.keyset import page
from hqdash.base.pages import Page

COLUMNS = (
    *("entry", "place", "intact", "at", "person", "kind", "action", "sentence", "object_type", "object_id"),
    *("object", "unit", "account", "reason", "details", "address", "session"),
)


class AuditLog(Page):
    """Every line of the book that fits the filters, newest first, each checked against the tree as it is shown."""

    template = "accounts/audit.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Filters: ``person unit account action object since until q``, and ``after`` for older lines."""
        require(self.actor, VIEW_AUDIT)
        wanted = Wanted.from_query(request.GET)
        try:
            entries = entries_for(self.actor, wanted, zone=self._force.zone)
            found = page(entries, order=("-id",), after=request.GET.get("after", ""), size=50)
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._frame(wanted), rows=[], next_cursor="")
        leaves = leaves_of(found.items)
        rows = [_row(entry, leaves) for entry in found.items]
        if not request.GET.get("after"):
            note_reading(actor=self.actor, wanted=wanted)
        return self.render(**self._frame(wanted, rows), rows=rows, next_cursor=found.next_cursor)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Verify now."""
        standing = verify_now(actor=self.actor, force=self._force)
        note = (
            _("The audit log does not fit its signatures.")
            if standing.is_broken
            else ngettext(
                "The audit log is intact: %(n)s entry.",
                "The audit log is intact: %(n)s entries.",
                standing.verified_entries,
            )
            % {"n": f"{standing.verified_entries:,}"}
        )
        return self.redirect("accounts:audit", note=note)

    @property
    def _force(self) -> Force:
        force: Force = self.request.user.force  # type: ignore[union-attr]
        return force

    def _frame(self, wanted: Wanted, rows: list[Row] | None = None) -> dict[str, Any]:
        standing = standing_of(self._force.pk)
        shown = [row for row in rows or [] if not row.is_intact]
        breaks = [
            *(_("Entry %(id)s was altered after it was written.") % {"id": row.entry.pk} for row in shown),
            *standing.breaks,
        ]
        return {
            "wanted": wanted,
            "filters": wanted.given(),
            "kinds": all_audited(),
            "groups": sorted({kind.group for kind in all_audited()}),
            "standing": standing,
            "breaks": breaks[:10],
        }


class AuditExport(Page):
    """The same lines as a table for a spreadsheet."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """CSV of the filtered view, with the place of each line in the tree."""
        force: Force = self.request.user.force  # type: ignore[union-attr]
        lines = export_lines(actor=self.actor, force=force, wanted=Wanted.from_query(request.GET))
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="audit-{force.slug}.csv"'
        table = csv.writer(answer)
        table.writerow(COLUMNS)
        for entry, place, is_intact in lines:
            row = row_of(entry, place, is_intact=is_intact)
            cells = (
                *(entry.pk, "" if place is None else place, "yes" if is_intact else "NO"),
                *(entry.at.isoformat(), entry.username, entry.kind, entry.action, sentence_of(entry)),
                *(entry.object_type, entry.object_id, entry.object_label, entry.unit_name),
                *(entry.channel_name, entry.reason, row.all_details, entry.address, entry.session),
            )
            table.writerow([_harmless(str(cell)) for cell in cells])
        return answer


def _row(entry: Any, leaves: dict[int, tuple[int, bool]]) -> Row:
    place, is_intact = leaves.get(entry.pk, (None, True))
    return row_of(entry, place, is_intact=is_intact)


def _harmless(cell: str) -> str:
    # A spreadsheet would run a cell that begins like a formula, and members of the public write some of these.
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
