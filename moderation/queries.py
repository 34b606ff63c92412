"""Every read of moderation; each returns only what the actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.access.gate import visible_channels, visible_units
from hqdash.base import clock
from hqdash.base.actor import Actor
from moderation.models import Case, Decision, Dictionary, Entry, Screening, Version
from moderation.permissions import VIEW_MODERATION
from monitoring.models import Mention

TARGET = timedelta(minutes=15)
SCREEN_WITHIN = timedelta(days=1)
"""How far back the sweep looks for what was missed; older mentions are screened by hand."""

State = Case.State


def cases_for(actor: Actor) -> QuerySet[Case]:
    """Every case on an account of the units that the actor may look into."""
    return Case.objects.filter(channel__in=visible_channels(actor, VIEW_MODERATION)).select_related(
        "mention__screening", "channel__unit", "claimed_by"
    )


def decisions_for(actor: Actor) -> QuerySet[Decision]:
    """Every decision on a case that the actor may see."""
    return Decision.objects.filter(case__channel__in=visible_channels(actor, VIEW_MODERATION))


def queue_of(cases: QuerySet[Case], view: str, actor: Actor) -> QuerySet[Case]:
    """One view of the queue: gravest first and then oldest first, or newest first for what is settled."""
    waiting = ("-severity", "opened_at", "id")
    settled = ("-settled_at", "-id")
    match view:
        case "mine":
            return cases.filter(state=State.OPEN, claimed_by_id=actor.user_id).order_by(*waiting)
        case "escalated":
            return cases.filter(state=State.OPEN, escalated_at__isnull=False).order_by(*waiting)
        case "hidden":
            return cases.filter(mention__visibility__in=_OUT_OF_SIGHT).order_by(*settled)
        case "done":
            return cases.filter(state__in=(State.DECIDED, State.UNDONE)).order_by(*settled)
        case _:
            return cases.filter(state=State.OPEN).order_by(*waiting)


_OUT_OF_SIGHT = (Mention.Visibility.HIDDEN, Mention.Visibility.REMOVED)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many, and how late."""

    open: int
    late: int
    mine: int
    escalated: int
    done_today: int
    working: int


def counts_of(cases: QuerySet[Case], actor: Actor, *, now: datetime, midnight: datetime) -> Counts:
    """The numbers over the queue, in one query."""
    is_open = Q(state=State.OPEN)
    # What was settled before today is not counted, or the page would grow slower with every day.
    bare = cases.select_related(None).order_by().filter(is_open | Q(settled_at__gte=midnight))
    found = bare.aggregate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(opened_at__lt=now - TARGET)),
        mine=Count("pk", filter=is_open & Q(claimed_by_id=actor.user_id)),
        escalated=Count("pk", filter=is_open & Q(escalated_at__isnull=False)),
        done_today=Count("pk", filter=~is_open & Q(settled_at__gte=midnight)),
        working=Count(
            "claimed_by", filter=is_open & Q(claimed_at__gte=now - timedelta(hours=1)), distinct=True
        ),
    )
    return Counts(**found)


def open_count(actor: Actor) -> int:
    """How many wait, for the menu."""
    channels = visible_channels(actor, VIEW_MODERATION)
    return Case.objects.filter(state=State.OPEN, channel__in=channels).count()


def dictionaries_for(actor: Actor) -> QuerySet[Dictionary]:
    """The dictionaries of the force, for whoever may see the queue anywhere in it."""
    allowed = visible_units(actor, VIEW_MODERATION)
    return (
        Dictionary.objects.filter(Exists(allowed))
        .select_related("live")
        .annotate(live_terms=Count("live__entries"))
        .order_by("name")
    )


def versions_of(dictionary: Dictionary) -> QuerySet[Version]:
    """All versions, newest first, with how many terms they hold."""
    return dictionary.versions.annotate(terms=Count("entries")).order_by("-number")


def replied_to(mention: Mention) -> Mention | None:
    """What the mention answers, when that is a mention too."""
    if not mention.parent_id:
        return None
    return Mention.objects.filter(channel_id=mention.channel_id, external_id=mention.parent_id).first()


def unscreened(*, limit: int) -> list[UUID]:
    """Mentions of the current force that no screening has seen, oldest first."""
    seen = Screening.objects.filter(mention_id=OuterRef("pk"))
    rows = Mention.objects.filter(~Exists(seen), received_at__gte=clock.now() - SCREEN_WITHIN)
    return list(rows.order_by("received_at").values_list("pk", flat=True)[:limit])


def terms_for(actor: Actor) -> QuerySet[Entry]:
    """Every term of every dictionary that the actor may see."""
    allowed = visible_units(actor, VIEW_MODERATION)
    return Entry.objects.filter(Exists(allowed)).select_related("version__dictionary")


def versions_for(actor: Actor) -> QuerySet[Version]:
    """Every version of every dictionary that the actor may see."""
    allowed = visible_units(actor, VIEW_MODERATION)
    return Version.objects.filter(Exists(allowed)).select_related("dictionary")
