"""Signed exports of the audit log: asked for, watched while they are made, fetched; and the verifier for them."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.actions.book_exports import PARTS, ask_export, exports_for, fetch_export, progress_of
from accounts.audit.checking import book_verifier
from accounts.audit.export.archive import VERIFIER
from accounts.audit.reading import Wanted, reads_everything
from accounts.book_tasks import start_export
from accounts.permissions import VIEW_AUDIT
from accounts.vault.key_files import KeyFileMissing
from accounts.web.audit import BookPage
from hqdash.base import clock
from hqdash.base.errors import Unprocessable
from hqdash.base.pages import SignedInRequest

MOST_SHOWN = 20


class AuditExports(BookPage):
    """The exports there are, and a form for another one."""

    template = "accounts/audit_exports.html"
    request: SignedInRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        """The address carries the filters of the log, so that what was looked at is what gets exported."""
        require(self.actor, VIEW_AUDIT)
        return self.render(**self._frame(Wanted.from_query(request.GET)))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Order one."""
        wanted = Wanted.from_query(request.POST)
        whole = request.POST.get("what") == "whole"
        without = request.POST.getlist("without") if request.POST.get("what") == "redacted" else []
        try:
            if request.POST.get("what") == "redacted" and not without:
                raise Unprocessable(_("Choose what is to be blacked out."), "without")
            export = ask_export(
                actor=self.actor, wanted=wanted, whole=whole, force=self.force, now=clock.now(),
                without=without, reason=request.POST.get("reason", "")[:2000],
            )  # fmt: skip
        except Unprocessable as refusal:
            frame = self._frame(wanted) | {"typed": request.POST, "ticked": without}
            return self.refused(refusal, self.template, **frame)
        start_export(export, actor=self.actor, force=self.force)
        export.refresh_from_db()
        note = _("The export is ready.") if export.is_ready else _("The export is being made.")
        return self.redirect("accounts:audit_exports", note=note)

    def _frame(self, wanted: Wanted) -> dict[str, Any]:
        exports = [progress_of(export) for export in exports_for(self.actor)[:MOST_SHOWN]]
        return {
            "wanted": wanted,
            "filters": wanted.given(),
            "exports": exports,
            "unfinished": any(not export.is_over for export in exports),
            "may_take_all": reads_everything(self.actor),
            "parts": [(part, _part_label(part)) for part in PARTS],
            "typed": {},
            "ticked": [],
        }


class FetchAuditExport(BookPage):
    """The file of one export."""

    def get(self, request: HttpRequest, export_id: Any) -> FileResponse:
        """The zip; that it was fetched is a line in the book."""
        export, path = fetch_export(actor=self.actor, export_id=export_id)
        name = f"audit-{self.force.slug}-{export.asked_at:%Y-%m-%d-%H%M%S}.zip"
        return FileResponse(
            path.open("rb"), as_attachment=True, filename=name, content_type="application/zip"
        )


class FetchVerifier(BookPage):
    """The verifier by itself, for whoever does not want to run a program that came with the evidence."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One Python file."""
        require(self.actor, VIEW_AUDIT)
        answer = HttpResponse(VERIFIER.read_bytes(), content_type="text/x-python; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{VERIFIER.name}"'
        return answer


class FetchBookKey(BookPage):
    """The public key of the force's book."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One line, as the verifier's ``--key`` takes it."""
        require(self.actor, VIEW_AUDIT)
        try:
            key = book_verifier(self.force.slug).as_text()
        except KeyFileMissing as missing:
            raise Unprocessable(str(missing)) from None
        answer = HttpResponse(f"{key}\n", content_type="text/plain; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="{self.force.slug}.key"'
        return answer


def _part_label(part: str) -> str:
    return {
        "who": _("who acted"),
        "what": _("what was done"),
        "when": _("when"),
        "from": _("session and address"),
        "object": _("the object"),
        "place": _("unit and account"),
        "reason": _("the reason"),
        "details": _("all details, before and after"),
    }[part]
