"""The command dashboard: one screen across all desks, for the part of the force that somebody may see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import Channel
from accounts.queries import channels_for
from hqdash.base import clock
from hqdash.base.pages import Page
from hqdash.overview.breakdown import smoothed, table_of, within
from hqdash.overview.connections import figure_of, matrix_of, needs_of
from hqdash.overview.look import GROUPINGS, RANGES, Look, look_at
from hqdash.overview.wall import MOST_FIGURES, MOST_NEEDS, Wall


class Dashboard(Page):
    """``/``: ``range`` 1h, 24h, 7d or 30d; ``unit`` its id; ``by`` unit, account, user or network."""

    template = "overview/dashboard.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The wall, or a friendly word for somebody who has no role yet."""
        look = look_at(self.actor, request.GET, now=clock.now())
        if not look.territory.units:
            return self.render("overview/no_role.html", status=403)
        zone = request.user.force.zone  # type: ignore[union-attr]  # Page lets signed-in people through only
        channels = channels_of(look)
        wall = Wall(look)
        columns = wall.columns()
        return self.render(
            **moving_parts(look, wall, channels, zone),
            table=table_of(look, columns.items, channels),
            table_failures=columns.failures,
            ranges=_ranges(look),
            groupings=_groupings(look),
            export_url=reverse("overview:export") + look.address(),
        )


def channels_of(look: Look) -> list[Channel]:
    """The accounts within a look."""
    # The units are here already, as the territory of the look.
    return within(list(channels_for(look.actor).select_related(None)), look.window.unit_ids)


def moving_parts(look: Look, wall: Wall, channels: list[Channel], zone: ZoneInfo) -> dict[str, Any]:
    """Everything that the live stream keeps up to date as well."""
    matrix = matrix_of(look, channels)
    figures, needs, series = wall.figures(), wall.needs(), wall.series()
    figures.items.append(figure_of(matrix, channels))
    needs.items.extend(needs_of(channels))
    needs.items.sort(key=lambda need: need.weight, reverse=True)
    return {
        "look": look,
        "now": look.window.end.astimezone(zone),
        "figures": [replace(one, course=smoothed(one.course)) for one in figures.items[:MOST_FIGURES]],
        "figures_failures": figures.failures,
        "needs": needs.items[:MOST_NEEDS],
        "more_needs": max(0, len(needs.items) - MOST_NEEDS),
        "needs_failures": needs.failures,
        "series": series.items,
        "series_failures": series.failures,
        "quiet": not any(value for one in series.items for value in one.values),
        "labels": look.labels(zone),
        "stream": wall.happenings(),
        "matrix": matrix,
    }


def _ranges(look: Look) -> list[dict[str, Any]]:
    return [
        {
            "label": one.label,
            "url": look.address(range=one.slug),
            "current": one.slug == look.range.slug,
        }
        for one in RANGES.values()
    ]


def _groupings(look: Look) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": look.address(by=slug) + "#drill", "current": slug == look.by}
        for slug, label in GROUPINGS.items()
    ]
