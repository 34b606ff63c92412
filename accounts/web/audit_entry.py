"""One line of the audit log with everything in it, its place in the book and the proof of that."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.actions.book import read_entry
from accounts.audit.proof import proof_of
from accounts.models import AuditEntry
from accounts.web.audit import BookPage
from accounts.web.audit_rows import row_of


class AuditEntryPage(BookPage):
    """Everything that is known about one act."""

    template = "accounts/audit_entry.html"

    def get(self, request: HttpRequest, entry_id: int) -> HttpResponse:
        """The entry, before and after field by field, and its proof of place."""
        entry = read_entry(actor=self.actor, entry_id=entry_id)
        proof = proof_of(entry, slug=self.force.slug)
        row = row_of(entry, proof.place if proof else None, is_intact=not (proof and proof.is_altered))
        return self.render(row=row, entry=entry, proof=proof, changes=changes_of(entry), facts=_facts(entry))


def changes_of(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """What changed, one line for each thing: its name, before, after."""
    before, after = entry.details.get("before"), entry.details.get("after")
    if before in (None, "") and after in (None, ""):
        return []
    if isinstance(before, dict) or isinstance(after, dict):
        old = before if isinstance(before, dict) else {}
        new = after if isinstance(after, dict) else {}
        return [
            (str(name), _plain(old.get(name)), _plain(new.get(name)))
            for name in sorted({*old, *new})
            if old.get(name) != new.get(name)
        ]
    return [("", _plain(before), _plain(after))]


def _facts(entry: AuditEntry) -> list[tuple[str, str]]:
    facts = [
        (_("Person"), entry.username),
        (_("Acting as"), {"person": _("a person"), "clock": _("the system")}.get(entry.kind, entry.kind)),
        (_("Action"), entry.action),
        (_("Object"), entry.object_label),
        (_("Kind of object"), entry.object_type),
        (_("Object's id"), entry.object_id),
        (_("Unit"), entry.unit_name),
        (_("Account"), entry.channel_name),
        (_("Reason"), entry.reason),
        (_("Address"), entry.address),
        (_("Session"), entry.session),
    ]  # fmt: skip
    known = {"before", "after"}
    facts += [(name, _plain(value)) for name, value in entry.details.items() if name not in known]
    return [(name, value) for name, value in facts if value]


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
