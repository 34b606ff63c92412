"""Closes a unit on a day, and opens it again: history keeps it, pickers and rights do not."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.gate import require
from accounts.actions.channels import change_channel_state
from accounts.actions.tree import lock_tree
from accounts.audit.book import record
from accounts.audited import UNIT_CLOSED, UNIT_REOPENED
from accounts.models import Channel, Force, Grant, Unit
from accounts.models.unit import open_on
from accounts.permissions import MANAGE_ORGANISATION
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable

NAMED = 5
"""So many of those who stand in the way are named; the rest are counted."""


@transaction.atomic
def close_unit(
    *, actor: Actor, unit: Unit, on: date, now: datetime, with_everything_below: bool = False
) -> bool:
    """Close a unit from that day on (a day that has passed means today); False if it closes then already.

    With everything below, its units close with it and the roles held on them end; its accounts are suspended
    when the day comes.

    Raises:
        Unprocessable: the unit is the root, or something in it is still open, with what that is.
    """
    require(actor, MANAGE_ORGANISATION, unit)
    lock_tree()
    unit.refresh_from_db()
    zone = Force.objects.get(pk=actor.force_id).zone
    on = max(on, now.astimezone(zone).date())
    if unit.parent_id is None:
        raise Unprocessable(_("%(unit)s is the whole force and cannot be closed.") % {"unit": unit}, "on")
    if unit.closed_on == on:
        return False
    ends = max(datetime.combine(on, time.min, tzinfo=zone), now)
    below = list(
        Unit.objects.filter(open_on(on), paths_up__ancestor=unit, paths_up__depth__gt=0).order_by("code")
    )
    ids = [unit.pk, *(each.pk for each in below)]
    grants = Grant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=Greatest(F("starts_at"), Value(ends))),
        Q(unit_id__in=ids) | Q(channel__unit_id__in=ids),
    )
    channels = Channel.objects.filter(unit_id__in=ids).exclude(state=Channel.State.SUSPENDED)
    if not with_everything_below:
        _refuse_what_is_open(unit, below, grants, channels)
    before = unit.closed_on
    # One that has not begun by then ends as it begins: it was taken back.
    ended = grants.update(ends_at=Greatest(F("starts_at"), Value(ends))) if with_everything_below else 0
    Unit.objects.filter(pk__in=ids).update(closed_on=on)
    unit.closed_on = on
    record(
        actor,
        UNIT_CLOSED,
        unit,
        unit=unit,
        on=on,
        before=before,
        after=on,
        units=[each.code for each in below],
        grants_ended=ended,
        accounts=[str(channel) for channel in channels],
    )
    suspend_accounts_of_closed_units(actor=actor, now=now)
    return True


@transaction.atomic
def reopen_unit(*, actor: Actor, unit: Unit, now: datetime) -> bool:
    """Open a closed unit again, itself alone; False if it is open. Roles that ended with it stay ended.

    Raises:
        Unprocessable: the unit above it is closed or closes.
    """
    require(actor, MANAGE_ORGANISATION, unit)
    lock_tree()
    unit.refresh_from_db()
    if unit.closed_on is None:
        return False
    above = unit.parent
    if above is not None and above.closed_on is not None:
        raise Unprocessable(
            _("%(above)s, above it, is closed. Reopen %(above)s first.") % {"above": above}, "unit"
        )
    before, unit.closed_on = unit.closed_on, None
    Unit.objects.filter(pk=unit.pk).update(closed_on=None)
    record(actor, UNIT_REOPENED, unit, unit=unit, before=before, after="")
    return True


def suspend_accounts_of_closed_units(*, actor: Actor, now: datetime) -> int:
    """Suspend the accounts that still work although the day has come on which their unit closed; how many."""
    zone = Force.objects.get(pk=actor.force_id).zone
    closed = Unit.objects.filter(closed_on__lte=now.astimezone(zone).date())
    left = Channel.objects.filter(unit__in=closed).exclude(state=Channel.State.SUSPENDED)
    for channel in left.select_related("unit").order_by("network", "handle"):
        reason = _("%(unit)s closed on %(day)s.") % {
            "unit": channel.unit,
            "day": f"{channel.unit.closed_on:%-d %B %Y}",
        }
        # The system's own hand: who closed the unit, and who agreed, stands with the closing.
        change_channel_state(
            actor=Actor.clock(actor.force_id),
            channel=channel,
            state=Channel.State.SUSPENDED,
            reason=reason,
            now=now,
        )
    return len(left)


def _refuse_what_is_open(
    unit: Unit, below: list[Unit], grants: QuerySet[Grant], channels: QuerySet[Channel]
) -> None:
    held = sorted(set(grants.values_list("user__username", flat=True)))
    handles = [f"{channel.at_handle} ({channel.network})" for channel in channels.order_by("handle")]
    standing = [
        (ngettext("%(n)d unit: %(names)s", "%(n)d units: %(names)s", len(below)), [u.name for u in below]),
        (ngettext("%(n)d account: %(names)s", "%(n)d accounts: %(names)s", len(handles)), handles),
        (
            ngettext("%(n)d person with a role: %(names)s", "%(n)d people with a role: %(names)s", len(held)),
            held,
        ),
    ]
    left = [words % {"n": len(names), "names": _some(names)} for words, names in standing if names]
    if left:
        raise Unprocessable(
            _(
                "%(unit)s still has %(left)s. Move or end these first, or choose to close it with everything below."
            )
            % {"unit": unit, "left": "; ".join(left)},
            "on",
        )


def _some(names: list[str]) -> str:
    more = len(names) - NAMED
    shown = ", ".join(names[:NAMED])
    return shown if more <= 0 else _("%(names)s and %(n)d more") % {"names": shown, "n": more}
