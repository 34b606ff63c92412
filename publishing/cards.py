"""What publishing shows on the wall."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import can
from hqdash.base.actor import Actor
from hqdash.base.cards import Column, Desk, Figure, Grouping, Happening, Need, Series, Window, hang
from publishing.figures import FAILED, UNDER_WAY, Counts, counts_for, posts_by_author
from publishing.models import Delivery, State
from publishing.permissions import VIEW_POST
from publishing.queries import deliveries_for
from publishing.receipts import ICONS
from publishing.rules import TONES


def _in(actor: Actor, window: Window) -> QuerySet[Delivery]:
    rows = deliveries_for(actor).filter(created_at__gte=window.start, created_at__lt=window.end)
    if window.unit_ids is not None:
        rows = rows.filter(channel__unit__in=window.unit_ids)
    return rows


def figures(actor: Actor, window: Window) -> list[Figure]:
    """Posts published and the share of deliveries that arrived."""
    counts = counts_for(actor, window)
    sent, failed, under_way = counts.of([State.SENT]), counts.of(FAILED), counts.of(UNDER_WAY)
    posts = sum(number for number, _failed in posts_by_author(actor, window).values())
    share = 100 * sent / (sent + failed) if sent + failed else None
    return [
        Figure(
            label=_("Posts published"),
            value=f"{posts:,}",
            url=reverse("publishing:posts"),
            note=ngettext("%(n)s delivery", "%(n)s deliveries", sent) % {"n": f"{sent:,}"},
            course=_course(counts),
        ),
        Figure(
            label=_("Delivery success"),
            value="-" if share is None else f"{share:.1f}",
            unit="" if share is None else "%",
            url=reverse("publishing:posts") + "?state=failed",
            note=_("%(failed)s failed, %(under_way)s under way")
            % {"failed": f"{failed:,}", "under_way": f"{under_way:,}"},
            tone="bad" if failed else "",
        ),
    ]


def needs(actor: Actor, window: Window) -> list[Need]:
    """Deliveries that nobody could prove, and recent ones that failed."""
    counts = counts_for(actor, window)
    unclear, failed = counts.of([State.NEEDS_PERSON]), counts.of([State.REFUSED, State.EXPIRED])
    found = []
    if unclear:
        sentence = ngettext(
            "%(n)s delivery needs a person to look", "%(n)s deliveries need a person to look", unclear
        )
        where = reverse("publishing:posts") + "?state=needs_person"
        found.append(Need(sentence % {"n": unclear}, where, weight=90))
    if failed:
        sentence = ngettext("%(n)s delivery failed", "%(n)s deliveries failed", failed)
        found.append(Need(sentence % {"n": failed}, reverse("publishing:posts") + "?state=failed", weight=50))
    return found


def series(actor: Actor, window: Window) -> list[Series]:
    """Deliveries over time."""
    return [Series(_("Posts delivered"), _course(counts_for(actor, window)))]


def _course(counts: Counts) -> tuple[float, ...]:
    return tuple(float(number) for number in counts.course)


def happenings(actor: Actor, window: Window, most: int) -> list[Happening]:
    """The newest deliveries that are over or in doubt."""
    rows = (
        _in(actor, window)
        .filter(state__in=[State.SENT, State.UNKNOWN, *FAILED])
        .select_related("post", "post__author")
        .order_by("-created_at", "-id")[:most]
    )
    return [
        Happening(
            at=row.sent_at or row.changed_at,
            icon="check" if row.state == State.SENT else ICONS[State(row.state)],
            tone=TONES[State(row.state)].value,
            title=(_("Published: %(text)s") if row.state == State.SENT else _("Not delivered: %(text)s"))
            % {"text": row.post},
            detail=f"{row.channel} · {row.post.author.username}",
            url=reverse("publishing:post", args=[row.post_id]),
        )
        for row in rows
    ]


def columns(actor: Actor, window: Window, by: Grouping) -> list[Column]:
    """What arrived and what failed for each unit, account or network; for each user, their posts."""
    if by == "user":
        authors = posts_by_author(actor, window)
        first = Column(
            _("Posts"),
            {name: float(posts) for name, (posts, _failed) in authors.items()},
            url_for=lambda name: f"{reverse('publishing:posts')}?{urlencode({'author': name})}",
        )
        failed = {name: float(failed) for name, (_posts, failed) in authors.items()}
    else:
        counts = counts_for(actor, window)
        first = Column(_("Delivered"), counts.grouped(by, [State.SENT]))
        failed = counts.grouped(by, FAILED)
    return [first, Column(_("Failed"), failed, tone_over_zero="bad")]


hang(
    Desk(
        slug="publishing",
        order=10,
        allowed=lambda actor: can(actor, VIEW_POST),
        figures=figures,
        needs=needs,
        series=series,
        happenings=happenings,
        columns=columns,
    )
)
