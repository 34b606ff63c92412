"""The queue keeps itself up to date: the list, the numbers and how the chosen case stands."""

from __future__ import annotations

from uuid import UUID

from django.template.loader import render_to_string

from accounts.access.gate import can
from accounts.queries import units_below
from hqdash.base import live
from hqdash.base.actor import Actor
from moderation.permissions import VIEW_MODERATION
from moderation.queries import cases_for
from moderation.web import desk

PAGE = "moderation/queue.html"


@live.page("moderation", topics={"moderation"})
def queue(actor: Actor, key: str) -> list[live.Fragment] | None:
    """Never the decision form: what somebody is typing must not be taken from them."""
    if not can(actor, VIEW_MODERATION):
        return None
    view, unit, chosen = [*key.split(":"), "", "", ""][:3]
    view = view if view in desk.VIEWS else "open"
    try:
        unit_ids = units_below(UUID(unit)) if unit else None
        current = UUID(chosen) if chosen else None
    except ValueError:
        return None
    rows, _next = desk.listing(actor, view, unit_ids, current=current)
    context = {"counts": desk.numbers(actor, unit_ids), "rows": rows, "view": view, "unit": unit}
    fragments = [
        live.Fragment("#numbers", render_to_string(f"{PAGE}#numbers", context)),
        live.Fragment("#views", render_to_string(f"{PAGE}#views", context)),
        live.Fragment("#queue", render_to_string(f"{PAGE}#rows", context)),
    ]
    case = cases_for(actor).filter(pk=current).first() if current else None
    if case is not None:
        standing = render_to_string(f"{PAGE}#standing", desk.item(actor, case))
        fragments.append(live.Fragment("#standing", standing))
    return fragments
