"""Finds lines of the book for somebody who may read it, and checks those that are shown against the tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access.gate import can, visible_units
from accounts.audit.declared import all_audited
from accounts.audit.entry import LINE, leaf_of
from accounts.audit.finding import Search, newest
from accounts.audited import VAULT_OPENED
from accounts.models import AuditCheckpoint, AuditEntry, Channel, Unit, UnitPath
from accounts.permissions import VIEW_AUDIT
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable

MOST_CHANNELS = 500
MOST_UNITS = 200
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
        return cls(
            **{
                name: query.get(name, "").replace("\x00", "").strip()[:200]
                for name in cls.__dataclass_fields__
            }
        )

    def given(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: value for name, value in asdict(self).items() if value}


def reads_everything(actor: Actor) -> bool:
    """Whether the actor may read the book of the whole force, and not only of some units."""
    return visible_units(actor, VIEW_AUDIT).filter(parent=None).exists()


def find(actor: Actor, wanted: Wanted, *, zone: ZoneInfo, before: int | None = None, most: int) -> list[int]:
    """The numbers of the newest lines that this actor may read and looks for, at most ``most``.

    Whoever may read for the whole force reads everything; whoever may read for some units reads what happened there.

    Raises:
        Unprocessable: a filter is not what it should be, such as a date that does not exist.
    """
    return newest(_search(actor, wanted, zone), before=before, most=most)


def entries_by_id(ids: Iterable[int]) -> list[AuditEntry]:
    """These lines, newest first."""
    return list(AuditEntry.objects.filter(pk__in=list(ids)).order_by("-id"))


def one_entry(actor: Actor, entry_id: int) -> AuditEntry | None:
    """A line of the book, if this actor may read it."""
    units = visible_units(actor, VIEW_AUDIT)
    entries = AuditEntry.objects.filter(pk=entry_id)
    if not units.filter(parent=None).exists():
        entries = entries.filter(unit_id__in=units.values("pk"))
    return entries.first()


def checkpoints_for(actor: Actor) -> QuerySet[AuditCheckpoint]:
    """The signed checkpoints, for whoever may read any of the book: they name nobody."""
    checkpoints = AuditCheckpoint.objects.all()
    return checkpoints if can(actor, VIEW_AUDIT) else checkpoints.none()


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


def units_to_choose(actor: Actor) -> list[str]:
    """Codes of units that are offered while somebody types; any other can be typed too."""
    units = visible_units(actor, VIEW_AUDIT).order_by("code")
    return list(units.values_list("code", flat=True)[:MOST_UNITS])


def _search(actor: Actor, wanted: Wanted, zone: ZoneInfo) -> Search:
    search = Search(actor.force_id, with_openings=bool(wanted.all or wanted.action))
    units = visible_units(actor, VIEW_AUDIT)
    everything = units.filter(parent=None).exists()
    if wanted.unit:
        below = UnitPath.objects.filter(ancestor_id=_unit(wanted.unit))
        below = below if everything else below.filter(descendant_id__in=units.values("pk"))
        search.one_of["unit_id"] = list(below.values_list("descendant_id", flat=True))
    elif not everything:
        search.one_of["unit_id"] = list(units.values_list("pk", flat=True))
    if wanted.person:
        search.one_of["username"] = [wanted.person]
    if wanted.account:
        search.one_of["channel_id"] = _channels(wanted.account)
    if wanted.action:
        search.one_of["action"] = _kinds(wanted.action)
    if wanted.object and _is_id(wanted.object):
        search.one_of["object_id"] = [wanted.object]
    search.since = _midnight(wanted.since, zone, "since") if wanted.since else None
    search.until = _midnight(wanted.until, zone, "until", days=1) if wanted.until else None
    label = "" if _is_id(wanted.object) else wanted.object
    search.words = f"{wanted.q} {label}".strip()
    # Openings of the vault are not in the index of words: they have none of their own.
    search.with_openings = search.with_openings or wanted.action == VAULT_OPENED.name
    return search


def _channels(account: str) -> list[UUID]:
    """One account by its id, or those of which the name or handle has this in it."""
    try:
        return [UUID(account)]
    except ValueError:
        named = Channel.objects.filter(Q(handle__icontains=account.lstrip("@")) | Q(name__icontains=account))
        return list(named.order_by("id").values_list("pk", flat=True)[:MOST_CHANNELS])


def _is_id(text: str) -> bool:
    """Ids have digits in them and no spaces; labels that people remember have words."""
    try:
        UUID(text)
    except ValueError:
        return text.isascii() and text.isdecimal()
    return True


def _kinds(action: str) -> list[str]:
    """One kind of act, or all of a group ("vault")."""
    return [kind.name for kind in all_audited() if kind.group == action] or [action]


def _unit(text: str) -> UUID:
    """A unit by its id, its code or its name."""
    try:
        return UUID(text)
    except ValueError:
        named = Unit.objects.filter(Q(code__iexact=text) | Q(name__iexact=text)).order_by("code")
        found: UUID | None = named.values_list("pk", flat=True).first()
        if found is None:
            raise Unprocessable(
                _("There is no unit “%(unit)s”: give its code or its whole name.") % {"unit": text}, "unit"
            ) from None
        return found


def _midnight(text: str, zone: ZoneInfo, field: str, *, days: int = 0) -> datetime:
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
        if not 1970 <= day.year <= 9000:
            raise ValueError
        return datetime.combine(day, time.min, tzinfo=zone)
    except (ValueError, OverflowError):
        raise Unprocessable(
            _("“%(text)s” is not a date; write it like 2026-11-20.") % {"text": text}, field
        ) from None
