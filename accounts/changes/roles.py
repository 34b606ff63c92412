"""Tiers themselves: added, renamed, retired, and what they ask for at sign-in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.access.declared import permission_named
from accounts.access.duties import note_duties
from accounts.audit.book import record
from accounts.audited import ROLE_ADDED, ROLE_FACTOR_SET, ROLE_RENAMED, ROLE_RETIRED
from accounts.changes.keeping import keep_version
from accounts.changes.kind import Kind, Names, Touched
from accounts.models import Channel, Grant, Role, SecondFactor, Unit, User
from hqdash.base.errors import Unprocessable

HIGHEST_NUMBER = 99


@dataclass(frozen=True)
class _OfRole(Kind):
    """A change of one tier, in the whole force."""

    role: Role

    @property
    def place(self) -> Unit | Channel | None:
        """The whole force."""
        return None

    @property
    def about(self) -> str:
        """The tier, and what of it."""
        return f"{self.kind}:{self.role.pk}"

    def touched(self) -> Touched:
        """Everybody who holds the tier."""
        return Touched(roles=frozenset({self.role.pk}))


@dataclass(frozen=True)
class AddRole(Kind):
    """A new tier with its first rights."""

    kind: ClassVar[str] = "role.add"
    name: str
    number: int
    permissions: list[str] = field(default_factory=list)
    with_approval: list[str] = field(default_factory=list)
    second_factor: str = SecondFactor.ANY.value

    @property
    def place(self) -> Unit | Channel | None:
        """The whole force."""
        return None

    @property
    def about(self) -> str:
        """The tier's short name."""
        return f"role.add:{self.slug}"

    @property
    def slug(self) -> str:
        """The short name that programs use."""
        return slugify(self.name).replace("-", "_")[:60]

    def sentence(self) -> str:
        """The new tier."""
        return _("A new tier: %(name)s, number %(number)s") % {"name": self.name, "number": self.number}

    def before(self) -> dict[str, Any]:
        """Nothing: it is new."""
        return {}

    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse a name that is taken or empty, rights that do not exist, and both duties in one tier."""
        check_role_name(self.name)
        if not self.slug:
            raise Unprocessable(_("Give the tier a name with letters in it."), "name")
        if not 0 <= self.number <= HIGHEST_NUMBER:
            raise Unprocessable(_("Choose a number from 0 to %(most)s.") % {"most": HIGHEST_NUMBER}, "number")
        if self.second_factor not in SecondFactor.values:
            raise Unprocessable(
                _("Choose one of: %(factors)s.") % {"factors": ", ".join(SecondFactor.values)},
                "second_factor",
            )
        for name in (*self.permissions, *self.with_approval):
            if permission_named(name) is None:
                raise Unprocessable(_("There is no right called %(name)s.") % {"name": name}, "permissions")
        note_duties(self._role())

    def touched(self) -> Touched:
        """Nobody yet."""
        return Touched()

    def apply(self, *, names: Names, now: datetime) -> None:
        """Add it."""
        role = self._role()
        note_duties(role)
        role.save()
        record(
            names.actor,
            ROLE_ADDED,
            role,
            reason=names.reason,
            before={},
            after={"permissions": role.permissions, "with_approval": role.with_approval},
            **names.both(),
        )

    def _role(self) -> Role:
        allowed = set(self.permissions)
        for name in (*self.permissions, *self.with_approval):
            right = permission_named(name)
            allowed.update(needed.name for needed in (right.needs if right else ()))
        return Role(
            slug=self.slug,
            name=self.name.strip(),
            number=self.number,
            permissions=sorted(allowed),
            with_approval=sorted({*self.with_approval} - allowed),
            second_factor=self.second_factor,
        )


@dataclass(frozen=True)
class RenameRole(_OfRole):
    """Another name for a tier, and another number if one is given."""

    kind: ClassVar[str] = "role.rename"
    name: str
    number: int | None = None

    def sentence(self) -> str:
        """Old and new name."""
        return _("The tier %(role)s is called %(name)s") % {"role": self.role.name, "name": self.name}

    def before(self) -> dict[str, Any]:
        """What it is called."""
        return {"name": self.role.name, "number": self.role.number}

    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse a name that is taken or empty."""
        check_role_name(self.name, besides=self.role)
        if self.number is not None and not 0 <= self.number <= HIGHEST_NUMBER:
            raise Unprocessable(_("Choose a number from 0 to %(most)s.") % {"most": HIGHEST_NUMBER}, "number")

    def touched(self) -> Touched:
        """Nobody: a name gives no right."""
        return Touched()

    def apply(self, *, names: Names, now: datetime) -> None:
        """Rename it."""
        before = self.role.name
        number = self.number if self.number is not None else self.role.number
        Role.objects.filter(pk=self.role.pk).update(name=self.name.strip(), number=number)
        self.role.name = self.name.strip()
        record(
            names.actor,
            ROLE_RENAMED,
            self.role,
            reason=names.reason,
            before=before,
            after=self.role.name,
            **names.both(),
        )


