"""Gives a force the supplied dictionaries to begin with."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from hqdash.base.actor import Actor
from moderation.actions.dictionaries import add_dictionary, publish_version
from moderation.models import Dictionary, Entry
from moderation.screening.starter import StarterDictionary, starter_dictionaries


def install_starter_dictionaries(*, actor: Actor, now: datetime) -> list[Dictionary]:
    """Copy each supplied list that the force does not have yet, and put it into force."""
    present = set(Dictionary.objects.values_list("slug", flat=True))
    return [
        _install(actor, supplied, now) for supplied in starter_dictionaries() if supplied.slug not in present
    ]


@transaction.atomic
def _install(actor: Actor, supplied: StarterDictionary, now: datetime) -> Dictionary:
    dictionary = add_dictionary(
        actor=actor, name=supplied.name, direction=supplied.direction.value, slug=supplied.slug
    )
    draft = dictionary.versions.get()
    Entry.objects.bulk_create(
        Entry(
            version=draft,
            pattern=term.pattern,
            kind=term.kind.value,
            category=term.category.value,
            severity=term.severity,
            action=term.action.slug,
            exceptions=list(term.exceptions),
            note=term.note,
            added_by_name=actor.username,
        )
        for term in supplied.terms
    )
    publish_version(actor=actor, version=draft, now=now)
    dictionary.refresh_from_db()
    return dictionary
