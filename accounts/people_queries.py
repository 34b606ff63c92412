"""Every read of people: who is in the force, what they hold, and where they are signed in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.access.gate import visible_units
from accounts.models import Force, Grant, Invitation, SignedInSession, Unit, User
from accounts.permissions import MANAGE_PEOPLE
from accounts.sign_in.factors import factors
from accounts.sign_in.keeping import live_sessions
from hqdash.base.actor import Actor

STATES = ("invited", "active", "no_factor", "left")


def people_for(actor: Actor, *, now: datetime) -> QuerySet[User]:
    """Everybody whom the actor may manage: those with a tier in the actor's units, and those without any.

    Each comes with ``has_passkey``, ``has_code``, ``has_open_link`` and ``wants_...`` of ``factors``.
    """
    units = visible_units(actor, MANAGE_PEOPLE)
    people = User.objects.filter(force_id=actor.force_id).annotate(
        **factors(now),
        has_open_link=Exists(_open_links(now).filter(user=OuterRef("pk"))),
    )
    if units.filter(parent=None).exists():
        return people
    if not units.exists():
        return people.none()
    held = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), user=OuterRef("pk"))
    inside = held.filter(Q(unit__in=units) | Q(channel__unit__in=units))
    return people.filter(Exists(inside) | ~Exists(held))


def narrowed(people: QuerySet[Any], *, state: str = "", words: str = "") -> QuerySet[Any]:
    """Those in a state (one of ``STATES``), and those whose name or address has these words in it."""
    if state == "invited":
        people = people.filter(is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX)
    elif state == "active":
        people = people.filter(is_active=True).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    elif state == "no_factor":
        people = people.filter(is_active=True, has_passkey=False, has_code=False)
    elif state == "left":
        people = people.filter(is_active=False)
    if words:
        people = people.filter(Q(username__icontains=words) | Q(email__icontains=words))
    return people


def tiers_of(users: Iterable[User], *, now: datetime) -> dict[UUID, list[str]]:
    """The names of the tiers that each of these people holds, by one query."""
    found: dict[UUID, list[str]] = {}
    grants = Grant.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), user__in=[user.pk for user in users], starts_at__lte=now
    )
    for user_id, name in grants.order_by("-role__number", "role__name").values_list("user_id", "role__name"):
        names = found.setdefault(user_id, [])
        if name not in names:
            names.append(name)
    return found


def with_tiers(people: QuerySet[User], *, now: datetime) -> QuerySet[User]:
    """Each person with ``tier_names``, in the same query."""
    held = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), user=OuterRef("pk"), starts_at__lte=now)
    names = held.order_by("role__name").values("role__name").distinct()
    return people.annotate(tier_names=ArraySubquery(names))


def grants_of(user: User, *, now: datetime) -> QuerySet[Grant]:
    """What somebody holds now or will, with the places."""
    live = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), user=user)
    return live.select_related("role", "unit", "channel", "team").order_by("-role__number", "starts_at")


def sessions_of(user: User, *, now: datetime) -> QuerySet[SignedInSession]:
    """Where somebody is signed in, the latest first."""
    return live_sessions(now).filter(user=user).order_by("-seen_at")


def factors_of(user: User) -> list[Authenticator]:
    """What somebody has set up beside the password; seeds stay sealed."""
    return list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at"))


def open_link_of(user: User, *, now: datetime) -> Invitation | None:
    """The one-time link that somebody could still use."""
    return _open_links(now).filter(user=user).first()


def heirs_for(user: User) -> QuerySet[User]:
    """Who could take over what somebody leaves."""
    return User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("username")


def force_of(actor: Actor) -> Force:
    """The actor's force."""
    return Force.objects.get(pk=actor.force_id)


def whole_force() -> Unit:
    """The root unit: where what counts for everybody is decided."""
    return Unit.objects.get(parent=None)


def state_of(user: Any, *, locked: bool = False) -> str:
    """invited, expired, active, locked or left, of a person as ``people_for`` gives them."""
    if not user.is_active:
        return "left"
    if not user.has_usable_password():
        return "invited" if user.has_open_link else "expired"
    return "locked" if locked else "active"


def _open_links(now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(used_at=None, revoked_at=None, expires_at__gt=now)
