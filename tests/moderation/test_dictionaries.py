"""A published version never changes; deleting by itself needs two names."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from hqdash.base import clock
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable
from moderation.actions.dictionaries import (
    add_dictionary,
    add_term,
    publish_version,
    remove_term,
    start_draft,
)
from moderation.actions.starting import install_starter_dictionaries
from moderation.models import Dictionary, Entry, Version
from moderation.rule_sets import entries_of, rules_in_force
from moderation.screening.categories import Action
from tests.cast import Cast


def test_the_supplied_lists_are_installed_once(desk: Cast) -> None:
    before = Dictionary.objects.count()

    assert before == 7
    assert install_starter_dictionaries(actor=desk.system, now=clock.now()) == []
    assert Dictionary.objects.filter(live=None).count() == 0


def test_the_database_refuses_to_change_what_is_published(desk: Cast) -> None:
    live = Dictionary.objects.get(slug="abuse").live
    assert live is not None

    def refused(act: object) -> None:
        with pytest.raises(DatabaseError, match="never change"), transaction.atomic():
            act()  # type: ignore[operator]

    refused(lambda: Entry.objects.filter(version=live).update(action="remove"))
    refused(lambda: Entry.objects.filter(version=live).delete())
    refused(
        lambda: Entry.objects.create(
            version=live, pattern="x9", kind="literal", category="ABUSE", severity=1, action="review"
        )
    )
    refused(lambda: Version.objects.filter(pk=live.pk).update(number=99))


def test_a_draft_begins_as_a_copy_and_changes_nothing_until_it_is_published(desk: Cast) -> None:
    dictionary = Dictionary.objects.get(slug="scams")
    before = rules_in_force()
    draft = start_draft(actor=desk.press.actor, dictionary=dictionary)
    assert draft.entries.count() == dictionary.live.entries.count()
    assert start_draft(actor=desk.press.actor, dictionary=dictionary) == draft

    term = add_term(
        actor=desk.press.actor,
        dictionary=dictionary,
        pattern="bad.example",
        kind="domain",
        category="SCAM_IMPERSONATION",
        severity=3,
        action="hide",
    )
    assert rules_in_force().rules is before.rules
    publish_version(actor=desk.press.actor, version=draft, now=clock.now())
    assert rules_in_force().rules is not before.rules

    term.refresh_from_db()
    with pytest.raises(Conflict):
        remove_term(actor=desk.press.actor, term=term)


def test_deleting_by_itself_needs_the_names_of_two_people(desk: Cast) -> None:
    def asked(*, second: bool) -> Action:
        slug = "two" if second else "one"
        dictionary = add_dictionary(actor=desk.press.actor, name=slug)
        add_term(
            actor=desk.press.actor,
            dictionary=dictionary,
            pattern="begone",
            kind="literal",
            category="HATE",
            severity=4,
            action="remove",
        )
        draft = dictionary.versions.get()
        if second:
            draft.second_person = desk.admin.user
            draft.save(update_fields=["second_person"])
        publish_version(actor=desk.press.actor, version=draft, now=clock.now())
        (entry,) = entries_of((draft.pk,))
        return entry.action

    assert asked(second=False) is Action.HIDE
    assert asked(second=True) is Action.REMOVE


def test_what_cannot_work_is_refused_in_words(desk: Cast) -> None:
    dictionary = Dictionary.objects.get(slug="abuse")

    def add(**more: object) -> None:
        term: dict[str, object] = {
            "pattern": "ninny",
            "kind": "literal",
            "category": "ABUSE",
            "severity": 2,
            "action": "review",
        }
        add_term(actor=desk.press.actor, dictionary=dictionary, **{**term, **more})  # type: ignore[arg-type]

    for wrong in (
        {"pattern": "  "},
        {"kind": "magic"},
        {"category": "RUDE"},
        {"severity": 9},
        {"action": "shout"},
    ):
        with pytest.raises(Unprocessable):
            add(**wrong)
    with pytest.raises(NotAllowed):
        add_dictionary(actor=desk.pc.actor, name="Mine")
    with pytest.raises(Conflict):
        add_dictionary(actor=desk.press.actor, name="Abuse")
    add()
    with pytest.raises(Conflict):
        add()


def test_a_regular_expression_is_a_term_and_a_broken_one_is_refused_with_its_place(desk: Cast) -> None:
    own = add_dictionary(actor=desk.press.actor, name="Numbers")
    term = {
        "dictionary": own,
        "kind": "regex",
        "category": "PERSONAL_DATA",
        "severity": 3,
        "action": "review",
    }
    kept = add_term(actor=desk.press.actor, pattern=r"\b07\d{9}\b", **term)
    assert kept.get_kind_display() == "Regular expression"
    with pytest.raises(Unprocessable, match=r"character|position|bracket"):
        add_term(actor=desk.press.actor, pattern=r"(07\d{9}", **term)
