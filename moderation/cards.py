"""What moderation hangs on the wall: what waits, what was taken out of sight, and what came last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Func, Min, Q, QuerySet, Value
from django.db.models.fields import DateTimeField
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access.gate import can
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.cards import Column, Desk, Figure, Grouping, Happening, Need, Series, Window, hang
from hqdash.base.once import once
from moderation.models import Case, Decision
from moderation.permissions import VIEW_MODERATION
from moderation.queries import TARGET, cases_for, decisions_for
from moderation.screening.categories import Category

OPEN = Q(state=Case.State.OPEN)
_WHERE: dict[Grouping, str] = {
    "unit": "channel__unit_id",
    "account": "channel_id",
    "network": "channel__network",
}


def figures(actor: Actor, window: Window) -> list[Figure]:
    """How many wait and for how long, and how many were decided in the window."""
    found = _counted(actor, window)
    waited = clock.now() - found["oldest"] if found["oldest"] else timedelta(0)
    note = (
        _("oldest %(minutes)s min, %(done)s decided")
        % {"minutes": int(waited.total_seconds() // 60), "done": f"{found['settled']:,}"}
        if found["waiting"]
        else _("%(done)s decided") % {"done": f"{found['settled']:,}"}
    )
    return [
        Figure(
            label=gettext_lazy("Moderation queue"),
            value=f"{found['waiting']:,}",
            url=reverse("moderation:queue"),
            note=note,
            tone="bad" if waited > TARGET else "",
        )
    ]


def _counted(actor: Actor, window: Window) -> dict[str, Any]:
    """Every number of the wall about cases, by one query for figures and needs together."""
    return once(
        ("cases", actor.force_id, actor.user_id, window),
        lambda: _in_scope(actor, window).aggregate(
            waiting=Count("pk", filter=OPEN),
            oldest=Min("opened_at", filter=OPEN),
            settled=Count("pk", filter=~OPEN & Q(settled_at__gte=window.start, settled_at__lt=window.end)),
            threats=Count("pk", filter=OPEN & Q(category=Category.THREAT_TO_LIFE.value)),
            undone=Count("pk", filter=OPEN & ~Q(problem="")),
        ),
    )


def needs(actor: Actor, window: Window) -> list[Need]:
    """Threats that nobody has decided, and what a network did not do."""
    found = _counted(actor, window)
    listed = []
    if found["threats"]:
        sentence = ngettext(
            "%(n)s threat to life waits for a person",
            "%(n)s threats to life wait for a person",
            found["threats"],
        )
        listed.append(Need(sentence % {"n": found["threats"]}, reverse("moderation:queue"), weight=100))
    if found["undone"]:
        sentence = ngettext(
            "%(n)s hide was not done by its network",
            "%(n)s hides were not done by their networks",
            found["undone"],
        )
        listed.append(Need(sentence % {"n": found["undone"]}, reverse("moderation:queue"), weight=60))
    return listed


def series(actor: Actor, window: Window) -> list[Series]:
    """Decisions over time."""
    values = [0.0] * window.steps
    step = Func(
        Value(timedelta(seconds=window.step_seconds)),
        F("at"),
        Value(window.start),
        function="date_bin",
        output_field=DateTimeField(),
    )
    rows = _decided(actor, window).order_by().annotate(step=step).values_list("step").annotate(n=Count("pk"))
    for begun, count in rows:
        place = int((begun - window.start).total_seconds() // window.step_seconds)
        if 0 <= place < len(values):
            values[place] = float(count)
    return [Series(label=gettext_lazy("Moderated"), values=tuple(values), kind="bar")]


def happenings(actor: Actor, window: Window, most: int) -> list[Happening]:
    """The newest decisions; never the words that were decided about."""
    rows = _decided(actor, window).select_related("case__channel").order_by("-at", "-id")[:most]
    return [
        Happening(
            at=made.at,
            icon=_ICONS[made.what],
            tone="warn" if made.what in (Decision.What.HIDE, Decision.What.REMOVE) else "info",
            title=_("%(what)s: %(why)s")
            % {"what": made.get_what_display(), "why": made.get_reason_display() or _("a comment")},
            detail=f"{made.case.channel} · {made.by_name}",
            url=f"{reverse('moderation:queue')}?case={made.case_id}",
        )
        for made in rows
    ]


_ICONS = {
    Decision.What.HIDE.value: "eye-off",
    Decision.What.REMOVE.value: "trash",
    Decision.What.ALLOW.value: "check",
    Decision.What.ESCALATE.value: "flag",
    Decision.What.UNDO.value: "arrow-back-up",
}


def columns(actor: Actor, window: Window, grouping: Grouping) -> list[Column]:
    """What waits, for each unit, account or network; what was decided, for each person."""
    if grouping == "user":
        made = _decided(actor, window).filter(by__isnull=False).order_by()
        by_name = made.values_list("by_name").annotate(n=Count("pk"))
        return [Column(gettext_lazy("Moderated"), {name: float(n) for name, n in by_name})]
    rows = _in_scope(actor, window).filter(OPEN).order_by().values_list(_WHERE[grouping])
    waiting = {str(key): float(n) for key, n in rows.annotate(n=Count("pk"))}
    return [Column(gettext_lazy("To moderate"), waiting, tone_over_zero="warn")]


def _in_scope(actor: Actor, window: Window) -> QuerySet[Case]:
    rows = cases_for(actor)
    return rows if window.unit_ids is None else rows.filter(channel__unit__in=window.unit_ids)


def _decided(actor: Actor, window: Window) -> QuerySet[Decision]:
    rows = decisions_for(actor).filter(at__gte=window.start, at__lt=window.end)
    return rows if window.unit_ids is None else rows.filter(case__channel__unit__in=window.unit_ids)


hang(
    Desk(
        slug="moderation",
        order=30,
        allowed=lambda actor: can(actor, VIEW_MODERATION),
        figures=figures,
        needs=needs,
        series=series,
        happenings=happenings,
        columns=columns,
    )
)
