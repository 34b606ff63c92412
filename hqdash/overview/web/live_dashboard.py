"""Keeps the dashboard up to date while somebody looks at it."""

from __future__ import annotations

from django.template.loader import render_to_string

from accounts.models import Force
from hqdash.base import clock, live
from hqdash.base.actor import Actor
from hqdash.base.errors import Missing
from hqdash.base.once import remembering
from hqdash.overview.look import look_from_key
from hqdash.overview.wall import Wall
from hqdash.overview.web.dashboard import channels_of, moving_parts

TOPICS = {"mention", "post", "delivery", "case", "channel"}
PARTS = ("attention", "figures", "activity", "stream", "connections")


@live.page("dashboard", topics=TOPICS, pause=3.0)
def dashboard_fragments(actor: Actor, key: str) -> list[live.Fragment] | None:
    """The moving parts, for what the actor may see at this moment."""
    with remembering():
        return _fragments(actor, key)


def _fragments(actor: Actor, key: str) -> list[live.Fragment] | None:
    try:
        look = look_from_key(actor, key, now=clock.now())
    except Missing:
        return None
    if not look.territory.units:
        return None
    zone = Force.objects.get(pk=actor.force_id).zone
    context = moving_parts(look, Wall(look), channels_of(look), zone)
    return [
        live.Fragment(f"#{part}", render_to_string(f"overview/dashboard.html#{part}", context), "innerMorph")
        for part in PARTS
    ]
