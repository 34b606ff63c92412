"""Writes down what the network said, and what follows for the comment and its case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.audit.book import record
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.events import announce
from hqdash.networks.network import get_network
from moderation.actions.claiming import Claim
from moderation.audited import ACT_REFUSED, COMMENT_HIDDEN, COMMENT_REMOVED, COMMENT_SHOWN
from moderation.events import ActOrdered, ActRefused, MentionHidden, MentionRemoved, MentionShown
from moderation.models import Case, Decision, NetworkAct
from moderation.rules import Outcome, state_after, waits_for_a_person
from monitoring.models import Mention

Verb = NetworkAct.Verb
_SEEN_AFTER = {
    Verb.HIDE.value: Mention.Visibility.HIDDEN,
    Verb.UNHIDE.value: Mention.Visibility.VISIBLE,
    Verb.REMOVE.value: Mention.Visibility.REMOVED,
}
_ENTRIES = {
    Mention.Visibility.HIDDEN: COMMENT_HIDDEN,
    Mention.Visibility.VISIBLE: COMMENT_SHOWN,
    Mention.Visibility.REMOVED: COMMENT_REMOVED,
}
_EVENTS = {
    Mention.Visibility.HIDDEN: MentionHidden,
    Mention.Visibility.VISIBLE: MentionShown,
    Mention.Visibility.REMOVED: MentionRemoved,
}
_SETTLE = """
UPDATE moderation_networkact SET state = %(state)s, sentence = %(sentence)s, who_still_sees = %(seen)s,
       due_at = clock_timestamp() + %(wait)s, leased_until = NULL,
       settled_at = CASE WHEN %(final)s THEN %(now)s ELSE settled_at END
WHERE id = %(act)s AND fence = %(fence)s AND state IN ('leased', 'acting')
"""
_CLOSE = """
UPDATE moderation_attempt SET finished_at = clock_timestamp(), outcome = %s, detail = %s
WHERE act_id = %s AND fence = %s AND finished_at IS NULL
"""


@transaction.atomic
def settle(
    *,
    actor: Actor,
    claim: Claim,
    outcome: Outcome,
    sentence: str,
    detail: str,
    who_still_sees: str,
    wait: timedelta,
    now: datetime,
) -> bool:
    """Record the outcome; False when another worker has taken the act over meanwhile."""
    act = claim.act
    state = state_after(outcome, attempts=act.attempts)
    words: dict[str, Any] = {
        "state": state,
        "sentence": sentence,
        "seen": who_still_sees[:300],
        "wait": wait,
        "final": state in ("done", "refused"),
        "now": now,
        "act": act.pk,
        "fence": claim.fence,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, words)
        if cursor.rowcount != 1:
            return False
        cursor.execute(_CLOSE, [outcome.value, detail[:4000], act.pk, claim.fence])
    case = Case.objects.select_for_update().get(pk=act.decision.case_id)
    if state == "done":
        _done(actor, act, case, outcome, who_still_sees)
        _wake_the_next(act)
    else:
        _not_done(actor, act, case, state, sentence)
        if state == "refused":
            _wake_the_next(act)
    live.tell(act.force_id, "moderation", case=case.pk)
    live.tell(act.force_id, "mention", mention=act.mention_id)
    return True


def _done(actor: Actor, act: NetworkAct, case: Case, outcome: Outcome, who_still_sees: str) -> None:
    # Gone: its author or the network has deleted it meanwhile, which is as far away as hidden.
    seen = Mention.Visibility.REMOVED if outcome is Outcome.GONE else _SEEN_AFTER[act.verb]
    Mention.objects.filter(pk=act.mention_id).update(visibility=seen)
    network = get_network(act.channel.network).name
    record(
        actor,
        _ENTRIES[seen],
        act.mention,
        reason="The network does not have it any more." if outcome is Outcome.GONE else "",
        network=network,
        case=case.pk,
        decided_by=act.decision.by_name,
        who_still_sees=who_still_sees,
        attempts=act.attempts,
    )
    announce(_EVENTS[seen](act.force_id, act.mention_id))
    if case.problem:
        case.problem = ""
        last = case.decisions.first()
        if case.state == Case.State.OPEN and last is not None and _closes(case, last):
            case.state = Case.State.UNDONE if last.what == Decision.What.UNDO else Case.State.DECIDED
        case.save(update_fields=["problem", "state"])


def _closes(case: Case, last: Decision) -> bool:
    """True for a decision after which nobody has to look any more."""
    if last.what == Decision.What.ESCALATE:
        return False
    return not (last.is_automatic and waits_for_a_person(case.categories))


def _not_done(actor: Actor, act: NetworkAct, case: Case, state: str, sentence: str) -> None:
    case.problem = sentence
    case.state = Case.State.OPEN
    case.save(update_fields=["problem", "state"])
    if state == "refused":
        record(
            actor,
            ACT_REFUSED,
            act.mention,
            reason=sentence,
            network=get_network(act.channel.network).name,
            verb=act.verb,
            case=case.pk,
            decided_by=act.decision.by_name,
            attempts=act.attempts,
        )
        announce(ActRefused(act.force_id, case.pk, act.mention_id))


def _wake_the_next(act: NetworkAct) -> None:
    """What waited behind this act for the same comment may go on."""
    following = NetworkAct.objects.filter(
        mention_id=act.mention_id, place__gt=act.place, state=NetworkAct.State.DUE
    ).order_by("place")
    for later in following[:1]:
        announce(ActOrdered(later.force_id, later.pk))
