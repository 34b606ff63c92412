"""Which second factor the tiers of a person ask for, and whether they have it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts.models import Grant, User
from accounts.models.role import SecondFactor


def factors(now: datetime) -> dict[str, Any]:
    """Annotations for a query of users: ``wants_any``, ``wants_passkey``, ``has_passkey``, ``has_code``."""
    return {
        "wants_any": Exists(_asking(SecondFactor.ANY, now)),
        "wants_passkey": Exists(_asking(SecondFactor.PASSKEY, now)),
        "has_passkey": Exists(_enrolled(Authenticator.Type.WEBAUTHN)),
        "has_code": Exists(_enrolled(Authenticator.Type.TOTP)),
    }


def missing_factor(user: Any) -> str:
    """What an annotated user still has to enrol: ``any``, ``passkey``, or nothing."""
    if user.has_passkey:
        return ""
    if user.wants_passkey:
        return SecondFactor.PASSKEY.value
    if (user.wants_any or user.must_enrol) and not user.has_code:
        return SecondFactor.ANY.value
    return ""


def came_without_passkey(request: HttpRequest) -> bool:
    """Whether the tiers want a passkey, the person has one, and this session has not been proved with it."""
    user: Any = request.user
    if not (user.wants_passkey and user.has_passkey):
        return False
    return not any(
        proof.get("type") == Authenticator.Type.WEBAUTHN
        for proof in get_authentication_records(request, user)
    )


def asking_tiers(user: User, *, now: datetime) -> list[str]:
    """The names of the tiers that ask this person for more than a password, in their order."""
    grants = _live(now).filter(user=user).exclude(role__second_factor=SecondFactor.OPTIONAL)
    return list(grants.order_by("role__number").values_list("role__name", flat=True).distinct())


def _live(now: datetime) -> QuerySet[Grant]:
    # A tier asks for its factor outside of its shifts as well: people enrol in peace, not when the shift begins.
    return Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)


def _asking(factor: SecondFactor, now: datetime) -> QuerySet[Grant]:
    return _live(now).filter(user=OuterRef("pk"), role__second_factor=factor)


def _enrolled(kind: Authenticator.Type) -> Any:
    return Authenticator.objects.filter(user=OuterRef("pk"), type=kind)
