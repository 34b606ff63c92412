"""What a person does with a case: take it, decide it, take the decision back, look at masked words."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audit.declared import Audited
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, Unprocessable
from hqdash.base.events import announce
from hqdash.networks.capabilities import DeletesOthers, Hides
from hqdash.networks.network import get_network
from moderation.actions.ordering import order_act
from moderation.actions.sealing import seal_evidence
from moderation.audited import (
    CASE_CLAIMED,
    CASE_ESCALATED,
    CASE_OPENED,
    COMMENT_ALLOWED,
    DECISION_UNDONE,
    HIDE_DECIDED,
    REMOVAL_DECIDED,
    TEXT_REVEALED,
)
from moderation.events import CaseDecided
from moderation.models import Case, Decision, NetworkAct
from moderation.permissions import MODERATE, REMOVE_MENTIONS, VIEW_MODERATION
from moderation.rules import is_protected
from monitoring.models import Mention

What = Decision.What
_ENTRIES: dict[str, Audited] = {
    What.HIDE: HIDE_DECIDED,
    What.REMOVE: REMOVAL_DECIDED,
    What.ALLOW: COMMENT_ALLOWED,
    What.ESCALATE: CASE_ESCALATED,
}


@transaction.atomic
def decide_case(
    *, actor: Actor, case: Case, what: str, reason: str = "", note: str = "", now: datetime
) -> Decision:
    """Hide, delete, allow or escalate; a hide keeps a sealed copy first and goes out at once.

    Raises:
        Unprocessable: a reason is missing, the network cannot do it, or the text is protected criticism.
        Conflict: somebody else has decided already.
    """
    require(actor, REMOVE_MENTIONS if what == What.REMOVE else MODERATE, case.channel)
    case = _locked(case)
    _refuse_unless_open(case)
    _refuse_unless_sound(actor, case, what, reason, note.strip())
    decision = _write(actor, case, what, now, reason=reason, note=note.strip())
    kept = ""
    if what in (What.HIDE, What.REMOVE):
        kept = seal_evidence(decision=decision, mention=case.mention, now=now).sha256
        order_act(decision=decision, mention=case.mention, verb=what, now=now)
    elif what == What.ALLOW:
        order_act(decision=decision, mention=case.mention, verb=NetworkAct.Verb.UNHIDE, now=now)
    record(
        actor,
        _ENTRIES[what],
        case,
        reason=f"{decision.get_reason_display()} {decision.note}".strip(),
        mention=case.mention_id,
        kept_copy=kept,
    )
    if what == What.ESCALATE:
        case.escalated_at = now
    else:
        case.state, case.settled_at, case.problem = Case.State.DECIDED, now, ""
    case.save(update_fields=["state", "settled_at", "escalated_at", "problem"])
    announce(CaseDecided(case.force_id, case.pk, case.mention_id, what))
    live.tell(case.force_id, "moderation", case=case.pk)
    return decision


def hide_mention(*, actor: Actor, mention: Mention, reason: str, note: str = "", now: datetime) -> Decision:
    """Hide something that nobody had flagged; it gets a case of its own."""
    case = open_case(actor=actor, mention=mention, now=now)
    return decide_case(actor=actor, case=case, what=What.HIDE, reason=reason, note=note, now=now)


@transaction.atomic
def open_case(*, actor: Actor, mention: Mention, now: datetime) -> Case:
    """The case of a mention; a new one when there is none yet."""
    require(actor, MODERATE, mention.channel)
    screening = getattr(mention, "screening", None)
    case, is_new = Case.objects.get_or_create(
        mention=mention,
        force_id=mention.force_id,
        defaults={
            "channel": mention.channel,
            "opened_at": now,
            "category": screening.category if screening else "",
            "categories": screening.categories if screening else [],
            "severity": max(1, screening.severity) if screening else 1,
        },
    )
    if is_new:
        record(actor, CASE_OPENED, case, reason=_("by hand"), mention=mention.pk)
        live.tell(case.force_id, "moderation", case=case.pk)
    return case


@transaction.atomic
def claim_case(*, actor: Actor, case: Case, now: datetime) -> Case:
    """Say that one is looking at it, so that two people do not decide the same thing."""
    require(actor, MODERATE, case.channel)
    case = _locked(case)
    _refuse_unless_open(case)
    case.claimed_by_id, case.claimed_at = actor.user_id, now
    case.save(update_fields=["claimed_by", "claimed_at"])
    record(actor, CASE_CLAIMED, case)
    live.tell(case.force_id, "moderation", case=case.pk)
    return case


@transaction.atomic
def undo_case(*, actor: Actor, case: Case, note: str = "", now: datetime) -> Decision:
    """Take the last decision back: what was hidden is shown again, what was allowed is open again.

    Raises:
        Conflict: there is nothing to take back, or the comment is deleted for good.
    """
    require(actor, MODERATE, case.channel)
    case = _locked(case)
    last = case.decisions.exclude(what=What.ESCALATE).first()
    if last is None or last.what == What.UNDO:
        raise Conflict(_("There is no decision to take back."))
    if last.what == What.REMOVE and not _still_waits(last):
        raise Conflict(
            _("A deleted comment cannot be brought back. Its sealed copy is kept in the evidence.")
        )
    decision = _write(actor, case, What.UNDO, now, note=note.strip())
    record(
        actor,
        DECISION_UNDONE,
        case,
        reason=decision.note or last.get_what_display(),
        mention=case.mention_id,
        took_back=last.what,
        decided_by=last.by_name,
    )
    if last.what == What.ALLOW:
        case.state = Case.State.OPEN
    else:
        order_act(decision=decision, mention=case.mention, verb=NetworkAct.Verb.UNHIDE, now=now)
        case.state = Case.State.UNDONE
    case.settled_at, case.problem = now, ""
    case.save(update_fields=["state", "settled_at", "problem"])
    announce(CaseDecided(case.force_id, case.pk, case.mention_id, What.UNDO))
    live.tell(case.force_id, "moderation", case=case.pk)
    return decision


@transaction.atomic
def reveal_text(*, actor: Actor, case: Case) -> None:
    """Look at masked words; that somebody looked is an entry too."""
    require(actor, VIEW_MODERATION, case.channel)
    record(actor, TEXT_REVEALED, case, mention=case.mention_id)


def _locked(case: Case) -> Case:
    return (
        Case.objects.select_for_update(of=("self",))
        .select_related("mention", "channel__unit")
        .get(pk=case.pk)
    )


def _write(
    actor: Actor, case: Case, what: str, now: datetime, *, reason: str = "", note: str = ""
) -> Decision:
    return Decision.objects.create(
        case=case, what=what, reason=reason, note=note, by_id=actor.user_id, by_name=actor.username, at=now
    )


def _still_waits(decision: Decision) -> bool:
    return not decision.acts.exclude(
        state__in=(NetworkAct.State.DUE, NetworkAct.State.DROPPED, NetworkAct.State.REFUSED)
    ).exists()


def _refuse_unless_open(case: Case) -> None:
    if case.state != Case.State.DECIDED:
        return
    last = case.decisions.first()
    by = last.by_name if last else "?"
    raise Conflict(_("%(who)s has decided this already. Undo that first.") % {"who": by})


def _refuse_unless_sound(actor: Actor, case: Case, what: str, reason: str, note: str) -> None:
    if what not in _ENTRIES:
        raise Unprocessable(_("Choose what to do: hide, delete, allow or escalate."), "d")
    if what not in (What.HIDE, What.REMOVE):
        return
    if reason not in Decision.Reason.values:
        raise Unprocessable(_("Give a reason: it goes on the record."), "reason")
    if reason == Decision.Reason.OTHER and not note:
        raise Unprocessable(_("Explain the reason in the note."), "note")
    network = get_network(case.channel.network)
    if what == What.HIDE and not network.can(Hides):
        raise Unprocessable(
            _("%(network)s offers no way to hide a comment.") % {"network": network.name}, "d"
        )
    if what == What.REMOVE and not network.can(DeletesOthers):
        raise Unprocessable(
            _("%(network)s does not let us delete what others wrote. Hide it instead.")
            % {"network": network.name},
            "d",
        )
    if is_protected(case.categories):
        _refuse_without_second_person(actor, case, note)


def _refuse_without_second_person(actor: Actor, case: Case, note: str) -> None:
    """Criticism stays; hiding it takes a note and somebody else who has asked for it."""
    first = case.decisions.filter(what=What.ESCALATE).exclude(by_id=actor.user_id).first()
    if first is None or not note:
        raise Unprocessable(
            _(
                "This criticises the force, and criticism is not hidden. If something else is wrong with it, "
                "escalate it: another person can then hide it with a note that says why."
            ),
            "d",
        )
