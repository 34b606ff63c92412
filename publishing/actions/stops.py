"""Lets a stopped person speak again, after somebody has talked to them; sets the pace of a force."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.audit.book import record
from accounts.audited import PACE_CHANGED
from accounts.models import Force
from accounts.permissions import MANAGE_PEOPLE
from hqdash.base import live
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict, NotAllowed, Unprocessable
from publishing.audited import STOP_LIFTED
from publishing.models import PersonStop

SLOWEST, FASTEST = 1, 60


@transaction.atomic
def lift_stop(*, actor: Actor, stop: PersonStop, reason: str, now: datetime) -> PersonStop:
    """Let the person speak again; what is held stays held until somebody releases it.

    Raises:
        NotAllowed: it is not the actor's to do, or the actor is the one who was stopped.
        Conflict: somebody has lifted it already.
        Unprocessable: nothing is said about what came of the talk.
    """
    require(actor, MANAGE_PEOPLE)
    if stop.person_id == actor.user_id:
        raise NotAllowed(_("Nobody lifts their own stop: ask another administrator."))
    reason = " ".join(reason.split())
    if not reason:
        raise Unprocessable(_("Say what you found out when you talked to them."), "reason")
    row = PersonStop.objects.select_for_update(of=("self",)).select_related("person").get(pk=stop.pk)
    if row.lifted_at is not None:
        raise Conflict(_("Somebody has lifted this stop already."))
    row.lifted_at, row.lifted_by_id, row.lifted_why = now, actor.person_id, reason[:2000]
    row.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
    record(actor, STOP_LIFTED, row.person, reason=row.lifted_why)
    live.tell(actor.force_id, "post")
    return row


@transaction.atomic
def change_pace(*, actor: Actor, posts_a_minute: int, now: datetime) -> Force:
    """Set how many posts a minute are taken for a person's own.

    Raises:
        NotAllowed: it is not the actor's to do.
        Unprocessable: a number that would stop nobody, or everybody.
    """
    require(actor, MANAGE_PEOPLE)
    if not SLOWEST <= posts_a_minute <= FASTEST:
        raise Unprocessable(
            _("Choose %(least)s to %(most)s posts a minute.") % {"least": SLOWEST, "most": FASTEST},
            "posts_a_minute",
        )
    force = Force.objects.select_for_update(no_key=True).get(pk=actor.force_id)
    before = force.posts_a_minute
    if before != posts_a_minute:
        force.posts_a_minute = posts_a_minute
        force.save(update_fields=["posts_a_minute"])
        record(actor, PACE_CHANGED, force, before=before, after=posts_a_minute)
    return force
