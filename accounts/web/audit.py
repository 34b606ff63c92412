"""The audit log: who did what, where, when and why, and whether anybody has touched that since."""

from __future__ import annotations

import csv
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import require
from accounts.actions.book import Shown, export_table, read_page, verify_now
from accounts.audit.declared import all_audited
from accounts.audit.reading import Wanted, units_to_choose
from accounts.audit.standing import standing_of
from accounts.book_tasks import verify_in_background
from accounts.models import Force
from accounts.permissions import VIEW_AUDIT
from accounts.web.audit_rows import Row, group_label, row_of, sentence_of
from hqdash.base.errors import Unprocessable
from hqdash.base.pages import Page

COLUMNS = (
    *("entry", "place", "intact", "at", "person", "kind", "action", "sentence", "object_type", "object_id"),
    *("object", "unit", "account", "reason", "details", "address", "session"),
)
VERIFIED_AT_ONCE = 100_000
"""Entries; a longer book is gone through in the background, and the badge says how it came out."""


class BookPage(Page):
    """A page about the book of the force of whoever looks."""

    @property
    def force(self) -> Force:
        """The force whose book it is."""
        force: Force = self.request.user.force  # type: ignore[union-attr]
        return force


class AuditLog(BookPage):
    """Every line of the book that fits the filters, newest first, each checked against the tree as it is shown."""

    template = "accounts/audit.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Filters: ``person unit account action object since until q``, and ``after`` for older lines."""
        require(self.actor, VIEW_AUDIT)
        wanted = Wanted.from_query(request.GET)
        try:
            shown = read_page(
                actor=self.actor,
                force=self.force,
                wanted=wanted,
                before=before_of(request.GET.get("after", "")),
            )
        except Unprocessable as refusal:
            return self.refused(refusal, self.template, **self._frame(wanted), rows=[], next_cursor="")
        rows = rows_of(shown)
        return self.render(**self._frame(wanted, rows), rows=rows, next_cursor=shown.next or "")

    def post(self, request: HttpRequest) -> HttpResponse:
        """Verify now."""
        require(self.actor, VIEW_AUDIT)
        if standing_of(self.force.pk).signed_entries > VERIFIED_AT_ONCE:
            verify_in_background(actor=self.actor, force=self.force)
            return self.redirect(
                "accounts:audit",
                note=_("The audit log is being verified; the badge will say how it came out."),
            )
        standing = verify_now(actor=self.actor, force=self.force)
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

    def _frame(self, wanted: Wanted, rows: list[Row] | None = None) -> dict[str, Any]:
        standing = standing_of(self.force.pk)
        shown = [row for row in rows or [] if not row.is_intact]
        breaks = [
            *(_("Entry %(id)s was altered after it was written.") % {"id": row.entry.pk} for row in shown),
            *standing.breaks,
        ]
        kinds = all_audited()
        return {
            "wanted": wanted,
            "filters": wanted.given(),
            "groups": [
                (group, group_label(group), [kind for kind in kinds if kind.group == group])
                for group in sorted({kind.group for kind in kinds})
            ],
            "units": units_to_choose(self.actor),
            "standing": standing,
            "breaks": breaks[:10],
        }


class AuditTable(BookPage):
    """The same lines as a table for a spreadsheet."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """CSV of the filtered view, with the place of each line in the tree."""
        shown = export_table(actor=self.actor, force=self.force, wanted=Wanted.from_query(request.GET))
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="audit-{self.force.slug}.csv"'
        table = csv.writer(answer)
        table.writerow(COLUMNS)
        for row in rows_of(shown):
            entry = row.entry
            cells = (
                *(entry.pk, "" if row.place is None else row.place, "yes" if row.is_intact else "NO"),
                *(entry.at.isoformat(), entry.username, entry.kind, entry.action, sentence_of(entry)),
                *(entry.object_type, entry.object_id, entry.object_label, entry.unit_name),
                *(entry.channel_name, entry.reason, row.all_details, entry.address, entry.session),
            )
            table.writerow([_harmless(str(cell)) for cell in cells])
        return answer


def rows_of(shown: Shown) -> list[Row]:
    """The lines in words."""
    return [
        row_of(entry, place, is_intact=is_intact)
        for entry in shown.entries
        for place, is_intact in [shown.leaves.get(entry.pk, (None, True))]
    ]


def before_of(after: str) -> int | None:
    """Where the next page begins.

    Raises:
        Unprocessable: the link was damaged.
    """
    if not after:
        return None
    if not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise Unprocessable(_("This page link is damaged. Start again from the first page."), "after")
    return int(after)


def _harmless(cell: str) -> str:
    # A spreadsheet would run a cell that begins like a formula, and members of the public write some of these.
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
