"""What the public said, newest first."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.access.gate import require
from accounts.queries import channels_for, units_below
from hqdash.base.keyset import page
from hqdash.base.pages import Page
from hqdash.networks.network import all_networks
from monitoring.models import Mention
from monitoring.permissions import VIEW_MENTION
from monitoring.queries import mentions_for

PER_PAGE = 50


class Mentions(Page):
    """Comments, replies and mentions; the filters are the address, so that a view can be shared."""

    template = "monitoring/mentions.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Filters: ``unit``, ``channel``, ``network``, ``visibility`` and ``q`` (words in the text)."""
        require(self.actor, VIEW_MENTION)
        names = ("unit", "channel", "network", "visibility", "q")
        wanted = {name: request.GET.get(name, "").strip() for name in names}
        found = page(
            _matching(mentions_for(self.actor), wanted),
            order=("-received_at", "-id"),
            after=request.GET.get("after", ""),
            size=PER_PAGE,
        )
        return self.render(
            mentions=found.items,
            next_cursor=found.next_cursor,
            wanted=wanted,
            filtered=any(wanted.values()),
            networks=all_networks(),
            channel=channels_for(self.actor).filter(pk=wanted["channel"]).first()
            if _uuid(wanted["channel"])
            else None,
            visibilities=Mention.Visibility.choices,
        )


def _matching(rows: QuerySet[Mention], wanted: dict[str, str]) -> QuerySet[Mention]:
    if wanted["unit"]:
        unit = _uuid(wanted["unit"])
        rows = rows.filter(channel__unit__in=units_below(unit)) if unit else rows.none()
    if wanted["channel"]:
        channel = _uuid(wanted["channel"])
        rows = rows.filter(channel_id=channel) if channel else rows.none()
    if wanted["network"]:
        rows = rows.filter(network=wanted["network"])
    if wanted["visibility"]:
        rows = rows.filter(visibility=wanted["visibility"])
    if wanted["q"]:
        rows = rows.filter(text__icontains=wanted["q"].replace("\x00", ""))
    return rows


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
