"""Every id of one force in every address and body, asked by people of the other: nothing read, nothing written."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.access.house import House, address_of, body_for, fingerprint, undone_afterwards
from tests.access.routes import Route, all_routes
from tests.access.test_routes import OF_OURS, OF_THEIRS, OTHERS
from tests.access.visitors import leaks

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]
GUESTS = [
    pytest.param("admin", "another force"),
    pytest.param("other admin", "ours"),
    pytest.param("it key", "another force", marks=pytest.mark.full),
    pytest.param("press", "another force", marks=pytest.mark.full),
    pytest.param("it admin", "another force", marks=pytest.mark.full),
    pytest.param("other press", "ours", marks=pytest.mark.full),
]


@pytest.mark.parametrize(("guest", "host"), GUESTS)
def test_no_id_in_an_address_or_a_body_reads_or_writes_what_is_another_forces(
    house: House, guest: str, host: str
) -> None:
    """Addresses of theirs with bodies of theirs, and addresses of one's own with bodies of theirs."""
    visitor, theirs = house.visitor(guest), house.owners[host]
    own = house.theirs if guest in OTHERS else house.ours
    force = house.cast.force if host == "ours" else house.cast.other_force
    words = OF_OURS if host == "ours" else OF_THEIRS
    routes = [route for route in all_routes() if route.is_api or not visitor.key]
    before, asked, faults = fingerprint(force), 0, []

    def look(route: Route, method: str, owner_is_theirs: bool) -> None:
        owner = theirs if owner_is_theirs else own
        with transaction.atomic():
            answer = visitor.ask(
                method, address_of(route, owner), body_for(route, method, theirs), as_json=route.is_api
            )
            wrote = method != "GET" and fingerprint(force) != before
            transaction.set_rollback(True)
        if wrote or answer.status_code >= 500 or leaks(answer, *words):
            said = leaks(answer, *words)
            faults.append(f"{method} {route.name} = {answer.status_code} wrote: {wrote}, shows {said}")

    for route in routes:
        for method in route.methods:
            for owner_is_theirs in (True, False) if route.ids and method != "GET" else (bool(route.ids),):
                look(route, method, owner_is_theirs)
                asked += 1
    assert faults == []
    assert asked > 20


@pytest.mark.parametrize("guest", ["admin", "other admin"])
def test_looking_alone_never_writes_into_another_force(house: House, guest: str) -> None:
    visitor = house.visitor(guest)
    theirs = house.ours if guest in OTHERS else house.theirs
    force = house.cast.force if guest in OTHERS else house.cast.other_force
    before = fingerprint(force)
    with undone_afterwards():
        for route in all_routes():
            if route.ids and "GET" in route.methods:
                visitor.ask("GET", address_of(route, theirs))
        assert fingerprint(force) == before
