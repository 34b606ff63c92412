"""The receipts of a post as people read them: one line per channel, and how it stands over all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hqdash.base import clock
from hqdash.base.actor import Actor
from publishing.actions.resolve import can_be_retried
from publishing.models import Delivery, Post, State
from publishing.queries import deliveries_for
from publishing.rules import TONES, Standing, standing

ICONS = {
    State.SCHEDULED: "clock",
    State.LEASED: "loader-2",
    State.SENDING: "loader-2",
    State.UNKNOWN: "eye",
    State.SENT: "circle-check",
    State.REFUSED: "alert-circle",
    State.EXPIRED: "clock",
    State.NEEDS_PERSON: "user",
    State.CANCELLED: "minus",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One channel's line."""

    delivery: Delivery
    tone: str
    icon: str
    label: str
    can_retry: bool
    needs_person: bool


@dataclass(frozen=True, slots=True)
class Receipts:
    """All lines in the order of the organisation, those that failed first, and the sum of them."""

    lines: list[Receipt]
    standing: Standing
    headline: str
    parts: list[dict[str, Any]]
    is_waiting: bool = False
    """True while the time of a scheduled post has not come."""

    @property
    def troubled(self) -> list[Receipt]:
        """What a person has to do something about."""
        return [line for line in self.lines if line.can_retry or line.needs_person]


def receipts_of(actor: Actor, post: Post) -> Receipts:
    """The receipts that this actor may see, by one query."""
    rows = list(
        deliveries_for(actor)
        .filter(post=post)
        .order_by("channel__unit__code", "channel__network", "channel__handle")
    )
    stands = standing((row.state, row.attempts) for row in rows)
    waits = post.send_at is not None and bool(rows) and all(_waits(row) for row in rows)
    headline = _scheduled(post) if waits else _headline(stands)
    return Receipts([_line(row) for row in rows], stands, headline, _parts(stands), waits)


def _waits(row: Delivery) -> bool:
    """True while its time has not come."""
    return (
        row.state == State.SCHEDULED and not row.attempts and row.held_at is None and row.due_at > clock.now()
    )


def _scheduled(post: Post) -> str:
    at = timezone.localtime(post.send_at, post.force.zone)
    return _("Goes out on %(when)s") % {"when": date_format(at, "l j F, H:i")}


def _line(row: Delivery) -> Receipt:
    state = State(row.state)
    label = str(state.label)
    held = state is State.SCHEDULED and row.held_at is not None
    if held:
        label = row.get_held_why_display()
    elif state is State.SCHEDULED and row.attempts:
        label = _("Retrying")
    elif _waits(row):
        label = _("Scheduled")
    return Receipt(
        delivery=row,
        tone="warn" if held or (state is State.SCHEDULED and row.attempts) else TONES[state].value,
        icon="lock" if held else "refresh" if state is State.SCHEDULED and row.attempts else ICONS[state],
        label=label,
        can_retry=can_be_retried(row),
        needs_person=state is State.NEEDS_PERSON,
    )


def _headline(stands: Standing) -> str:
    if stands.is_complete:
        return ngettext("Delivered to the account", "Delivered to all %(n)s accounts", stands.total) % {
            "n": stands.total
        }
    if stands.failed:
        return _("Not delivered to %(n)s of %(all)s accounts") % {"n": stands.failed, "all": stands.total}
    if stands.cancelled and stands.is_over:
        return _("Delivered to %(n)s of %(all)s accounts, the rest was cancelled") % {
            "n": stands.delivered,
            "all": stands.total,
        }
    return _("Delivered to %(n)s of %(all)s accounts so far") % {"n": stands.delivered, "all": stands.total}


def _parts(stands: Standing) -> list[dict[str, Any]]:
    wanted = (
        ("ok", stands.delivered, _("delivered"), "circle-check", "ok"),
        ("run", stands.in_progress, _("sending"), "loader-2", "info"),
        ("wait", stands.retrying, _("retrying"), "refresh", "warn"),
        ("wait", stands.checking, _("checking"), "eye", "warn"),
        ("bad", stands.failed, _("failed"), "alert-circle", "bad"),
        ("off", stands.cancelled, _("cancelled"), "minus", ""),
    )
    parts, begin = [], 0.0
    for state, count, label, icon, tone in wanted:
        if not count and state != "ok":
            continue
        share = 100 * count / max(1, stands.total)
        parts.append(
            {
                "state": state,
                "from": f"{begin:.2f}",
                "share": f"{share:.2f}",
                "count": count,
                "label": label,
                "icon": icon,
                "tone": tone,
            }
        )
        begin += share
    return parts
