"""Everybody and everything of the sweep, built once for a file of tests and undone after each question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.urls import reverse

from accounts.actions.organisation import add_user, grant_role
from accounts.models import Force, Role, Unit
from hqdash.base import clock
from hqdash.base.actor import Actor
from hqdash.base.schema_guard import tenant_models
from hqdash.base.tenancy import across_forces, acting_for
from tests.access.belongings import Belongings, belongings_of
from tests.access.bodies import json_body
from tests.access.routes import Route
from tests.access.visitors import Visitor
from tests.cast import _HASH, Cast, Person, make_cast

PATIENT = {
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": 86_400,
    "API_REQUESTS_PER_PERSON": 10**6,
    "API_REQUESTS_PER_KEY": 10**6,
}
"""What a sweep of a few minutes must not stumble over."""


@dataclass
class House:
    """Two forces with one of everything each, and all who ask."""

    cast: Cast
    ours: Belongings
    elsewhere: Belongings
    theirs: Belongings
    visitors: list[Visitor]

    @property
    def owners(self) -> dict[str, Belongings]:
        return {"ours": self.ours, "another unit": self.elsewhere, "another force": self.theirs}

    def visitor(self, name: str) -> Visitor:
        return next(visitor for visitor in self.visitors if visitor.name == name)


def build() -> House:
    """The house, with everybody's session; call it inside a transaction that is rolled back."""
    cache.clear()
    cast = make_cast()
    people = {
        "contributor": cast.pc,
        "approver": _person(cast.root, "sgt.2087", Role.AREA_APPROVER),
        "moderator": cast.desk,
        "press": cast.press,
        "gold": _person(cast.root, "gold.oncall", Role.GOLD),
        "admin": cast.admin,
        "it admin": cast.itsec,
        "auditor": cast.auditor,
        "other press": cast.stranger,
        "other admin": _person(cast.other_root, "fen.itsec01", Role.IT_ADMIN),
    }
    house = House(
        cast=cast,
        ours=belongings_of(cast.press, cast.itsec, cast.coventry, "wombat"),
        elsewhere=belongings_of(cast.press, cast.itsec, cast.dudley, "ocelot"),
        theirs=belongings_of(cast.stranger, people["other admin"], cast.other_root, "quokka"),
        visitors=[Visitor("nobody"), *(Visitor.signed_in(name, person) for name, person in people.items())],
    )
    house.visitors.insert(-2, Visitor.with_key("it key", cast.itsec))
    return house


def _person(unit: Unit, username: str, role: str) -> Person:
    with acting_for(unit.force_id):
        system, slug = Actor.clock(unit.force_id), Role.objects.get(slug=role)
        user = add_user(actor=system, username=username, password_hash=_HASH)
        grant_role(actor=system, user=user, unit=unit, role=slug, now=clock.now(), reason="set-up")
        return Person(user)


@contextmanager
def undone_afterwards() -> Iterator[None]:
    """What is asked inside leaves nothing behind: no row, and no count of who has tried how often."""
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def address_of(route: Route, owner: Belongings) -> str:
    unknown = set(route.ids) - set(owner.ids)
    assert not unknown, f"{route.name} takes {unknown}: give tests/access/belongings.py one of these"
    return reverse(route.name, kwargs={name: owner.ids[name] for name in route.ids})


def body_for(route: Route, method: str, owner: Belongings) -> Any:
    if route.is_api:
        return json_body(route.template, method, owner.ids, owner.body)
    return owner.body


def fingerprint(force: Force) -> dict[str, str]:
    """A hash of every row of a force, by table, in one question."""
    parts = [
        f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) "
        f'FROM "{table}" AS t WHERE force_id = %(force)s'
        for table in sorted(model._meta.db_table for model in tenant_models())
    ]
    with across_forces(reason="comparing before and after"), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"force": force.pk})
        found: dict[str, str] = dict(cursor.fetchall())
        return found
