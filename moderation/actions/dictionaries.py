"""Writes dictionaries: a draft is edited, published, and from then on never changes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.models import Unit
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Unprocessable
from hqdash.base.events import announce
from moderation.audited import DICTIONARY_ADDED, TERM_ADDED, TERM_REMOVED, TERMS_REVEALED, VERSION_PUBLISHED
from moderation.events import VersionPublished
from moderation.models import Dictionary, Entry, Version
from moderation.permissions import EDIT_DICTIONARIES, VIEW_MODERATION
from moderation.screening.categories import Action, Category
from moderation.screening.entries import Direction, Kind, PatternError, needle_for


def _require(actor: Actor) -> None:
    """Dictionaries hold for the whole force, so the right is needed at its top."""
    require(actor, EDIT_DICTIONARIES, Unit.objects.get(parent=None))


@transaction.atomic
def add_dictionary(
    *, actor: Actor, name: str, direction: str = Direction.INBOUND.value, slug: str = ""
) -> Dictionary:
    """A new, empty dictionary with its first draft."""
    _require(actor)
    chosen = slug or slugify(name)[:60]
    if not chosen:
        raise Unprocessable(_("Give the dictionary a name."), "name")
    if direction not in {one.value for one in Direction}:
        raise Unprocessable(_("Choose whose words it looks at."), "direction")
    if Dictionary.objects.filter(slug=chosen).exists():
        raise Conflict(_("There is a dictionary of this name already."))
    dictionary = Dictionary.objects.create(slug=chosen, name=name, direction=direction)
    Version.objects.create(dictionary=dictionary, number=1)
    record(actor, DICTIONARY_ADDED, dictionary)
    return dictionary


@transaction.atomic
def start_draft(*, actor: Actor, dictionary: Dictionary) -> Version:
    """The draft of a dictionary; a new one begins as a copy of the version in force."""
    _require(actor)
    dictionary = Dictionary.objects.select_for_update(of=("self",)).get(pk=dictionary.pk)
    if draft := dictionary.versions.filter(published_at=None).first():
        return draft
    last = dictionary.versions.aggregate(last=Max("number"))["last"] or 0
    draft = Version.objects.create(dictionary=dictionary, number=last + 1)
    if dictionary.live_id:
        copies = [
            Entry(
                version=draft,
                pattern=term.pattern,
                kind=term.kind,
                category=term.category,
                severity=term.severity,
                action=term.action,
                exceptions=term.exceptions,
                note=term.note,
                added_by_name=term.added_by_name,
            )
            for term in Entry.objects.filter(version_id=dictionary.live_id)
        ]
        Entry.objects.bulk_create(copies, batch_size=1000)
    return draft


@transaction.atomic
def add_term(
    *,
    actor: Actor,
    dictionary: Dictionary,
    pattern: str,
    kind: str,
    category: str,
    severity: int,
    action: str,
    exceptions: tuple[str, ...] = (),
    note: str = "",
) -> Entry:
    """Add one term to the draft; a pattern that cannot work is refused with the place of its mistake."""
    draft = start_draft(actor=actor, dictionary=dictionary)
    try:
        needle_for(pattern, Kind(kind))
    except PatternError as mistake:
        raise Unprocessable(mistake.sentence, "pattern") from mistake
    except ValueError as mistake:
        raise Unprocessable(_("Choose how the pattern is meant."), "kind") from mistake
    if (
        category not in set(Category)
        or action.upper() not in Action.__members__
        or severity not in range(1, 5)
    ):
        raise Unprocessable(_("Choose a category, a severity from 1 to 4 and an action."), "category")
    pattern = " ".join(pattern.split())
    if draft.entries.filter(pattern=pattern, kind=kind).exists():
        raise Conflict(_("This term is in the draft already."))
    term = Entry.objects.create(
        version=draft,
        pattern=pattern,
        kind=kind,
        category=category,
        severity=severity,
        action=action,
        exceptions=[one.strip() for one in exceptions if one.strip()],
        note=note[:300],
        added_by_name=actor.username,
    )
    record(actor, TERM_ADDED, term, dictionary=str(draft), category=category, asked=action)
    return term


@transaction.atomic
def remove_term(*, actor: Actor, term: Entry) -> None:
    """Take a term out of the draft."""
    _require(actor)
    if not term.version.is_draft:
        raise Conflict(_("A published version never changes. Remove the term from the draft."))
    record(actor, TERM_REMOVED, term, dictionary=str(term.version), category=term.category)
    term.delete()


@transaction.atomic
def reveal_terms(*, actor: Actor, dictionary: Dictionary) -> None:
    """Look at the masked terms of a dictionary; that somebody looked is an entry too."""
    require(actor, VIEW_MODERATION, Unit.objects.get(parent=None))
    record(actor, TERMS_REVEALED, dictionary)


@transaction.atomic
def publish_version(*, actor: Actor, version: Version, now: datetime) -> Version:
    """Freeze a draft, or bring an earlier version back; every screening from now on uses it."""
    _require(actor)
    dictionary = Dictionary.objects.select_for_update(of=("self",)).get(pk=version.dictionary_id)
    version = Version.objects.select_related("dictionary").get(pk=version.pk)
    if dictionary.live_id == version.pk:
        raise Conflict(_("This version is in force already."))
    before = dictionary.live_id
    if version.is_draft:
        version.published_at, version.published_by_name = now, actor.username
        version.published_by_id = actor.user_id
        version.save(update_fields=["published_at", "published_by", "published_by_name"])
    dictionary.live = version
    dictionary.save(update_fields=["live"])
    record(actor, VERSION_PUBLISHED, version, before=before, terms=version.entries.count())
    announce(VersionPublished(dictionary.force_id, dictionary.pk, version.pk))
    live.tell(dictionary.force_id, "dictionary", id=dictionary.pk)
    return version
