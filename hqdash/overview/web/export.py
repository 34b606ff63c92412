"""The break-down table as a file for spreadsheets."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.permissions import VIEW_DASHBOARD
from hqdash.base import clock
from hqdash.base.pages import Page
from hqdash.overview.breakdown import table_of
from hqdash.overview.look import GROUPINGS, look_at
from hqdash.overview.wall import Wall
from hqdash.overview.web.dashboard import channels_of

# A cell that begins with one of these is a formula to a spreadsheet program.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportBreakdown(Page):
    """The same address as the dashboard's, as CSV."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One line per row; the numbers are not rounded."""
        require(self.actor, VIEW_DASHBOARD)
        look = look_at(self.actor, request.GET, now=clock.now())
        table = table_of(look, Wall(look).columns().items, channels_of(look))
        name = f"dashboard-{look.by}-{look.range.slug}-{look.window.end:%Y%m%d-%H%M}.csv"
        response = HttpResponse(
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
        writer = csv.writer(response)
        writer.writerow(
            [_("From"), _("To"), GROUPINGS[look.by], *(str(column.label) for column in table.columns)]
        )
        span = [
            look.window.start.isoformat(timespec="seconds"),
            look.window.end.isoformat(timespec="seconds"),
        ]
        for row in table.rows:
            writer.writerow([*span, harmless(row.subject.label), *(f"{cell.value:g}" for cell in row.cells)])
        return response


def harmless(text: str) -> str:
    """The text as a spreadsheet shows it, never as one runs it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
