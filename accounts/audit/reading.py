"""Finds lines of the book for somebody who may read it, and checks those that are shown against the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from accounts.access.gate import visible_units
from accounts.audit.declared import all_audited
from accounts.audit.entry import LINE, leaf_of
from accounts.audited import VAULT_OPENED
from accounts.models import AuditEntry, UnitPath
from accounts.permissions import VIEW_AUDIT
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable

_SHOWN = f"""
SELECT e.id, l.seq, l.leaf_hash, l.format, l.parts, {LINE} FROM accounts_auditentry AS e
JOIN accounts_auditleaf AS l ON l.force_id = e.force_id AND l.entry_id = e.id
WHERE e.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for in the book, as it stands in the address of the page.

    `all` adds the openings of the vault by the system, which are left out otherwise.
    """

    person: str = ""
    unit: str = ""
    account: str = ""
    action: str = ""
    object: str = ""
    since: str = ""
    until: str = ""
    q: str = ""
    all: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Wanted:
        """The filters of an address; what is unknown in it is left alone."""
        return cls(**{name: query.get(name, "").strip() for name in cls.__dataclass_fields__})

    def given(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: value for name, value in asdict(self).items() if value}


def entries_for(actor: Actor, wanted: Wanted, *, zone: ZoneInfo) -> QuerySet[AuditEntry]:
    """The lines that this actor may read and looks for.

    Whoever may read for the whole force reads everything; whoever may read for some units reads what happened there.

    Raises:
        Unprocessable: a filter is not what it should be, such as a date that does not exist.
    """
    units = visible_units(actor, VIEW_AUDIT)
    entries = AuditEntry.objects.all()
    if not (wanted.all or wanted.action):
        # Every reading of every account opens the vault: thousands of lines between two acts of people.
        entries = entries.exclude(action=VAULT_OPENED.name)
    if not units.filter(parent=None).exists():
        entries = entries.filter(unit_id__in=units.values("pk"))
    if wanted.person:
        entries = entries.filter(username=wanted.person)
    if wanted.unit:
        below = UnitPath.objects.filter(ancestor_id=_uuid(wanted.unit, "unit")).values("descendant_id")
        entries = entries.filter(unit_id__in=below)
    if wanted.account:
        entries = entries.filter(_of_account(wanted.account))
    if wanted.action:
        entries = entries.filter(action__in=_kinds(wanted.action))
    if wanted.object:
        entries = entries.filter(Q(object_id=wanted.object) | Q(object_label__icontains=wanted.object))
    if wanted.since:
        entries = entries.filter(at__gte=_midnight(wanted.since, zone, "since"))
    if wanted.until:
        entries = entries.filter(at__lt=_midnight(wanted.until, zone, "until", days=1))
    if wanted.q:
        entries = entries.annotate(details_text=Cast("details", TextField())).filter(
            Q(reason__icontains=wanted.q)
            | Q(object_label__icontains=wanted.q)
            | Q(channel_name__icontains=wanted.q)
            | Q(unit_name__icontains=wanted.q)
            | Q(details_text__icontains=wanted.q)
        )
    return entries


def leaves_of(entries: Iterable[AuditEntry]) -> dict[int, tuple[int, bool]]:
    """The place of each entry that has one, and whether the entry is what was hashed."""
    ids = [entry.pk for entry in entries]
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [ids])
        return {
            entry_id: (seq, leaf_of(line.encode(), form, bytes(parts) if parts else None) == bytes(leaf))
            for entry_id, seq, leaf, form, parts, line in cursor.fetchall()
        }


def _of_account(account: str) -> Q:
    try:
        return Q(channel_id=UUID(account))
    except ValueError:
        return Q(channel_name__icontains=account)


def _kinds(action: str) -> list[str]:
    """One kind of act, or all of a group ("vault")."""
    return [kind.name for kind in all_audited() if kind.group == action] or [action]


def _uuid(text: str, field: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Unprocessable("This link names a unit that does not exist.", field) from None


def _midnight(text: str, zone: ZoneInfo, field: str, *, days: int = 0) -> datetime:
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
    except (ValueError, OverflowError):
        raise Unprocessable(f"“{text}” is not a date; write it like 2026-11-20.", field) from None
    return datetime.combine(day, time.min, tzinfo=zone)
