"""The cast of every story: two forces, and who may do what in them.

Westmere is where the stories play; nobody of Fenland may ever see or change anything there.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.actions.organisation import add_unit, add_user, create_force, grant_role
from accounts.models import Channel, Force, Role, Unit, User
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.tenancy import acting_for

PASSWORD = "correct horse battery staple"
_HASH = make_password(PASSWORD, hasher="pbkdf2_sha256")


@dataclass(frozen=True, slots=True)
class Person:
    """A user and the actor that they are when signed in."""

    user: User

    @property
    def actor(self) -> Actor:
        return Actor(force_id=self.user.force_id, user_id=self.user.pk, username=self.user.username)


@dataclass(frozen=True, slots=True)
class Cast:
    """``pc`` posts for Coventry only, ``press`` for the whole force, ``desk`` moderates, ``auditor`` reads."""

    force: Force
    root: Unit
    coventry: Unit
    foleshill: Unit
    dudley: Unit
    admin: Person
    press: Person
    pc: Person
    desk: Person
    auditor: Person
    itsec: Person
    facebook: Channel
    x: Channel
    x_dudley: Channel
    wordpress: Channel
    other_force: Force
    other_root: Unit
    stranger: Person
    other_channel: Channel

    @property
    def system(self) -> Actor:
        return Actor.clock(self.force.pk)


def make_cast() -> Cast:
    """Build both forces."""
    force = create_force(slug="westmere", name="Westmere Police", guarded=False)
    with acting_for(force.pk):
        system = Actor.clock(force.pk)
        root = Unit.objects.get(parent=None)
        coventry = add_unit(actor=system, name="Coventry", code="LPU/CV", parent=root)
        foleshill = add_unit(actor=system, name="Foleshill", code="LPU/CV/NPT/F", parent=coventry)
        dudley = add_unit(actor=system, name="Dudley", code="LPU/DY", parent=root)
        people = {
            "admin": _person("admin.comms01", Role.CENTRAL_ADMIN, root),
            "press": _person("press.03", Role.DUTY_PRESS_OFFICER, root),
            "pc": _person("pc.4512", Role.CONTRIBUTOR, coventry),
            "desk": _person("desk.a3", Role.MODERATOR, root),
            "auditor": _person("psd.01", Role.AUDITOR, root),
            "itsec": _person("itsec.01", Role.IT_ADMIN, root),
        }
        channels = {
            "facebook": _channel("facebook", "coventrypolice.demo", coventry),
            "x": _channel("x", "Coventry_demo", foleshill),
            "x_dudley": _channel("x", "Dudley_demo", dudley),
            "wordpress": _channel("wordpress", "news.westmere.demo", root),
        }
    other = create_force(slug="fenland", name="Fenland Police", guarded=False)
    with acting_for(other.pk):
        other_root = Unit.objects.get(parent=None)
        stranger = _person("fen.press01", Role.DUTY_PRESS_OFFICER, other_root)
        other_channel = _channel("x", "Fenland_demo", other_root)
    return Cast(
        force=force,
        root=root,
        coventry=coventry,
        foleshill=foleshill,
        dudley=dudley,
        other_force=other,
        other_root=other_root,
        stranger=stranger,
        other_channel=other_channel,
        **people,
        **channels,
    )


def _person(username: str, role: str, unit: Unit) -> Person:
    system = Actor.clock(unit.force_id)
    user = add_user(actor=system, username=username, password_hash=_HASH)
    grant_role(
        actor=system,
        user=user,
        unit=unit,
        role=Role.objects.get(slug=role),
        now=clock.now(),
        reason="first set-up",
    )
    return Person(user)


def _channel(network: str, handle: str, unit: Unit) -> Channel:
    """A channel without a credential; ``tests.practice`` connects real ones to the practice networks."""
    return Channel.objects.create(
        unit=unit, network=network, handle=handle, name=handle, external_id=f"{network}-{handle}"
    )