@dataclass(frozen=True)
class RetireRole(_OfRole):
    """A tier that nobody is given any more; it stays in the past."""

    kind: ClassVar[str] = "role.retire"

    def sentence(self) -> str:
        """Which tier goes."""
        return _("The tier %(role)s is retired") % {"role": self.role.name}

    def before(self) -> dict[str, Any]:
        """Whether it was retired."""
        return {"retired_at": self.role.retired_at.isoformat() if self.role.retired_at else None}

    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse what is retired already."""
        if self.role.retired_at is not None:
            raise Unprocessable(_("%(role)s is retired already.") % {"role": self.role.name}, "role")

    def apply(self, *, names: Names, now: datetime) -> None:
        """Retire it, once nobody holds it: grants may have ended earlier in the same set."""
        held = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), role=self.role)
        people = sorted(set(held.values_list("user__username", flat=True)))
        if people:
            raise Unprocessable(
                _("%(count)s people are %(role)s, such as %(people)s. End their grants first.")
                % {"count": len(people), "role": self.role.name, "people": ", ".join(people[:5])},
                "role",
            )
        Role.objects.filter(pk=self.role.pk).update(retired_at=now)
        record(
            names.actor,
            ROLE_RETIRED,
            self.role,
            reason=names.reason,
            before="",
            after=now,
            **names.both(),
        )


@dataclass(frozen=True)
class SetSecondFactor(_OfRole):
    """What a tier asks for at sign-in beside the password."""

    kind: ClassVar[str] = "role.second_factor"
    second_factor: str

    def sentence(self) -> str:
        """The tier and what it asks for."""
        label = SecondFactor(self.second_factor).label
        return _("%(role)s signs in with: %(factor)s") % {"role": self.role.name, "factor": label}

    def before(self) -> dict[str, Any]:
        """What it asked for."""
        return {"second_factor": self.role.second_factor}

    def refuse(self, *, proposer: User, now: datetime) -> None:
        """Refuse what there is not, and what changes nothing."""
        if self.second_factor not in SecondFactor.values:
            raise Unprocessable(
                _("Choose one of: %(factors)s.") % {"factors": ", ".join(SecondFactor.values)},
                "second_factor",
            )
        if self.second_factor == self.role.second_factor:
            raise Unprocessable(
                _("%(role)s asks for that already.") % {"role": self.role.name}, "second_factor"
            )

    def apply(self, *, names: Names, now: datetime) -> None:
        """Ask for it from the next request on."""
        role = Role.objects.select_for_update(no_key=True).get(pk=self.role.pk)
        keep_version(role, now=now)
        before = SecondFactor(role.second_factor).label
        Role.objects.filter(pk=role.pk).update(second_factor=self.second_factor)
        record(
            names.actor,
            ROLE_FACTOR_SET,
            role,
            reason=names.reason,
            before=before,
            after=SecondFactor(self.second_factor).label,
            **names.both(),
        )


def check_role_name(name: str, *, besides: Role | None = None) -> None:
    """Refuse a tier's name that is empty, too long, or another's.

    Raises:
        Unprocessable: with which.
    """
    name = name.strip()
    if not name or len(name) > 120:
        raise Unprocessable(_("Give the tier a name of at most 120 characters."), "name")
    others = Role.objects.exclude(pk=besides.pk) if besides else Role.objects.all()
    slug = slugify(name).replace("-", "_")[:60]
    if others.filter(Q(name__iexact=name) | (Q(slug=slug) if besides is None else Q(pk=None))).exists():
        raise Unprocessable(_("There is a tier called %(name)s already.") % {"name": name}, "name")
