"""Screens what the public wrote, and lets the verdict have its consequences in the same transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.audit.book import record
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.events import announce
from hqdash.networks.capabilities import DeletesOthers, Hides
from hqdash.networks.network import NoSuchNetwork, get_network
from moderation.actions.ordering import order_act
from moderation.actions.sealing import seal_evidence
from moderation.audited import CASE_OPENED, HIDE_DECIDED, REMOVAL_DECIDED
from moderation.events import CaseDecided, CaseOpened, MentionScreened
from moderation.models import Case, Decision, NetworkAct, Screening
from moderation.rule_sets import InForce, rules_in_force
from moderation.rules import reason_for, waits_for_a_person
from moderation.screening.categories import Action
from moderation.screening.explanation import Verdict
from moderation.screening.screen import screen
from monitoring.models import Mention


@dataclass(frozen=True, slots=True)
class _Judged:
    mention: Mention
    verdict: Verdict
    screening: Screening


@transaction.atomic
def screen_mentions(*, actor: Actor, mention_ids: Collection[UUID], now: datetime) -> list[Screening]:
    """Screen each mention that nobody has screened yet; safe to call again and from several workers."""
    mentions = list(
        Mention.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("channel__unit")
        .filter(pk__in=mention_ids)
        .order_by("pk")
    )
    # Asked after the rows are locked: whoever screened them meanwhile has committed by now.
    done = set(Screening.objects.filter(mention__in=mentions).values_list("mention_id", flat=True))
    waiting = [mention for mention in mentions if mention.pk not in done]
    if not waiting:
        return []
    in_force = rules_in_force()
    judged = [_judge(mention, in_force, now) for mention in waiting]
    Screening.objects.bulk_create([one.screening for one in judged])
    for one in judged:
        _act_on(actor, one, now)
    return [one.screening for one in judged]


def _judge(mention: Mention, in_force: InForce, now: datetime) -> _Judged:
    verdict = screen(mention.text, in_force.rules)
    screening = Screening(
        mention=mention,
        action=verdict.action.slug,
        category=verdict.category or "",
        categories=[category.value for category in verdict.categories],
        alerts=[category.value for category in verdict.alerts],
        severity=verdict.severity,
        vetoed_by=verdict.vetoed_by or "",
        reason=verdict.reason[:300],
        findings=[finding.as_row() for finding in verdict.findings],
        excused=[excused.as_row() for excused in verdict.excused],
        versions=list(in_force.versions),
        screened_at=now,
    )
    return _Judged(mention, verdict, screening)


def _act_on(actor: Actor, judged: _Judged, now: datetime) -> None:
    mention, verdict = judged.mention, judged.verdict
    if verdict.action >= Action.REVIEW or verdict.alerts:
        case = _open_case(actor, judged, now)
        verb = _verb(mention, verdict)
        if verb:
            _decide_by_itself(actor, case, judged, verb, now)
        elif verdict.action >= Action.HIDE:
            case.problem = "This network offers no way to hide it."
            case.save(update_fields=["problem"])
        if case.state == Case.State.OPEN:
            announce(CaseOpened(case.force_id, case.pk, mention.pk, case.severity))
        live.tell(case.force_id, "moderation", case=case.pk)
    if verdict.findings:
        live.tell(mention.force_id, "mention", mention=mention.pk)
    announce(
        MentionScreened(
            mention.force_id, mention.pk, verdict.action.slug, tuple(alert.value for alert in verdict.alerts)
        )
    )


def _open_case(actor: Actor, judged: _Judged, now: datetime) -> Case:
    verdict = judged.verdict
    case = Case(
        mention=judged.mention,
        channel=judged.mention.channel,
        severity=max(1, verdict.severity),
        category=verdict.category or "",
        categories=[category.value for category in verdict.categories],
        opened_at=now,
    )
    case.save(force_insert=True)
    record(
        actor,
        CASE_OPENED,
        case,
        reason=verdict.reason,
        mention=judged.mention.pk,
        asked_for=verdict.action.slug,
        entries=[finding.entry_id for finding in verdict.findings],
    )
    return case


def _verb(mention: Mention, verdict: Verdict) -> str:
    """What the network can be asked for; empty when it can do neither."""
    if verdict.action < Action.HIDE or mention.kind == Mention.Kind.MESSAGE:
        return ""
    try:
        network = get_network(mention.network)
    except NoSuchNetwork:
        return ""
    if verdict.action is Action.REMOVE and network.can(DeletesOthers):
        return NetworkAct.Verb.REMOVE
    return NetworkAct.Verb.HIDE if network.can(Hides) else ""


def _decide_by_itself(actor: Actor, case: Case, judged: _Judged, verb: str, now: datetime) -> None:
    """A dictionary decides: the copy is sealed, the act is ordered, and a person may undo it."""
    mention, verdict = judged.mention, judged.verdict
    decision = Decision.objects.create(
        case=case,
        what=verb,
        reason=reason_for(case.category),
        note=verdict.reason,
        by=None,
        by_name=actor.username,
        at=now,
    )
    evidence = seal_evidence(decision=decision, mention=mention, now=now)
    record(
        actor,
        REMOVAL_DECIDED if verb == NetworkAct.Verb.REMOVE else HIDE_DECIDED,
        case,
        reason=verdict.reason,
        mention=mention.pk,
        kept_copy=evidence.sha256,
        entries=[finding.entry_id for finding in verdict.findings],
        steps=[step for finding in verdict.findings for step in finding.steps],
    )
    order_act(decision=decision, mention=mention, verb=verb, now=now)
    if not waits_for_a_person(case.categories):
        case.state = Case.State.DECIDED
    case.settled_at = now
    case.save(update_fields=["state", "settled_at"])
    announce(CaseDecided(case.force_id, case.pk, mention.pk, verb))
