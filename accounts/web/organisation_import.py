"""Imports what an HR system gives: choose files, see what would change, import all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access.gate import can, require
from accounts.actions.importing import import_organisation, preview_import
from accounts.importing.desk import forget_files, keep_files, kept_files
from accounts.importing.reading import GivenFile
from accounts.importing.steps import Choices, Plan, Step, Subject, Verb
from accounts.importing.text import LARGEST
from accounts.permissions import CHANGE_TIERS, MANAGE_ORGANISATION
from accounts.tier_queries import set_being_collected, tiers_of_force
from hqdash.base import clock
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable
from hqdash.base.pages import Page
from hqdash.networks.network import all_networks

MOST_FILES = 8
SHOWN = 200
"""So many steps of a kind and so many problems are drawn; the rest are counted."""


class ImportOrganisation(Page):
    """From files to a preview, from a preview to the force."""

    template = "accounts/import.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Where files are chosen."""
        require(self.actor, MANAGE_ORGANISATION)
        return self.render()

    def post(self, request: HttpRequest) -> HttpResponse:
        """``do`` is preview (with files), again (with other choices) or apply."""
        require(self.actor, MANAGE_ORGANISATION)
        try:
            if request.POST.get("do") == "preview":
                files = _chosen(request)
                return self._preview(files, keep_files(self.actor, files), Choices())
            word = request.POST.get("word", "")
            files = kept_files(self.actor, word)
        except (Unprocessable, Conflict) as refusal:
            return self.refused(refusal, self.template)
        choices = _choices(request)
        if request.POST.get("do") != "apply":
            return self._preview(files, word, choices)
        return self._apply(files, word, choices, request.POST.get("digest", ""))

    def _preview(self, files: Sequence[GivenFile], word: str, choices: Choices) -> HttpResponse:
        plan = preview_import(actor=self.actor, files=files, choices=choices, now=clock.now())
        return self.render(**self._frame(files, word, plan))

    def _apply(self, files: Sequence[GivenFile], word: str, choices: Choices, digest: str) -> HttpResponse:
        now = clock.now()
        try:
            done = import_organisation(actor=self.actor, files=files, choices=choices, digest=digest, now=now)
        except (Unprocessable, Conflict, NotAllowed) as refusal:
            plan = preview_import(actor=self.actor, files=files, choices=choices, now=now)
            return self.refused(refusal, self.template, **self._frame(files, word, plan))
        forget_files(self.actor, word)
        note = _("Imported: %(n)d changes.") % {"n": done.done}
        own = set_being_collected(self.actor) if done.proposed else None
        if own is None:
            return self.redirect("accounts:organisation", note=note)
        note += " " + _("%(n)d more change what people may do: propose them to a second administrator.") % {
            "n": done.proposed
        }
        return self.redirect("accounts:change_set", own.pk, note=note)

    def _frame(self, files: Sequence[GivenFile], word: str, plan: Plan) -> dict[str, Any]:
        return {
            "files": files,
            "word": word,
            "plan": plan,
            "groups": _groups(plan),
            "problems": plan.problems[:SHOWN],
            "more_problems": max(0, len(plan.problems) - SHOWN),
            "missing": plan.missing[:SHOWN],
            "gone": plan.gone[:SHOWN],
            "unchanged": sum(plan.unchanged.values()),
            "unknown_roles": _unknown(plan.unknown_roles, plan.choices.roles),
            "unknown_networks": _unknown(plan.unknown_networks, plan.choices.networks),
            "roles": tiers_of_force(),
            "networks": all_networks(),
            "lacks_right": bool(plan.for_second) and not can(self.actor, CHANGE_TIERS),
        }


def _chosen(request: HttpRequest) -> list[GivenFile]:
    files = request.FILES.getlist("file")[: MOST_FILES + 1]
    if len(files) > MOST_FILES:
        raise Unprocessable(_("Choose at most %(n)d files at once.") % {"n": MOST_FILES}, "file")
    if sum(file.size or 0 for file in files) > LARGEST:
        raise Unprocessable(
            _("The files are larger than 10 MB together. Import them one after the other."), "file"
        )
    if not files:
        raise Unprocessable(_("Choose a file."), "file")
    return [GivenFile((file.name or "file")[:100], file.read()) for file in files]


def _choices(request: HttpRequest) -> Choices:
    """What was chosen for unknown words: ``role:word`` and ``network:word``, where "-" leaves the rows out."""
    roles: dict[str, str] = {}
    networks: dict[str, str] = {}
    for name, value in request.POST.items():
        kind, colon, word = name.partition(":")
        if colon and value and kind in ("role", "network"):
            (roles if kind == "role" else networks)[word] = "" if value == "-" else str(value)
    return Choices(roles=roles, networks=networks, with_missing=request.POST.get("with_missing") == "1")


def _unknown(counts: Any, chosen: Any) -> list[dict[str, Any]]:
    return [
        {"word": word, "rows": rows, "chosen": "-" if chosen.get(word) == "" else chosen.get(word, "")}
        for word, rows in counts.items()
    ]


def _groups(plan: Plan) -> list[dict[str, Any]]:
    """The steps under headings, in the order in which they are done."""
    headings = {
        (Subject.UNIT, Verb.ADD): _("Units to add"),
        (Subject.UNIT, Verb.RENAME): _("Units to rename"),
        (Subject.UNIT, Verb.MOVE): _("Units to move"),
        (Subject.UNIT, Verb.CLOSE): _("Units to close"),
        (Subject.PERSON, Verb.ADD): _("People to add"),
        (Subject.ACCOUNT, Verb.ADD): _("Accounts to add; connect them afterwards"),
        (Subject.ACCOUNT, Verb.CHANGE): _("Accounts to change"),
        (Subject.ACCOUNT, Verb.MOVE): _("Accounts to move to another unit"),
        (Subject.ROLE, Verb.GIVE): _("Roles to give"),
        (Subject.ROLE, Verb.EXTEND): _("Roles to give for longer"),
        (Subject.ROLE, Verb.END): _("Roles to end"),
    }
    sorted_steps: dict[tuple[Subject, Verb], list[Step]] = {}
    for step in plan.everything:
        sorted_steps.setdefault((step.subject, step.verb), []).append(step)
    return [
        {
            "title": heading,
            "steps": sorted_steps[kind][:SHOWN],
            "number": len(sorted_steps[kind]),
            "more": max(0, len(sorted_steps[kind]) - SHOWN),
            "needs_second": sorted_steps[kind][0].needs_second,
        }
        for kind, heading in headings.items()
        if kind in sorted_steps
    ]
