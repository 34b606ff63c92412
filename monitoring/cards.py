"""What monitoring hangs on the wall: how much is said, where, and what came last."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.gate import can
from hqdash.base.actor import Actor
from hqdash.base.cards import Column, Desk, Figure, Grouping, Happening, Series, Window, hang
from hqdash.networks.network import get_network
from monitoring.figures import counts_for
from monitoring.models import Mention
from monitoring.permissions import VIEW_MENTION
from monitoring.queries import mentions_for

SHOWN_OF_TEXT = 80


def figures(actor: Actor, window: Window) -> list[Figure]:
    """How much the public says at the moment against the rest of the window, and how much is out of sight."""
    counts = counts_for(actor, window)
    course = counts.course
    hours = (window.end - window.start).total_seconds() / 3600
    latest, usual = _latest_hour(course, window), counts.total / hours
    return [
        Figure(
            label=gettext_lazy("Mentions per hour"),
            value=f"{round(latest):,}",
            url=reverse("monitoring:mentions"),
            note=_note(latest, usual, hours, counts.total),
            course=tuple(float(number) for number in course),
        ),
        Figure(
            label=gettext_lazy("Out of sight"),
            value=f"{counts.hidden:,}",
            url=reverse("monitoring:mentions") + "?visibility=hidden",
            note=_("%(share)s %% of what was said") % {"share": f"{100 * counts.hidden / counts.total:.1f}"}
            if counts.total
            else _("nothing was said"),
            course=tuple(float(number) for number in counts.hidden_course),
        ),
    ]


def _note(latest: float, usual: float, hours: float, total: int) -> str:
    if hours <= 1:
        return _("%(total)s in this time") % {"total": f"{total:,}"}
    if usual >= 1 and latest >= 1.5 * usual:
        return _("%(times)s times the usual") % {"times": f"{latest / usual:.1f}"}
    return _("usually %(number)s") % {"number": f"{usual:,.0f}" if usual >= 10 else f"{usual:.1f}"}


def _latest_hour(course: list[int], window: Window) -> float:
    """Mentions in the latest hour; steps longer than that stand for their average hour."""
    if window.step_seconds >= 3600:
        return course[-1] / (window.step_seconds / 3600) if course else 0.0
    return float(sum(course[-(3600 // window.step_seconds) :]))


def series(actor: Actor, window: Window) -> list[Series]:
    """The course of what the public says."""
    values = tuple(float(number) for number in counts_for(actor, window).course)
    return [Series(label=gettext_lazy("Mentions and comments"), values=values, kind="area")]


def happenings(actor: Actor, window: Window, most: int) -> list[Happening]:
    """The newest mentions."""
    rows = mentions_for(actor)
    if window.unit_ids is not None:
        rows = rows.filter(channel__unit__in=window.unit_ids)
    return [_happening(mention) for mention in rows.order_by("-received_at", "-id")[:most]]


def _happening(mention: Mention) -> Happening:
    who = mention.author_name or mention.author_handle or _("somebody")
    text = " ".join(mention.text.split())
    shown = text if len(text) <= SHOWN_OF_TEXT else text[: SHOWN_OF_TEXT - 1].rstrip() + "…"
    # What was hidden is not shown to the whole control room again.
    taken_away = mention.visibility != Mention.Visibility.VISIBLE
    return Happening(
        at=mention.received_at,
        icon="eye-off" if taken_away else "message",
        tone="" if taken_away else "info",
        title=_("%(kind)s from %(who)s") % {"kind": mention.get_kind_display(), "who": who}
        if taken_away or not shown
        else shown,
        detail=f"{get_network(mention.network).name} · {mention.channel.at_handle} · {who}",
        url=f"{reverse('monitoring:mentions')}?channel={mention.channel_id}",
    )


def columns(actor: Actor, window: Window, grouping: Grouping) -> list[Column]:
    """Mentions of each unit, account or network. The public's words belong to no user of ours."""
    if grouping not in {"unit", "account", "network"}:
        return []
    rows = counts_for(actor, window).grouped(grouping)
    return [
        Column(
            label=gettext_lazy("Mentions"),
            by_key={key: float(sum(row)) for key, row in rows.items()},
            course_by_key={key: tuple(float(number) for number in row) for key, row in rows.items()},
        )
    ]


hang(
    Desk(
        slug="monitoring",
        order=20,
        allowed=lambda actor: can(actor, VIEW_MENTION),
        figures=figures,
        series=series,
        happenings=happenings,
        columns=columns,
    )
)
