"""Rotas and their teams. A rota is never changed: a new one is added, and grants move over to it by two people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.access.shifts import MINUTES_OF_A_DAY, Window
from accounts.audit.book import record
from accounts.audited import ROTA_ADDED, ROTA_RETIRED
from accounts.models import Grant, Rota, Team, Unit
from accounts.permissions import CHANGE_TIERS
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable

MOST_DAYS = 366
MOST_WINDOWS = 366
MOST_TEAMS = 50


@transaction.atomic
def add_rota(
    *,
    actor: Actor,
    name: str,
    cycle_days: int,
    first_day: date,
    windows: Sequence[Window],
    teams: Sequence[tuple[str, int]],
    now: datetime,
) -> Rota:
    """A rota with its teams, each with its name and the days that it is behind the first.

    Raises:
        Unprocessable: name, days, windows or teams make no sense, with which one.
    """
    require(actor, CHANGE_TIERS, Unit.objects.get(parent=None))
    name = name.strip()
    if not name or len(name) > 120:
        raise Unprocessable(_("Give the rota a name of at most 120 characters."), "name")
    if Rota.objects.filter(name__iexact=name).exists():
        raise Unprocessable(_("There is a rota called %(name)s already.") % {"name": name}, "name")
    if not 1 <= cycle_days <= MOST_DAYS:
        raise Unprocessable(_("A cycle has from 1 to %(most)s days.") % {"most": MOST_DAYS}, "cycle_days")
    _check_windows(windows, cycle_days)
    _check_teams(teams, cycle_days)
    rota = Rota.objects.create(
        name=name,
        cycle_days=cycle_days,
        first_day=first_day,
        windows=[NumericRange(window.starts, window.ends) for window in windows],
        shift_names=[window.name.strip() for window in windows],
    )
    Team.objects.bulk_create(
        [Team(rota=rota, name=team.strip(), offset_days=offset) for team, offset in teams]
    )
    record(
        actor,
        ROTA_ADDED,
        rota,
        cycle_days=cycle_days,
        first_day=first_day,
        shifts=[f"{window.name} {window.starts}-{window.ends}" for window in windows],
        teams=[f"{team} +{offset}" for team, offset in teams],
    )
    return rota


@transaction.atomic
def retire_rota(*, actor: Actor, rota: Rota, now: datetime) -> None:
    """Offer a rota for new grants no more.

    Raises:
        Unprocessable: it is retired already, or somebody still holds a tier by it.
    """
    require(actor, CHANGE_TIERS, Unit.objects.get(parent=None))
    rota = Rota.objects.select_for_update(no_key=True).get(pk=rota.pk)
    if rota.retired_at is not None:
        raise Unprocessable(_("%(rota)s is retired already.") % {"rota": rota})
    held = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), team__rota=rota)
    people = sorted(set(held.values_list("user__username", flat=True)))
    if people:
        raise Unprocessable(
            _(
                "%(count)s people hold a tier by this rota, such as %(people)s. Change or end their grants first."
            )
            % {"count": len(people), "people": ", ".join(people[:5])}
        )
    rota.retired_at = now
    rota.save(update_fields=["retired_at"])
    record(actor, ROTA_RETIRED, rota)


def _check_windows(windows: Sequence[Window], cycle_days: int) -> None:
    if not 1 <= len(windows) <= MOST_WINDOWS:
        raise Unprocessable(_("Give the rota at least one shift."), "windows")
    whole = cycle_days * MINUTES_OF_A_DAY
    for window in windows:
        if not window.name.strip() or len(window.name.strip()) > 60:
            raise Unprocessable(_("Give each shift a name of at most 60 characters."), "windows")
        if not 0 <= window.starts < whole:
            raise Unprocessable(
                _("%(name)s begins outside of the cycle of %(days)s days.")
                % {"name": window.name, "days": cycle_days},
                "windows",
            )
        if not window.starts < window.ends <= window.starts + whole:
            raise Unprocessable(
                _("%(name)s ends before it starts, or lasts longer than the cycle.") % {"name": window.name},
                "windows",
            )


def _check_teams(teams: Sequence[tuple[str, int]], cycle_days: int) -> None:
    if not 1 <= len(teams) <= MOST_TEAMS:
        raise Unprocessable(_("Give the rota from 1 to %(most)s teams.") % {"most": MOST_TEAMS}, "teams")
    names = [name.strip().lower() for name, _offset in teams]
    if not all(names) or len(set(names)) < len(names) or any(len(name) > 120 for name in names):
        raise Unprocessable(_("Give each team a name of its own."), "teams")
    if not all(0 <= offset < cycle_days for _name, offset in teams):
        raise Unprocessable(
            _("A team is from 0 to %(most)s days behind the first.") % {"most": cycle_days - 1}, "teams"
        )
