"""When X happens, do Y."""

from __future__ import annotations

from hqdash.base.events import subscribe
from hqdash.base.jobs import ring
from moderation.events import ActOrdered
from moderation.tasks import carry_out, screen
from monitoring.events import MentionStored

PER_BELL = 100


def screen_what_came_in(event: MentionStored) -> None:
    """Wake a worker for every hundred mentions."""
    ids = [str(one) for one in event.mention_ids]
    for start in range(0, len(ids), PER_BELL):
        some = ",".join(ids[start : start + PER_BELL])
        ring(screen, queue="screening", force_id=event.force_id, mention_ids=some)


def carry_out_what_was_ordered(event: ActOrdered) -> None:
    """Wake a worker for one act."""
    ring(carry_out, queue="screening", force_id=event.force_id, act_id=event.act_id)


subscribe(MentionStored, screen_what_came_in)
subscribe(ActOrdered, carry_out_what_was_ordered)
