"""What if? The same explanation as it would be after a change, of which nothing is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.access.what_if import explain_if
from accounts.changes.kind import Kind
from accounts.changes.kinds import wanted
from accounts.models import Answer, Unit
from accounts.organisation_queries import person_named
from accounts.permissions import VIEW_ORGANISATION
from accounts.tier_queries import role_for, tiers_of_force
from accounts.web.organisation import chosen_unit, unit_of
from accounts.web.why import Question, asked, headline_of, said_of, steps_of, tone_of
from hqdash.base import clock
from hqdash.base.errors import Conflict, Unprocessable
from hqdash.base.pages import Page


class TryChange(Page):
    """The question of the rail, and beside its answer the one that a change would give."""

    template = "accounts/try_change.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """``who act on unit when`` ask as in the rail; ``try`` is give or answer, with what belongs to it."""
        require(self.actor, VIEW_ORGANISATION)
        query = request.GET.copy()
        query["ask"] = "why"
        unit = unit_of(self, str(query["unit"])) if query.get("unit") else None
        question = asked(self.actor, query, unit, now=clock.now())
        frame: dict[str, Any] = {
            "question": question,
            "unit": unit,
            "typed": query,
            "roles": tiers_of_force(),
            "answers": Answer.choices,
        }
        if not query.get("try") or question.explanation is None:
            return self.render(**frame)
        try:
            frame["tried"] = self._try(question, unit, query)
        except (Unprocessable, Conflict) as refusal:
            return self.refused(refusal, self.template, **frame)
        return self.render(**frame)

    def _try(self, question: Question, unit: Unit | None, query: Any) -> dict[str, Any]:
        user = person_named(self.actor, question.who)
        if user is None or question.permission is None or question.place is None:
            raise Unprocessable(_("Say first whom and what you ask about."), "who")
        change = self._change(question, unit, query, user)
        explanation = explain_if(
            [change],
            user,
            question.permission,
            question.place,
            actor=self.actor,
            now=clock.now(),
            at=question.moment,
        )
        tone = tone_of(explanation)
        return {
            "sentence": change.sentence(),
            "tone": tone,
            "headline": headline_of(tone),
            "said": said_of(explanation),
            "steps": steps_of(explanation),
        }

    def _change(self, question: Question, unit: Unit | None, query: Any, user: Any) -> Kind:
        role = role_for(query.get("role", ""))
        if query["try"] == "give":
            place = chosen_unit(self, query, "at")
            return wanted("grant.give", user=user, role=role, unit=place, reason=_("a trial"))
        if query["try"] == "answer":
            answer = query.get("answer", "")
            if answer not in Answer.values:
                raise Unprocessable(_("Choose allowed, approval or not allowed."), "answer")
            where = chosen_unit(self, query, "at") if query.get("at") else None
            permission = question.permission.name if question.permission else ""
            return wanted("answer.set", role=role, permission=permission, unit=where, answer=answer)
        raise Unprocessable(_("Choose what to try."), "try")
