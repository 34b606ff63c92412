"""Gathers what the queue page shows, for the page itself and for its live parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.access.gate import can
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.keyset import page
from hqdash.networks.capabilities import DeletesOthers, Hides
from hqdash.networks.network import get_network
from moderation.models import Case, Decision
from moderation.our_posts import our_post
from moderation.permissions import MODERATE, REMOVE_MENTIONS
from moderation.queries import TARGET, Counts, cases_for, counts_of, queue_of, replied_to
from moderation.rules import reason_for
from moderation.web.showing import Tag, drawn, matches_of, pieces_of, snippet_of, tags_of

VIEWS = ("open", "mine", "escalated", "hidden", "done")
SIZE = 50
ORDERS = {
    "open": ("-severity", "opened_at", "id"),
    "mine": ("-severity", "opened_at", "id"),
    "escalated": ("-severity", "opened_at", "id"),
    "hidden": ("-settled_at", "-id"),
    "done": ("-settled_at", "-id"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    case: Case
    url: str
    who: str
    text: SafeString
    tags: list[Tag]
    late: bool
    current: bool


def numbers(actor: Actor, unit_ids: list[UUID] | None) -> Counts:
    """How many wait, how many are late, who works on them."""
    now = clock.now()
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return counts_of(_in_scope(actor, unit_ids), actor, now=now, midnight=midnight)


def listing(
    actor: Actor, view: str, unit_ids: list[UUID] | None, after: str = "", current: UUID | None = None
) -> tuple[list[Row], str]:
    """One page of one view, and the cursor of the next."""
    found = page(
        queue_of(_in_scope(actor, unit_ids), view, actor), order=ORDERS[view], after=after, size=SIZE
    )
    now = clock.now()
    rows = [
        Row(
            case=case,
            url=f"?view={view}&case={case.pk}#item",
            who=author_of(case),
            text=drawn(snippet_of(case.mention.text, _findings(case))),
            tags=tags_of(case),
            late=case.state == Case.State.OPEN and now - case.opened_at > TARGET,
            current=case.pk == current,
        )
        for case in found.items
    ]
    return rows, found.next_cursor


def item(actor: Actor, case: Case, *, revealed: bool = False) -> dict[str, Any]:
    """Everything about one case."""
    network = get_network(case.channel.network)
    decisions = list(case.decisions.select_related("evidence").prefetch_related("acts"))
    screening = getattr(case.mention, "screening", None)
    may_moderate = can(actor, MODERATE, case.channel)
    pieces = pieces_of(case.mention.text, _findings(case), revealed=revealed)
    return {
        "case": case,
        "mention": case.mention,
        "network": network,
        "who": author_of(case),
        "text": drawn(pieces),
        "tags": tags_of(case),
        "revealed": revealed,
        "has_masked": revealed or any(piece.masked for piece in pieces),
        "matches": matches_of(case.mention.text, screening, revealed=revealed),
        "excused": screening.excused if screening else [],
        "vetoed": bool(screening and screening.vetoed_by),
        "decisions": decisions,
        "evidence": next((made.evidence for made in decisions if hasattr(made, "evidence")), None),
        "acts": [act for made in decisions for act in made.acts.all()],
        "reply_to": replied_to(case.mention),
        "our_post": our_post(case.channel_id, case.mention.post_id),
        "can_moderate": may_moderate,
        "can_decide": may_moderate and case.state != Case.State.DECIDED,
        "can_undo": may_moderate and _has_something_to_undo(decisions),
        "can_hide": network.can(Hides),
        "can_remove": may_moderate
        and network.can(DeletesOthers)
        and can(actor, REMOVE_MENTIONS, case.channel),
        "reasons": Decision.Reason.choices,
        "reason": reason_for(case.category).replace("other", ""),
    }


def last_of(actor: Actor) -> Decision | None:
    """The decision that this person took last, for the undo key."""
    made = Decision.objects.filter(by_id=actor.user_id).exclude(what=Decision.What.ESCALATE)
    return made.select_related("case__mention").order_by("-at", "-id").first()


def author_of(case: Case) -> str:
    """The name under which the public wrote."""
    return case.mention.author_handle or case.mention.author_name or _("Unknown author")


def _in_scope(actor: Actor, unit_ids: list[UUID] | None) -> Any:
    cases = cases_for(actor)
    return cases if unit_ids is None else cases.filter(channel__unit_id__in=unit_ids)


def _findings(case: Case) -> list[dict[str, Any]]:
    screening = getattr(case.mention, "screening", None)
    return screening.findings if screening else []


def _has_something_to_undo(decisions: list[Decision]) -> bool:
    last = next((made for made in decisions if made.what != Decision.What.ESCALATE), None)
    return last is not None and last.what != Decision.What.UNDO
