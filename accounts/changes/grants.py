"""Giving somebody a tier somewhere, and ending that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access.duties import refuse_impossible_grant
from accounts.access.moments import spoken
from accounts.access.reasoning import Spot
from accounts.audit.book import record
from accounts.audited import GRANT_ENDED, ROLE_GRANTED
from accounts.changes.kind import Kind, Names, Touched
from accounts.models import Channel, Grant, Role, Team, Unit, User
from hqdash.base.errors import Unprocessable


@dataclass(frozen=True)
class GiveGrant(Kind):
    """Give a person a tier on a unit with all below it, or on one account."""

    kind: ClassVar[str] = "grant.give"
    user: User
    role: Role
    unit: Unit | None = None
    channel: Channel | None = None
    starts_at: datetime | None = None
    """Now, meaning the moment it comes into force, unless given."""
    ends_at: datetime | None = None
    team: Team | None = None
    reason: str = ""

    @property
    def place(self) -> Unit | Channel | None:
        """The unit or the account."""
        return self.channel or self.unit

    @property
    def about(self) -> str:
        """One tier of one person at one place; another time or team takes its place."""
        return f"grant:{self.user.pk}:{self.role.pk}:{self.place.pk if self.place else ''}"

    def sentence(self) -> str:
        """Who gets what where, and for how long."""
        words = _("%(user)s becomes %(role)s on %(place)s") % {
            "user": self.user.username,
            "role": self.role.name,
            "place": self.place,
        }
        if self.starts_at is not None:
            words += _(" from %(moment)s") % {"moment": spoken(self.starts_at)}
        if self.ends_at is not None:
            words += _(" until %(moment)s") % {"moment": spoken(self.ends_at)}
        if self.team is not None:
            words += _(", on shift with %(team)s") % {"team": self.team}
        return words

    def before(self) -> dict[str, Any]:
        """Nothing: a new grant stands on its own."""
        return {}

    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse grants to oneself, for no place or two, over before they begin, or held already."""
        if self.user.pk == proposer.pk:
            raise Unprocessable(
                _("You cannot give yourself a tier. Ask another administrator to propose it."), "user"
            )
        if (self.unit is None) == (self.channel is None):
            raise Unprocessable(_("Choose one unit or one account."), "unit")
        starts_at = self.starts_at or now
        if self.ends_at is not None and self.ends_at <= now:
            raise Unprocessable(
                _("This would be over already. Choose an end that is still to come."), "ends_at"
            )
        refuse_impossible_grant(user=self.user, role=self.role, starts_at=starts_at, ends_at=self.ends_at)
        unit = self.unit or (self.channel.unit if self.channel else None)
        if unit is not None and unit.closed_on is not None:
            raise Unprocessable(
                _("%(unit)s closes on %(day)s. Reopen it first, or choose another unit.")
                % {"unit": unit, "day": f"{unit.closed_on:%-d %B %Y}"},
                "unit",
            )
        if self.team is not None and self.team.rota.retired_at is not None:
            raise Unprocessable(_("That rota is retired. Choose another one."), "team")
        held = Grant.objects.filter(
            Q(ends_at=None) | (Q(ends_at__gte=self.ends_at) if self.ends_at else Q(pk=None)),
            user=self.user,
            role=self.role,
            unit=self.unit,
            channel=self.channel,
            starts_at__lte=starts_at,
        ).filter(Q(team=None) | Q(team=self.team))
        if held.exists():
            raise Unprocessable(
                _("%(user)s is %(role)s on %(place)s already.")
                % {"user": self.user.username, "role": self.role.name, "place": self.place},
                "role",
            )

    def touched(self) -> Touched:
        """The person, from its start on."""
        moments = frozenset(moment for moment in (self.starts_at, self.ends_at) if moment is not None)
        return Touched(
            users=frozenset({self.user.pk}),
            moments=moments,
            places=frozenset({_spot(self.unit, self.channel)}),
        )

    def apply(self, *, names: Names, now: datetime) -> None:
        """Write the grant under both names."""
        starts_at = max(self.starts_at or now, now)
        Grant.objects.create(
            user=self.user,
            unit=self.unit,
            channel=self.channel,
            role=self.role,
            team=self.team,
            starts_at=starts_at,
            ends_at=self.ends_at,
            given_by=names.proposed_by.username,
            requested_by=names.proposed_by,
            approved_by=names.decided_by,
            reason=self.reason or names.reason,
        )
        record(
            names.actor,
            ROLE_GRANTED,
            self.user,
            unit=self.unit,
            channel=self.channel,
            reason=self.reason or names.reason,
            role=self.role.name,
            place=str(self.place),
            since=starts_at,
            until=self.ends_at,
            team=str(self.team) if self.team else "",
            before="",
            after=self.role.name,
            **names.both(),
        )


@dataclass(frozen=True)
class EndGrant(Kind):
    """End somebody's tier, now or at a moment to come."""

    kind: ClassVar[str] = "grant.end"
    grant: Grant
    at: datetime | None = None
    """Now, meaning the moment it comes into force, unless given."""

    @property
    def place(self) -> Unit | Channel | None:
        """Where the grant counts."""
        return self.grant.place

    @property
    def about(self) -> str:
        """The grant."""
        return f"end:{self.grant.pk}"

    def sentence(self) -> str:
        """Who loses what where, and when."""
        words = _("%(user)s is no longer %(role)s on %(place)s") % {
            "user": self.grant.user.username,
            "role": self.grant.role.name,
            "place": self.grant.place,
        }
        if self.at is not None:
            words += _(" from %(moment)s") % {"moment": spoken(self.at)}
        return words

    def before(self) -> dict[str, Any]:
        """When it would have ended."""
        return {"ends_at": self.grant.ends_at.isoformat() if self.grant.ends_at else None}

    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse to end what is over, or to let it last longer."""
        ends_at = self.grant.ends_at
        if ends_at is not None and ends_at <= now:
            raise Unprocessable(_("This is over already, since %(moment)s.") % {"moment": spoken(ends_at)})
        if ends_at is not None and self.at is not None and self.at >= ends_at:
            raise Unprocessable(
                _("This ends on %(moment)s anyway. Give it again to let it last longer.")
                % {"moment": spoken(ends_at)},
                "at",
            )

    def touched(self) -> Touched:
        """The person, from that moment on."""
        return Touched(
            users=frozenset({self.grant.user_id}),
            moments=frozenset({self.at} if self.at else ()),
            places=frozenset({_spot(self.grant.unit, self.grant.channel)}),
        )

    def apply(self, *, names: Names, now: datetime) -> None:
        """Let it end; one that has not begun yet ends as it begins."""
        before = self.grant.ends_at
        ends_at = max(self.at or now, now, self.grant.starts_at)
        Grant.objects.filter(pk=self.grant.pk).update(ends_at=ends_at)
        record(
            names.actor,
            GRANT_ENDED,
            self.grant.user,
            unit=self.grant.unit,
            channel=self.grant.channel,
            reason=names.reason,
            role=self.grant.role.name,
            place=str(self.grant.place),
            before=before or "",
            after=ends_at,
            **names.both(),
        )


def _spot(unit: Unit | None, channel: Channel | None) -> Spot:
    if channel is not None:
        return Spot(channel.unit_id, channel.pk)
    if unit is None:
        raise Unprocessable(_("Choose one unit or one account."), "unit")
    return Spot(unit.pk)
