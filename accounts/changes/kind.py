"""What every kind of change is made of, and how it is kept until a second person puts it into force."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from accounts.access.reasoning import Spot
from accounts.models import Channel, Grant, Role, Team, Unit, User
from hqdash.base.actor import Actor
from hqdash.base.errors import Conflict

_ROWS: dict[str, type[Any]] = {
    "user": User,
    "role": Role,
    "unit": Unit,
    "parent": Unit,
    "channel": Channel,
    "grant": Grant,
    "team": Team,
}
_RELATED = {"grant": ("user", "role", "unit", "channel")}
_MOMENTS = ("starts_at", "ends_at", "at")
_DAYS = ("on",)


@dataclass(frozen=True, slots=True)
class Names:
    """Who stands behind a change that comes into force: who proposed it, and who decided."""

    proposed_by: User
    decided_by: User | None
    """None while it is only tried out."""
    actor: Actor
    reason: str

    def both(self) -> dict[str, Any]:
        """The two names for the book."""
        approved_by = self.decided_by.username if self.decided_by is not None else ""
        return {"proposed_by": self.proposed_by.username, "approved_by": approved_by}


@dataclass(frozen=True, slots=True)
class Touched:
    """Whose rights a change may alter, and from when: where its effect is looked for."""

    users: frozenset[UUID] = frozenset()
    roles: frozenset[UUID] = frozenset()
    units: frozenset[UUID] = frozenset()
    """Units that move: whoever holds something above, on or below them is looked at."""
    moments: frozenset[datetime] = frozenset()
    places: frozenset[Spot] = frozenset()
    """Where something is granted, ended or overridden."""


@dataclass(frozen=True)
class Kind(ABC):
    """One change: a kind is a class, what it is about are its fields."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def about(self) -> str:
        """What it changes; two changes about the same thing cannot stand side by side in a set."""

    @property
    @abstractmethod
    def place(self) -> Unit | Channel | None:
        """Where one needs the right to change tiers for this; None for the whole force."""

    @abstractmethod
    def sentence(self) -> str:
        """What it will do, in plain words."""

    @abstractmethod
    def before(self) -> dict[str, Any]:
        """What it finds: kept when it is collected, and compared when it comes into force."""

    @abstractmethod
    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse what makes no sense.

        Raises:
            Unprocessable: with what is wrong and what to do.
        """

    @abstractmethod
    def touched(self) -> Touched:
        """Whose rights it may alter."""

    @abstractmethod
    def apply(self, *, names: Names, now: datetime) -> None:
        """Do it, with its own line in the book."""

    def kept(self) -> dict[str, Any]:
        """What it is about, as it is kept until it comes into force."""
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """The change as it was kept, with its rows as they are now.

        Raises:
            Conflict: something it is about is gone.
        """
        return cls(**{each.name: _row(each.name, kept.get(each.name)) for each in fields(cls)})


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date) else value


def _row(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _ROWS:
        row = _ROWS[name].objects.select_related(*_RELATED.get(name, ())).filter(pk=UUID(value)).first()
        if row is None:
            raise Conflict(_("The %(thing)s it speaks of is no longer there.") % {"thing": _(name)})
        return row
    if name in _MOMENTS:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name in _DAYS else value
