"""Every address, asked by everybody, with ids of one's own and of others: nobody reaches what is not theirs.

What each of them gets is kept in ``tests/snapshots/access_matrix.txt``, so that a change of who reaches what is
seen in the diff. ``HQDASH_WRITE_SNAPSHOTS=1`` writes it anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Force
from hqdash.base import live
from hqdash.base.schema_guard import tenant_models
from hqdash.base.tenancy import across_forces, acting_for
from tests.access.belongings import Belongings, belongings_of
from tests.access.routes import Route, all_routes
from tests.cast import Cast, Person

MATRIX = Path(__file__).parents[1] / "snapshots" / "access_matrix.txt"
OPEN_TO_ALL = {"health", "mfa_authenticate"} | {
    f"account_{page}" for page in ("login", "logout", "reauthenticate", "inactive")
}
"""What somebody who is not signed in may open: the door itself, and whether the house stands."""

OF_THEIRS = ("quokka", "fenland", "fen.press01")
OF_OURS = ("wombat", "ocelot", "westmere", "press.03")
NOT_FOR = {
    "nobody": OF_OURS + OF_THEIRS,
    "other force": OF_OURS,
    # What another unit of the same force has and says is none of a contributor's business either.
    "contributor": ("ocelot", *OF_THEIRS),
}
"""Words that may stand in no answer to these visitors; nobody else of ours may read those of the other force."""


@dataclass
class Visitor:
    """Somebody who asks; their session stays the same whatever a page does to it."""

    name: str
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def signed_in(cls, name: str, person: Person) -> Visitor:
        client = Client()
        with acting_for(person.user.force_id):
            client.force_login(person.user)
        return cls(name, {key: morsel.value for key, morsel in client.cookies.items()})

    def ask(self, method: str, address: str, body: dict[str, str] | None = None) -> HttpResponse:
        """The answer, as it comes without anything of this test around it."""
        client = Client(raise_request_exception=False)
        client.cookies = SimpleCookie(self.cookies)
        if method == "GET":
            return Context().run(client.get, address)
        form = "application/x-www-form-urlencoded"
        return Context().run(client.post, address, urlencode(body or {}), content_type=form)


@dataclass
class House:
    """Everybody and everything of the sweep."""

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


@pytest.fixture
def house(cast: Cast) -> House:
    cache.clear()
    people = {
        "contributor": cast.pc,
        "moderator": cast.desk,
        "press": cast.press,
        "admin": cast.admin,
        "auditor": cast.auditor,
        "other force": cast.stranger,
    }
    return House(
        cast=cast,
        ours=belongings_of(cast.press, cast.coventry, "wombat"),
        elsewhere=belongings_of(cast.press, cast.dudley, "ocelot"),
        theirs=belongings_of(cast.stranger, cast.other_root, "quokka"),
        visitors=[Visitor("nobody"), *(Visitor.signed_in(name, person) for name, person in people.items())],
    )


@contextmanager
def undone_afterwards() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def address_of(route: Route, owner: Belongings) -> str:
    unknown = set(route.ids) - set(owner.ids)
    assert not unknown, f"{route.name} takes {unknown}: give tests/access/belongings.py one of these"
    return reverse(route.name, kwargs={name: owner.ids[name] for name in route.ids})


def fingerprint(force: Force) -> dict[str, str]:
    """A hash of every row of a force, by table."""
    found = {}
    with across_forces(reason="comparing before and after"), connection.cursor() as cursor:
        for model in tenant_models():
            table = model._meta.db_table
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) "
                f'FROM "{table}" AS t WHERE force_id = %s',
                [force.pk],
            )
            found[table] = cursor.fetchone()[0]
    return found


def leaks(answer: HttpResponse, *words: str) -> list[str]:
    """The words of the other force that stand in the answer or its headers."""
    if answer.streaming:
        return []
    said = (answer.content.decode("utf-8", "replace") + str(answer.headers)).lower()
    return [word for word in words if word in said]


def test_who_reaches_what(house: House) -> None:
    lines, faults = [], []
    for route in all_routes():
        for owner_name, owner in house.owners.items() if route.ids else [("", house.ours)]:
            address = address_of(route, owner)
            for method in route.methods:
                cells = []
                for visitor in house.visitors:
                    if not _worth_asking(visitor.name, owner_name):
                        cells.append(".")
                        continue
                    with undone_afterwards():
                        answer = visitor.ask(method, address, owner.body)
                    status = answer.status_code
                    cells.append(f"{status}")
                    asked = f"{visitor.name}: {method} {route.name} {owner_name} = {status}"
                    faults += [f"{asked} {fault}" for fault in _faults(route, visitor, owner_name, answer)]
                lines.append(
                    f"{route.name:<34}{owner_name:<15}{method:<6}" + "".join(f"{c:<13}" for c in cells)
                )
    assert not faults, "\n".join(faults)
    head = f"{'address':<34}{'whose':<15}{'':<6}" + "".join(f"{v.name:<13}" for v in house.visitors)
    _compare("\n".join(line.rstrip() for line in [head, *lines]) + "\n")


def _faults(route: Route, visitor: Visitor, owner: str, answer: HttpResponse) -> Iterator[str]:
    """What is wrong with an answer, whoever reads the matrix."""
    stays_out = (visitor.name == "other force") != (owner == "another force") or owner == "another unit"
    if answer.status_code >= 500:
        yield "is a fault of ours"
    if visitor.name == "nobody":
        if route.name not in OPEN_TO_ALL and not _sent_to_the_door(answer):
            yield "answers somebody who is not signed in"
    elif route.ids and stays_out and answer.status_code not in {403, 404, 405}:
        yield "answers about what is not theirs"
    if found := leaks(answer, *NOT_FOR.get(visitor.name, OF_THEIRS)):
        yield f"shows {found}"


def _worth_asking(visitor: str, owner: str) -> bool:
    """Strangers are turned away before anybody looks whose it is; only the contributor's rights end at a unit."""
    match owner:
        case "another unit":
            return visitor == "contributor"
        case "another force":
            return visitor != "nobody"
        case _:
            return True


