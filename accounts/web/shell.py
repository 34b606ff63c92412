"""What every page's frame needs: the menu, the unit in scope, the theme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.lockdown_queries import open_lockdown
from accounts.models import Force, Unit, User
from accounts.queries import units_seen
from accounts.sign_in import keeping
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.menu import MenuEntry, Section, account_links_for, entries_for

PRODUCT_NAME = "HQ Dash"
MOST_UNITS = 100
"""So many units stand in the switcher with everything below them."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context for ``base.html``; nearly empty for strangers."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"product_name": PRODUCT_NAME, "actor": None, "theme": User.Theme.DEVICE.value}
    user = request.user
    return {
        "product_name": PRODUCT_NAME,
        "actor": actor,
        "force": user.force,  # type: ignore[union-attr]
        "theme": user.theme,  # type: ignore[union-attr]
        "menu": _Lazy(lambda: _menu(request, actor)),
        "scope": _Lazy(lambda: _scope(request, actor)),
        "session_left": _Lazy(lambda: _session_left(request)),
        "can_compose": _Lazy(lambda: _can_compose(actor)),
        "account_links": _Lazy(lambda: _account_links(actor)),
        "announcement": _announcement(actor, user.force),  # type: ignore[union-attr]
    }


def _session_left(request: HttpRequest) -> int:
    return keeping.standing(request, request.user).left(clock.now())  # type: ignore[arg-type]  # not a stranger's


class _Lazy:
    """Evaluated only by templates that use it: a fragment pays nothing for the frame it does not show."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self) -> Any:
        if not hasattr(self, "_value"):
            self._value = self._make()
        return self._value


def _menu(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    labels = {
        Section.TOP: "",
        Section.PUBLISH: _("Publish"),
        Section.RESPOND: _("Respond"),
        Section.INSIGHT: _("Insight"),
        Section.ADMINISTER: _("Administer"),
    }
    sections: dict[Section, list[dict[str, Any]]] = {}
    for entry in entries_for(actor):
        sections.setdefault(entry.section, []).append(_item(request, actor, entry))
    return [{"label": labels[section], "items": items} for section, items in sections.items()]


def _item(request: HttpRequest, actor: Actor, entry: MenuEntry) -> dict[str, Any]:
    url = reverse(entry.url_name)
    count = entry.count(actor) if entry.count else None
    here = request.path == url if url == "/" else request.path.startswith(url)
    return {
        "label": entry.label,
        "icon": entry.icon,
        "url": url,
        "current": here,
        "count": count.number if count and count.number else "",
        "tone": count.tone if count else "",
    }


def _account_links(actor: Actor) -> list[dict[str, Any]]:
    return [
        {"label": link.label, "icon": link.icon, "url": reverse(link.url_name)}
        for link in account_links_for(actor)
    ]


def _announcement(actor: Actor, force: Force) -> dict[str, Any] | None:
    """The red bar above every page while the force is locked; the usual page costs no query for it."""
    if force.locked_at is None:
        return None
    lockdown = open_lockdown(actor)
    at = force.locked_at.astimezone(force.zone)
    text = _("Locked down by %(who)s at %(time)s: nothing goes out. %(why)s") % {
        "who": lockdown.locked_by if lockdown else "",
        "time": date_format(at, "H:i"),
        "why": lockdown.reason if lockdown else "",
    }
    return {"text": text, "url": reverse("accounts:lockdown")}


def _scope(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """The unit switcher: the chosen unit is ``?unit=`` in the address, so that a view can be shared."""
    chosen = request.GET.get("unit", "")
    today = timezone.localdate()
    units = [unit for unit in units_seen(actor) if not unit.is_closed(today)]
    parents = {unit.pk: unit.parent_id for unit in units}
    known = parents.keys()
    way = _way(parents, chosen)
    children: dict[Any, list[Unit]] = {}
    for unit in units:
        children.setdefault(unit.parent_id if unit.parent_id in known else None, []).append(unit)
    options = [{"label": _("All units"), "url": request.path, "current": not chosen, "depth": 0}]

    def walk(parent: Any, depth: int) -> None:
        for unit in sorted(children.get(parent, []), key=lambda each: (each.position, each.name)):
            options.append(
                {
                    "label": unit.name,
                    "url": f"{request.path}?unit={unit.pk}",
                    "current": str(unit.pk) == chosen,
                    "depth": depth,
                }
            )
            # A large force is opened along the way to the chosen unit only.
            if len(units) <= MOST_UNITS or depth == 1 or unit.pk in way:
                walk(unit.pk, depth + 1)

    walk(None, 1)
    current = next((option["label"] for option in options if option["current"]), _("All units"))
    return {"label": current, "options": options}


def _way(parents: Mapping[UUID, UUID | None], chosen: str) -> set[UUID]:
    """The chosen unit and those above it."""
    step = next((unit for unit in parents if str(unit) == chosen), None)
    way: set[UUID] = set()
    while step is not None and step in parents:
        way.add(step)
        step = parents[step]
    return way


def _can_compose(actor: Actor) -> bool:
    # The frame asks the menu, not publishing: a desk above may be absent.
    try:
        compose = reverse("publishing:compose")
    except NoReverseMatch:
        return False
    return any(reverse(entry.url_name) == compose for entry in entries_for(actor))
