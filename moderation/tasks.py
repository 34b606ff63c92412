"""The clock's door: each task loads by id and calls one action."""

from __future__ import annotations

from uuid import UUID

from accounts.models import Force
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.jobs import TenantTask
from hqdash.base.tenancy import across_forces, acting_for
from hqdash.celery import app
from moderation.actions import carrying_out, screening
from moderation.actions.claiming import due_acts, recover_lost_acts
from moderation.queries import unscreened

AT_ONCE = 100


@app.task(base=TenantTask, name="moderation.tasks.screen")
def screen(*, force_id: str, mention_ids: str, **_later: object) -> None:
    """Screen mentions that have just come in; ids are separated by commas."""
    wanted = [UUID(one) for one in mention_ids.split(",") if one]
    for start in range(0, len(wanted), AT_ONCE):
        screening.screen_mentions(
            actor=Actor.clock(UUID(force_id)), mention_ids=wanted[start : start + AT_ONCE], now=clock.now()
        )


@app.task(base=TenantTask, name="moderation.tasks.carry_out")
def carry_out(*, force_id: str, act_id: str, **_later: object) -> None:
    """Do at the network what was decided."""
    carrying_out.carry_out(actor=Actor.clock(UUID(force_id)), act_id=UUID(act_id), now=clock.now())


@app.task(name="moderation.tasks.sweep")
def sweep(**_later: object) -> None:
    """Find what no bell was heard for: mentions to screen, acts that are due, workers that were lost."""
    with across_forces(reason="the sweep looks for missed work in every force"):
        forces = list(Force.objects.values_list("pk", flat=True))
    for force_id in forces:
        with acting_for(force_id):
            sweep_force(force_id)


def sweep_force(force_id: UUID) -> None:
    """The same for one force."""
    actor, now = Actor.clock(force_id), clock.now()
    while missed := unscreened(limit=AT_ONCE):
        if not screening.screen_mentions(actor=actor, mention_ids=missed, now=clock.now()):
            break
    recover_lost_acts()
    for act_id in due_acts():
        carrying_out.carry_out(actor=actor, act_id=act_id, now=now)
