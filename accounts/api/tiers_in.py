"""What programs may ask and change about tiers, and how ids become rows that the asker may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.access.declared import Permission, permission_named
from accounts.access.gate import Where, visible_channels, visible_units
from accounts.changes.kinds import KINDS
from accounts.models import Answer, Channel, Grant, Role, SecondFactor, Team, Unit, User
from accounts.permissions import VIEW_ORGANISATION
from hqdash.base.actor import Actor
from hqdash.base.errors import Missing, Unprocessable


class PlaceIn(serializers.Serializer[Any]):
    """A unit or an account."""

    unit = serializers.UUIDField(required=False, help_text="A unit; or say `channel`.")
    channel = serializers.UUIDField(required=False, help_text="One account; or say `unit`.")


class MatrixIn(serializers.Serializer[Any]):
    """Where the matrix is asked for."""

    unit = serializers.UUIDField(required=False, help_text="Without it: the defaults of the force.")


class RulesIn(serializers.Serializer[Any]):
    """Which overrides."""

    unit = serializers.UUIDField(required=False)
    role = serializers.UUIDField(required=False)
    permission = serializers.CharField(max_length=100, required=False)


class GrantsIn(serializers.Serializer[Any]):
    """Which grants."""

    user = serializers.UUIDField(required=False)
    unit = serializers.UUIDField(required=False)
    channel = serializers.UUIDField(required=False)
    role = serializers.UUIDField(required=False)
    over = serializers.BooleanField(default=False, help_text="Show those that have ended, too.")


class AskIn(PlaceIn):
    """A question about a right at a place at a moment."""

    permission = serializers.CharField(max_length=100)
    at = serializers.DateTimeField(required=False, help_text="Any moment, past or to come; now unless given.")


class WhyIn(AskIn):
    """The same about one person."""

    user = serializers.UUIDField(required=False, help_text="Yourself unless given.")


class WantedIn(serializers.Serializer[Any]):
    """A change; what it needs depends on its kind."""

    kind = serializers.ChoiceField(choices=sorted(KINDS))
    user = serializers.UUIDField(required=False)
    role = serializers.UUIDField(required=False)
    unit = serializers.UUIDField(required=False)
    parent = serializers.UUIDField(required=False)  # type: ignore[assignment]  # a field
    channel = serializers.UUIDField(required=False)
    team = serializers.UUIDField(required=False)
    grant = serializers.UUIDField(required=False)
    permission = serializers.CharField(max_length=100, required=False)
    answer = serializers.ChoiceField(
        choices=Answer.choices,
        required=False,
        allow_null=True,
        help_text="Null ends the override of the unit.",
    )
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)
    at = serializers.DateTimeField(required=False)
    on = serializers.DateField(required=False)
    with_everything_below = serializers.BooleanField(required=False)
    name = serializers.CharField(max_length=120, required=False)
    number = serializers.IntegerField(min_value=0, max_value=99, required=False)
    permissions = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=200, required=False
    )
    with_approval = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=200, required=False
    )
    second_factor = serializers.ChoiceField(choices=SecondFactor.choices, required=False)
    reason = serializers.CharField(max_length=1000, required=False)


class CollectIn(WantedIn):
    """A change and the set that it goes into."""

    change_set = serializers.UUIDField(
        required=False, help_text="One that was sent back; your open one unless given."
    )


class WhatIfIn(WhyIn):
    """A question, and the changes that are to be imagined."""

    changes = WantedIn(many=True, allow_empty=False)


class ReasonIn(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=2000, allow_blank=True, default="")


class WindowIn(serializers.Serializer[Any]):
    """A shift in minutes from the cycle's first midnight."""

    name = serializers.CharField(max_length=60)
    starts = serializers.IntegerField(min_value=0, max_value=366 * 1440)
    ends = serializers.IntegerField(min_value=1, max_value=2 * 366 * 1440)


class TeamIn(serializers.Serializer[Any]):
    """A team and how many days it is behind the first."""

    name = serializers.CharField(max_length=120)
    offset_days = serializers.IntegerField(min_value=0, max_value=365, default=0)


class RotaIn(serializers.Serializer[Any]):
    """A new rota."""

    name = serializers.CharField(max_length=120)
    cycle_days = serializers.IntegerField(min_value=1, max_value=366)
    first_day = serializers.DateField()
    shifts = WindowIn(many=True, allow_empty=False)
    teams = TeamIn(many=True, allow_empty=False)


def right_named(name: str) -> Permission:
    """The right of that name.

    Raises:
        Unprocessable: there is none.
    """
    right = permission_named(name)
    if right is None:
        raise Unprocessable(_("There is no right called %(name)s.") % {"name": name}, "permission")
    return right


def place_of(actor: Actor, asked: Mapping[str, Any]) -> Where:
    """The unit or account of a question.

    Raises:
        Unprocessable: neither or both were said.
        Missing: it is not for this actor to see.
    """
    if ("unit" in asked) == ("channel" in asked):
        raise Unprocessable(_("Say one of unit and channel."), "unit")
    name = "unit" if "unit" in asked else "channel"
    place: Where = _ROWS[name](actor, asked[name])
    return place


def rows_of(actor: Actor, said: Mapping[str, Any]) -> dict[str, Any]:
    """The same change with rows in place of ids.

    Raises:
        Missing: something is not there, or not for this actor to see.
    """
    return {
        name: _ROWS[name](actor, value) if name in _ROWS and value is not None else value
        for name, value in said.items()
    }


def person_of(actor: Actor, user_id: UUID | None) -> User:
    """Somebody of the force; the actor unless another is named."""
    return _user(actor, user_id or actor.person_id)


def _found(row: Model | None, words: str) -> Any:
    if row is None:
        raise Missing(words)
    return row


def _unit(actor: Actor, key: UUID) -> Unit:
    return _found(visible_units(actor, VIEW_ORGANISATION).filter(pk=key).first(), _("There is no such unit."))  # type: ignore[no-any-return]


def _channel(actor: Actor, key: UUID) -> Channel:
    rows = visible_channels(actor, VIEW_ORGANISATION).select_related("unit")
    return _found(rows.filter(pk=key).first(), _("There is no such account."))  # type: ignore[no-any-return]


def _user(actor: Actor, key: UUID) -> User:
    return _found(User.objects.filter(pk=key).first(), _("There is no such person."))  # type: ignore[no-any-return]


def _role(actor: Actor, key: UUID) -> Role:
    return _found(Role.objects.filter(pk=key).first(), _("There is no such tier."))  # type: ignore[no-any-return]


def _team(actor: Actor, key: UUID) -> Team:
    row = Team.objects.select_related("rota").filter(pk=key).first()
    return _found(row, _("There is no such team."))  # type: ignore[no-any-return]


def _grant(actor: Actor, key: UUID) -> Grant:
    row = Grant.objects.select_related("user", "role", "unit", "channel").filter(pk=key).first()
    return _found(row, _("There is no such grant."))  # type: ignore[no-any-return]


_ROWS: dict[str, Callable[[Actor, UUID], Any]] = {
    "unit": _unit,
    "parent": _unit,
    "channel": _channel,
    "user": _user,
    "role": _role,
    "team": _team,
    "grant": _grant,
}


def moment_of(asked: Mapping[str, Any]) -> datetime | None:
    """The moment that a question is about, if it names one."""
    at: datetime | None = asked.get("at")
    return at
