"""What publishing shows on the wall."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, F, Func, Q, QuerySet, Value
from django.db.models.fields import DateTimeField
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import can
from hqdash.base.actor import Actor
from hqdash.base.cards import Column, Desk, Figure, Grouping, Happening, Need, Series, Window, hang
from publishing.models import Delivery, State
from publishing.permissions import VIEW_POST
from publishing.queries import deliveries_for
from publishing.receipts import ICONS
from publishing.rules import TONES

FAILED = (State.REFUSED, State.EXPIRED, State.NEEDS_PERSON)
KEYS: dict[Grouping, str] = {
    "unit": "channel__unit_id",
    "account": "channel_id",
    "user": "post__author__username",
    "network": "channel__network",
}


def _in(actor: Actor, window: Window) -> QuerySet[Delivery]:
    rows = deliveries_for(actor).filter(created_at__gte=window.start, created_at__lt=window.end)
    if window.unit_ids is not None:
        rows = rows.filter(channel__unit__in=window.unit_ids)
    return rows


def figures(actor: Actor, window: Window) -> list[Figure]:
    """Posts published and the share of deliveries that arrived."""
    sums = _in(actor, window).aggregate(
        posts=Count("post_id", distinct=True),
        settled=Count("id", filter=Q(state__in=[State.SENT, *FAILED])),
        sent=Count("id", filter=Q(state=State.SENT)),
        failed=Count("id", filter=Q(state__in=FAILED)),
        under_way=Count(
            "id", filter=Q(state__in=[State.SCHEDULED, State.LEASED, State.SENDING, State.UNKNOWN])
        ),
    )
    share = 100 * sums["sent"] / sums["settled"] if sums["settled"] else None
    return [
        Figure(
            label=_("Posts published"),
            value=f"{sums['posts']:,}",
            url=reverse("publishing:posts"),
            note=ngettext("%(n)s delivery", "%(n)s deliveries", sums["sent"]) % {"n": f"{sums['sent']:,}"},
            course=tuple(_course(actor, window)),
        ),
        Figure(
            label=_("Delivery success"),
            value="-" if share is None else f"{share:.1f}",
            unit="" if share is None else "%",
            url=reverse("publishing:posts") + "?state=failed",
            note=_("%(failed)s failed, %(under_way)s under way")
            % {"failed": sums["failed"], "under_way": sums["under_way"]},
            tone="bad" if sums["failed"] else "",
        ),
    ]


def needs(actor: Actor, window: Window) -> list[Need]:
    """Deliveries that nobody could prove, and recent ones that failed."""
    counts = _in(actor, window).aggregate(
        unclear=Count("id", filter=Q(state=State.NEEDS_PERSON)),
        failed=Count("id", filter=Q(state__in=[State.REFUSED, State.EXPIRED])),
    )
    found = []
    if counts["unclear"]:
        found.append(
            Need(
                ngettext(
                    "%(n)s delivery needs a person to look",
                    "%(n)s deliveries need a person to look",
                    counts["unclear"],
                )
                % {"n": counts["unclear"]},
                reverse("publishing:posts") + "?state=needs_person",
                weight=90,
            )
        )
    if counts["failed"]:
        found.append(
            Need(
                ngettext("%(n)s delivery failed", "%(n)s deliveries failed", counts["failed"])
                % {"n": counts["failed"]},
                reverse("publishing:posts") + "?state=failed",
                weight=50,
            )
        )
    return found


def series(actor: Actor, window: Window) -> list[Series]:
    """Deliveries over time."""
    return [Series(_("Posts delivered"), tuple(_course(actor, window)))]


def _course(actor: Actor, window: Window) -> list[float]:
    values = [0.0] * window.steps
    rows = (
        _in(actor, window)
        .filter(state=State.SENT)
        .annotate(
            step=Func(
                Value(timedelta(seconds=window.step_seconds)),
                F("created_at"),
                Value(window.start),
                function="date_bin",
                output_field=DateTimeField(),
            )
        )
        .order_by()
        .values_list("step")
        .annotate(n=Count("id"))
    )
    for step, count in rows:
        place = int((step - window.start).total_seconds() // window.step_seconds)
        if 0 <= place < len(values):
            values[place] = float(count)
    return values


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
    """Posts and failures for each unit, account, user or network."""
    rows = (
        _in(actor, window)
        .order_by()
        .values_list(KEYS[by])
        .annotate(posts=Count("post_id", distinct=True), failed=Count("id", filter=Q(state__in=FAILED)))
    )
    counted = [(str(key), float(posts), float(failed)) for key, posts, failed in rows]
    return [
        Column(_("Posts"), {key: posts for key, posts, _failed in counted}),
        Column(_("Failed"), {key: failed for key, _posts, failed in counted}, tone_over_zero="bad"),
    ]


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