def _sent_to_the_door(answer: HttpResponse) -> bool:
    if answer.status_code == 302:
        return answer["Location"].startswith(reverse("account_login"))
    return answer.status_code in {401, 405}


def _compare(matrix: str) -> None:
    if os.environ.get("HQDASH_WRITE_SNAPSHOTS"):
        MATRIX.write_text(matrix)
    kept = MATRIX.read_text() if MATRIX.exists() else ""
    assert matrix == kept, "who reaches what has changed: look at it, then HQDASH_WRITE_SNAPSHOTS=1 keeps it"


@pytest.mark.parametrize(("guest", "host"), [("press", "another force"), ("other force", "ours")])
def test_no_address_writes_into_another_force(house: House, guest: str, host: str) -> None:
    owner, visitor = house.owners[host], house.visitor(guest)
    force = house.cast.other_force if host == "another force" else house.cast.force
    before = fingerprint(force)

    answers = [
        visitor.ask("POST", address_of(route, owner), owner.body).status_code
        for route in all_routes()
        if "POST" in route.methods and not route.name.startswith("account_")
    ]

    assert len(answers) > 10
    assert fingerprint(force) == before


def test_no_filter_shows_anything_of_another_force(house: House) -> None:
    visitor, faults = house.visitor("press"), []
    for route in all_routes():
        if not route.ids and "GET" in route.methods:
            for query in house.theirs.filters:
                answer = visitor.ask("GET", reverse(route.name) + query)
                # A damaged or foreign filter may be repeated as it was typed; a name in the house may not be shown.
                typed = {house.theirs.author.user.username}
                found = set(leaks(answer, *OF_THEIRS)) - typed
                if found or answer.status_code >= 500:
                    faults.append(f"{route.name}{query} = {answer.status_code} {found}")
    assert faults == []


@pytest.mark.parametrize(
    "query",
    [
        "?after=%00",
        # Cursors as a tinkerer would write them: [1, "x"] and ["\\u0000", "a", "x"].
        "?after=WzEsIngiXQ",
        "?after=WyJcdTAwMDAiLCJhIiwieCJd",
        "?q=%00&unit=%00&case=%00&author=%00",
        "?unit=x&by=x&range=x",
    ],
)
def test_a_damaged_address_never_breaks_a_page(house: House, query: str) -> None:
    for visitor in (house.visitor("press"), house.visitor("auditor")):
        faults = [
            route.name
            for route in all_routes()
            if not route.ids
            and "GET" in route.methods
            and visitor.ask("GET", reverse(route.name) + query).status_code >= 500
        ]
        assert faults == []


def test_the_live_stream_is_closed_to_strangers_and_other_forces(house: House) -> None:
    keys = {"post": house.theirs.post.pk, "moderation": f"open:{house.theirs.unit.pk}:{house.theirs.case.pk}"}
    for name in live._pages:
        address = reverse("live") + f"?page={name}&id={keys.get(name, '')}"
        assert house.visitor("nobody").ask("GET", address).status_code == 401
        visitor = house.visitor("press")
        page = live.page_named(name)
        assert page is not None
        fragments = page.render(house.cast.press.actor, str(keys.get(name, ""))) or []
        shown = "".join(fragment.html for fragment in fragments).lower()
        assert "quokka" not in shown
        assert "fenland" not in shown
        if not fragments:
            assert visitor.ask("GET", address).status_code == 403
    post = reverse("live") + f"?page=post&id={house.theirs.post.pk}"
    assert house.visitor("press").ask("GET", post).status_code == 403
