"""The question of the right rail: why somebody may do something there, or who could have at some moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.declared import Permission, all_permissions, permission_named
from accounts.access.explain import Explanation, explain
from accounts.access.gate import Where
from accounts.access.reasons import Reason
from accounts.access.who import Could, who_could
from accounts.models import Answer, Unit, User
from accounts.organisation_queries import channel_seen, person_named, root_unit
from hqdash.base.actor import Actor

FIRST = "publishing.publish_post"
"""The right that people ask about most."""
MOST_NAMED = 40


@dataclass(slots=True)
class Question:
    """What was asked, and the answer if it could be given."""

    permissions: list[Permission]
    who: str = ""
    permission: Permission | None = None
    channel: str = ""
    when: str = ""
    place: Where | None = None
    moment: datetime | None = None
    explanation: Explanation | None = None
    people: list[Could] | None = None
    problems: list[dict[str, str]] = field(default_factory=list)

    @property
    def tone(self) -> str:
        """The colour of the answer."""
        return tone_of(self.explanation) if self.explanation else ""

    @property
    def headline(self) -> str:
        """The answer in two or three words."""
        return headline_of(self.tone)

    @property
    def said(self) -> str:
        """The line below: what decides, or who can agree or do it instead."""
        return said_of(self.explanation) if self.explanation else ""

    @property
    def steps(self) -> list[dict[str, str]]:
        """The chain as the component draws it."""
        return steps_of(self.explanation) if self.explanation else []

    @property
    def named(self) -> list[dict[str, str]]:
        """The first of those who could, with how."""
        return [_could(one) for one in (self.people or [])[:MOST_NAMED]]

    @property
    def more(self) -> int:
        """How many more there are."""
        return max(0, len(self.people or []) - MOST_NAMED)


def tone_of(explanation: Explanation) -> str:
    """Green for yes, violet for yes with approval, red for no."""
    if explanation.allowed:
        return "ok"
    held_up = [reason for reason in explanation.reasons if not reason.holds and not _is_approval(reason)]
    return "vio" if explanation.answer == Answer.APPROVAL and not held_up else "bad"


def headline_of(tone: str) -> str:
    """The answer in two or three words."""
    return {"ok": _("Yes"), "vio": _("Yes, with approval"), "bad": _("No")}.get(tone, "")


def said_of(explanation: Explanation) -> str:
    """What decides, or who can agree or do it instead."""
    obstacle = explanation.obstacle
    if obstacle is None:
        return _("Nothing stands in the way.")
    if tone_of(explanation) == "vio" or not explanation.others:
        return obstacle.rule
    others = ", ".join(explanation.others[:5])
    return _("%(why)s. Others can: %(names)s.") % {"why": obstacle.rule, "names": others}


def _is_approval(reason: Reason) -> bool:
    return reason.source == _("Whoever may do it here without approval can approve it")


def _could(one: Could) -> dict[str, str]:
    how = _("%(role)s on %(place)s") % {"role": one.role, "place": one.place}
    if one.answer == Answer.APPROVAL:
        how = _("%(how)s, with approval") % {"how": how}
    if not one.on_shift:
        how = _("%(how)s, off shift") % {"how": how}
    return {"username": one.username, "how": how, "tone": "ok" if one.can else "vio"}


def asked(actor: Actor, query: Mapping[str, str], unit: Unit | None, *, now: datetime) -> Question:
    """Read the question from the address and answer it; what is wrong is said beside it."""
    question = Question(permissions=all_permissions())
    question.who = query.get("who", "").strip()[:150]
    question.permission = permission_named(query.get("act", "")) or permission_named(FIRST)
    question.channel = query.get("on", "")
    question.when = query.get("when", "")[:32]
    if query.get("ask") not in ("why", "who") or question.permission is None:
        return question
    question.place = _place(actor, question, unit)
    question.moment = _moment(question)
    if question.problems or question.place is None:
        return question
    if query["ask"] == "who":
        question.people = who_could(question.permission, question.place, question.moment or now)
        return question
    user = _person(actor, question)
    if user is not None:
        question.explanation = explain(user, question.permission, question.place, at=question.moment)
    return question


def steps_of(explanation: Explanation) -> list[dict[str, str]]:
    """The links of a chain: the first that does not hold is red, an approval is violet."""
    steps = []
    for reason in explanation.reasons:
        tone = "ok" if reason.holds else "vio" if _is_approval(reason) else "bad"
        source = reason.source
        if reason.changed_by:
            source = " · ".join(filter(None, (source, _changers(reason.changed_by))))
        steps.append({"title": reason.rule, "source": source, "tone": tone})
    return steps


def _changers(names: tuple[str, ...]) -> str:
    first, more = ", ".join(names[:2]), len(names) - 2
    if more > 0:
        words = ngettext("changed by %(names)s or %(n)d other", "changed by %(names)s or %(n)d others", more)
        return words % {"names": first, "n": more}
    return _("changed by %(names)s") % {"names": first}


def _person(actor: Actor, question: Question) -> User | None:
    if not question.who:
        question.problems.append({"field": "who", "message": _("Whom do you ask about? Type a user name.")})
        return None
    user = person_named(actor, question.who)
    if user is None:
        message = _("Nobody called %(name)s works here.") % {"name": question.who}
        question.problems.append({"field": "who", "message": message})
    return user


def _place(actor: Actor, question: Question, unit: Unit | None) -> Where | None:
    if not question.channel:
        return unit or root_unit()
    try:
        channel = channel_seen(actor, UUID(question.channel))
    except ValueError:
        channel = None
    if channel is None:
        question.problems.append({"field": "on", "message": _("There is no such account here.")})
    return channel


def _moment(question: Question) -> datetime | None:
    if not question.when:
        return None
    try:
        moment = datetime.fromisoformat(question.when)
    except ValueError:
        message = _("Write the moment as 2026-08-09 21:00.")
        question.problems.append({"field": "when", "message": message})
        return None
    zone = timezone.get_current_timezone()
    return moment if moment.tzinfo else moment.replace(tzinfo=zone or ZoneInfo("UTC"))
