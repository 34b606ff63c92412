"""Says one line of the book in words that a person reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.audit.declared import audited_named
from accounts.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the book as it is shown."""

    entry: AuditEntry
    sentence: str
    before: str
    after: str
    details: list[tuple[str, str]]
    place: int | None
    is_intact: bool

    @property
    def reason(self) -> str:
        """The reason, where the sentence does not give it already."""
        return "" if self.entry.reason in self.sentence else self.entry.reason

    @property
    def all_details(self) -> str:
        """What it changed, as JSON."""
        return json.dumps(self.entry.details, ensure_ascii=False, sort_keys=True)


def group_label(group: str) -> str:
    """A group of acts in words."""
    return {
        "access": _("Signing in and rights"),
        "audit": _("The audit log"),
        "channels": _("Accounts"),
        "lockdown": _("Lock-down"),
        "moderation": _("Moderation"),
        "monitoring": _("Monitoring"),
        "organisation": _("Organisation"),
        "people": _("People"),
        "publishing": _("Publishing"),
        "tiers": _("Tiers"),
        "vault": _("The vault"),
        "other": _("Other"),
    }.get(group, group.capitalize())


class _Words(dict[str, str]):
    """What a sentence may name; a word that an older release did not write stays empty."""

    def __missing__(self, name: str) -> str:
        return ""


def row_of(entry: AuditEntry, place: int | None, *, is_intact: bool) -> Row:
    """The line, its sentence, and what it changed."""
    details = dict(entry.details)
    before, after = _text(details.pop("before", "")), _text(details.pop("after", ""))
    return Row(
        entry,
        sentence_of(entry),
        before,
        after,
        [(name, _text(value)) for name, value in details.items() if value not in ("", None, [], {})],
        place,
        is_intact,
    )


def sentence_of(entry: AuditEntry) -> str:
    """“desk.a3 hid a comment: names a witness”."""
    kind = audited_named(entry.action)
    if kind is None:
        return f"{entry.username}: {entry.action} {entry.object_label}".strip()
    words = _Words({name: _text(value) for name, value in entry.details.items()})
    words |= {
        "actor": entry.username,
        "object": entry.object_label,
        "reason": entry.reason or words["reason"],
        "unit": words["unit"] or entry.unit_name,
        "channel": words["channel"] or entry.channel_name,
    }
    return str(kind.sentence).format_map(words).rstrip(" :")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)
