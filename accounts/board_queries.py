"""The vault's board: which sign-in of which account ends when, and how each stands; never a value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.access.gate import visible_channels, visible_units
from accounts.models import Channel, ChannelSignIn, Connecting, Credential, Errand, NetworkApp, Unit
from accounts.permissions import MANAGE_CHANNEL, VIEW_VAULT
from accounts.vault.health import Facts, Health, days_left, health_of
from hqdash.base.actor import Actor

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
ORDER = ("due", "network", "handle", "id")
STATES = ("attention", "soon", *Channel.State.values)


@dataclass(slots=True)
class Row:
    """One account as the board shows it."""

    channel: Channel
    sign_in: ChannelSignIn | None
    health: Health
    days: int | None
    fingerprint: str
    can_manage: bool
    fields: list[str] = field(default_factory=list)


def sign_ins_for(
    actor: Actor,
    *,
    now: datetime,
    state: str = "",
    network: str = "",
    unit_ids: Iterable[UUID] | None = None,
    words: str = "",
) -> QuerySet[Channel]:
    """The accounts whose sign-ins the actor may look after or look at, those that end first at the top."""
    rows = visible_channels(actor, VIEW_VAULT).annotate(due=Coalesce("sign_in__ends_at", Value(NEVER)))
    if state == "attention":
        rows = rows.filter(_needs_somebody(now))
    elif state == "soon":
        rows = rows.filter(sign_in__ends_at__lt=now + timedelta(days=14))
    elif state:
        rows = rows.filter(state=state)
    if network:
        rows = rows.filter(network=network)
    if unit_ids is not None:
        rows = rows.filter(unit__in=unit_ids)
    if words:
        rows = rows.filter(Q(handle__icontains=words) | Q(name__icontains=words))
    return rows.select_related("unit", "owner", "sign_in")


def counts_for(rows: QuerySet[Channel], *, now: datetime) -> dict[str, int]:
    """How many of these accounts there are, and how many need somebody or end soon."""
    return dict(
        rows.aggregate(
            all=Count("id"),
            attention=Count("id", filter=_needs_somebody(now)),
            soon=Count("id", filter=Q(sign_in__ends_at__lt=now + timedelta(days=14))),
            suspended=Count("id", filter=Q(state=Channel.State.SUSPENDED)),
        )
    )


def attention_count(rows: QuerySet[Channel], *, now: datetime) -> int:
    """How many of these accounts need somebody, or will within two weeks: the number beside the menu entry."""
    return rows.filter(_needs_somebody(now) | Q(sign_in__ends_at__lt=now + timedelta(days=14))).count()


def rows_of(actor: Actor, channels: Sequence[Channel], *, now: datetime) -> list[Row]:
    """The same with their health, by two further queries however many they are."""
    kept: dict[UUID, list[tuple[str, str]]] = {}
    found = Credential.objects.filter(channel__in=[channel.pk for channel in channels]).order_by("field")
    for channel_id, name, mark in found.values_list("channel_id", "field", "fingerprint"):
        kept.setdefault(channel_id, []).append((name, mark))
    mine = set(
        visible_units(actor, MANAGE_CHANNEL)
        .filter(pk__in={channel.unit_id for channel in channels})
        .values_list("pk", flat=True)
    )
    rows = []
    for channel in channels:
        sign_in = getattr(channel, "sign_in", None)
        fields = kept.get(channel.pk, [])
        rows.append(
            Row(
                channel,
                sign_in,
                health_of(facts_of(channel, sign_in), now=now),
                days_left(sign_in.ends_at if sign_in else None, now),
                _fingerprint([mark for _name, mark in fields]),
                channel.unit_id in mine,
                [name for name, _mark in fields],
            )
        )
    return rows


def facts_of(channel: Channel, sign_in: ChannelSignIn | None) -> Facts:
    """What the database knows, as plain values."""
    return Facts(
        state=channel.state,
        state_label=channel.get_state_display(),
        state_reason=channel.state_reason,
        state_since=channel.state_since,
        is_kept=sign_in is not None,
        ends_at=sign_in.ends_at if sign_in else None,
        left_to_do=sign_in.left_to_do if sign_in else "",
        renewing_since=sign_in.renewing_since if sign_in else None,
        renewing_until=sign_in.renewing_until if sign_in else None,
        failure=sign_in.failure if sign_in else "",
        failed_at=sign_in.failed_at if sign_in else None,
        last_ok_at=channel.last_ok_at,
        last_failure=channel.last_failure,
        last_failure_at=channel.last_failure_at,
    )


def vault_channel(actor: Actor, channel_id: UUID) -> Channel | None:
    """One account of the board; None for a stranger's."""
    return (
        visible_channels(actor, VIEW_VAULT)
        .select_related("unit", "owner", "sign_in")
        .filter(pk=channel_id)
        .first()
    )


def connectings_for(actor: Actor) -> QuerySet[Connecting]:
    """Walks to networks in the units whose accounts the actor may connect."""
    return Connecting.objects.select_related("unit", "channel", "started_by").filter(
        unit__in=visible_units(actor, MANAGE_CHANNEL)
    )


def errands_for(actor: Actor) -> QuerySet[Errand]:
    """Errands for the accounts of the board, newest first."""
    return (
        Errand.objects.select_related("channel", "channel__unit", "asked_by")
        .filter(channel__in=visible_channels(actor, VIEW_VAULT))
        .order_by("-asked_at", "id")
    )


def units_to_connect_for(actor: Actor) -> list[Unit]:
    """The units for which the actor may connect accounts."""
    return list(visible_units(actor, MANAGE_CHANNEL).filter(closed_on=None).order_by("code")[:500])


def root_unit() -> Unit:
    """The force itself."""
    return Unit.objects.get(parent=None)


def apps_of_force() -> dict[str, NetworkApp]:
    """The force's network apps by network."""
    return {app.network: app for app in NetworkApp.objects.order_by("network")}


def _needs_somebody(now: datetime) -> Q:
    return (
        ~Q(state=Channel.State.CONNECTED)
        | Q(sign_in__isnull=True)
        | Q(sign_in__ends_at__lt=now + timedelta(days=7))
        | ~Q(sign_in__left_to_do="")
        | Q(sign_in__failures__gt=0)
    )


def _fingerprint(marks: list[str]) -> str:
    """One short name for all sealed fields of an account."""
    if len(marks) <= 1:
        return "".join(marks)
    return hashlib.sha256("".join(marks).encode()).hexdigest()[:16]
