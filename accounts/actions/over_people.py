"""Whom an administrator may administer: nobody who stands above them, and never themselves."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access.gate import require
from accounts.models import Grant, Unit, User
from accounts.permissions import MANAGE_PEOPLE
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.errors import Unprocessable


def require_over(actor: Actor, user: User) -> None:
    """Let the actor pass who may manage people wherever this person holds a tier.

    Otherwise the administrator of one team could reset the sign-in of the force's own administrators, and
    come back as one of them.

    Raises:
        NotAllowed: with the place where the right is missing.
    """
    require(actor, MANAGE_PEOPLE)
    held = live_grants_of(user)
    places = Unit.objects.filter(Q(grants__in=held) | Q(channels__grants__in=held)).distinct()
    for unit in places.order_by("code"):
        require(actor, MANAGE_PEOPLE, unit)


def refuse_oneself(actor: Actor, user: User) -> None:
    """Some things another administrator has to do.

    Raises:
        Unprocessable: the person is the actor.
    """
    if user.pk == actor.user_id:
        raise Unprocessable(_("This is your own account. Another administrator has to do it."))


def live_grants_of(user: User) -> QuerySet[Grant]:
    """Grants that hold now or will."""
    now = clock.now()
    return Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), user=user)
