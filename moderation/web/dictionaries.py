"""Dictionaries: what is in force, a draft to edit, a box to try it in, and the button that publishes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.access.gate import can, require
from accounts.sign_in.step_up import StepUp
from hqdash.base import clock
from hqdash.base.errors import Refusal
from hqdash.base.pages import Page
from moderation.actions.dictionaries import (
    add_dictionary,
    add_term,
    publish_version,
    remove_term,
    reveal_terms,
)
from moderation.models import Dictionary, Entry, Version
from moderation.permissions import EDIT_DICTIONARIES, VIEW_MODERATION
from moderation.queries import dictionaries_for, terms_for, versions_for, versions_of
from moderation.rule_sets import entries_of
from moderation.screening.categories import Category
from moderation.screening.compiled import RuleSet
from moderation.screening.entries import Direction
from moderation.screening.screen import screen
from moderation.web.showing import LABELS, MASKED, Piece, drawn

LONGEST_TRIAL = 63_206


class Dictionaries(Page):
    """Every dictionary with its version in force; adding one."""

    template = "moderation/dictionaries.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        require(self.actor, VIEW_MODERATION)
        return self.render(**self.context())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add an empty dictionary and open it."""
        name = request.POST.get("name", "").strip()
        try:
            made = add_dictionary(
                actor=self.actor, name=name, direction=request.POST.get("direction", Direction.INBOUND.value)
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(refusal, self.template, name=name, **self.context())
        return self.redirect("moderation:dictionary", made.pk, note=_("Added. Now add its terms."))

    def context(self) -> dict[str, Any]:
        """The lists and what may be done with them."""
        return {
            "dictionaries": dictionaries_for(self.actor),
            "can_edit": can(self.actor, EDIT_DICTIONARIES),
            "directions": Dictionary._meta.get_field("direction").choices,
        }


class Editor(Page):
    """One dictionary: its terms, its versions, its draft."""

    template = "moderation/dictionary.html"

    def get(self, request: HttpRequest, dictionary_id: UUID) -> HttpResponse:
        """``version`` chooses one; otherwise the draft, else the version in force."""
        return self.render(**self.context(self.dictionary(dictionary_id)))

    def dictionary(self, dictionary_id: UUID) -> Dictionary:
        """404 for one of another force, or for somebody who may not look."""
        return get_object_or_404(dictionaries_for(self.actor), pk=dictionary_id)

    def context(self, dictionary: Dictionary, **more: Any) -> dict[str, Any]:
        """Everything about the shown version; words that are masked elsewhere are masked here."""
        versions = list(versions_of(dictionary))
        asked = self.request.GET.get("version", "")
        shown = next((one for one in versions if str(one.number) == asked), None)
        shown = shown or next((one for one in versions if one.is_draft), None)
        shown = shown or next((one for one in versions if one.pk == dictionary.live_id), None)
        terms = list(shown.entries.all()) if shown else []
        return {
            "dictionary": dictionary,
            "versions": versions,
            "shown": shown,
            "terms": [(term, "" if more.get("revealed") else _mask(term)) for term in terms],
            "has_masked": any(term.category in MASKED for term in terms),
            "can_edit": can(self.actor, EDIT_DICTIONARIES),
            "kinds": Entry._meta.get_field("kind").choices,
            "actions": Entry._meta.get_field("action").choices,
            "categories": [(one.value, LABELS[one.value]) for one in Category],
            "severities": range(1, 5),
            **more,
        }


class RevealTerms(Editor):
    """POST: show the masked terms once; the look is written into the book."""

    def post(self, request: HttpRequest, dictionary_id: UUID) -> HttpResponse:
        """The page itself and no redirect, so that the words are gone with the next click."""
        dictionary = self.dictionary(dictionary_id)
        reveal_terms(actor=self.actor, dictionary=dictionary)
        return self.render(**self.context(dictionary, revealed=True))


class AddTerm(Editor):
    """POST: one more term in the draft, which is begun if there is none."""

    def post(self, request: HttpRequest, dictionary_id: UUID) -> HttpResponse:
        """Back to the editor; a pattern that cannot work is refused with the place of its mistake."""
        dictionary = self.dictionary(dictionary_id)
        typed = {
            name: request.POST.get(name, "") for name in ("pattern", "kind", "category", "action", "note")
        }
        severity = request.POST.get("severity", "")
        try:
            add_term(
                actor=self.actor,
                dictionary=dictionary,
                severity=int(severity) if severity.isdigit() else 0,
                exceptions=tuple(request.POST.get("exceptions", "").split(",")),
                **typed,
            )
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            return self.refused(refusal, self.template, **self.context(dictionary, typed=typed))
        return self.redirect("moderation:dictionary", dictionary.pk, note=_("Added to the draft."))


class RemoveTerm(Page):
    """POST: take a term out of the draft."""

    def post(self, request: HttpRequest, term_id: UUID) -> HttpResponse:
        """Back to the editor."""
        term = get_object_or_404(terms_for(self.actor), pk=term_id)
        dictionary_id = term.version.dictionary_id
        remove_term(actor=self.actor, term=term)
        return self.redirect("moderation:dictionary", dictionary_id, note=_("Removed from the draft."))


class Publish(StepUp, Page):
    """POST: put a version into force, a draft or an earlier one; it judges everything that is said from then on."""

    def post(self, request: HttpRequest, version_id: UUID) -> HttpResponse:
        """Back to the editor."""
        version: Version = get_object_or_404(versions_for(self.actor), pk=version_id)
        publish_version(actor=self.actor, version=version, now=clock.now())
        return self.redirect("moderation:dictionary", version.dictionary_id, note=_("In force."))


class TryText(Editor):
    """POST: what the shown version would make of a text. Nothing is stored."""

    def post(self, request: HttpRequest, dictionary_id: UUID) -> HttpResponse:
        """The editor with the verdict."""
        dictionary = self.dictionary(dictionary_id)
        context = self.context(dictionary)
        text = request.POST.get("text", "")[:LONGEST_TRIAL]
        rules = RuleSet(entries_of((context["shown"].pk,))) if context["shown"] else RuleSet(())
        direction = Direction(dictionary.direction)
        verdict = screen(
            text, rules, direction=Direction.INBOUND if direction is Direction.BOTH else direction
        )
        found = [(text[hit.start : hit.end], hit, LABELS[hit.category.value]) for hit in verdict.findings]
        return self.render(**context, tried=text, verdict=verdict, found=found)


def _mask(term: Entry) -> str:
    """Blocks in the place of a word that is masked elsewhere too; empty for all others."""
    return drawn([Piece(term.pattern, "", masked=True)]) if term.category in MASKED else ""
