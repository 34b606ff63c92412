"""Every address, asked by everybody, with ids of one's own and of others: nobody reaches what is not theirs.

What each of them gets is kept in ``tests/snapshots/access_matrix.txt``, so that a change of who reaches what is
seen in the diff. ``HQDASH_WRITE_SNAPSHOTS=1`` writes it anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.urls import reverse

from hqdash.base import live
from tests.access.house import House, address_of, body_for, undone_afterwards
from tests.access.routes import Route, all_routes
from tests.access.visitors import Visitor, leaks

pytestmark = pytest.mark.django_db
MATRIX = Path(__file__).parents[1] / "snapshots" / "access_matrix.txt"
WRITES = bool(os.environ.get("HQDASH_WRITE_SNAPSHOTS"))
WIDE = 62
"""Characters of a line before its cells."""
OPEN_TO_ALL = {
    "health",
    "mfa_authenticate",
    "mfa_login_webauthn",
    # A link from an invitation is its own key; what leads on to a page of one's own leads a stranger to the door.
    "open_link",
    "choose_password",
    "mfa_list_webauthn",
} | {f"account_{page}" for page in ("login", "logout", "reauthenticate", "inactive")}
"""What somebody who is not signed in may open: the door itself, and whether the house stands."""
NAMES_OF_NOTHING = {"network", "token", "draft_key"}
"""Parts of addresses that belong to no force: the same everywhere, or looked up among the asker's own alone."""

OF_THEIRS = ("quokka", "fenland", "fen.press01", "fen.itsec01")
OF_OURS = ("wombat", "ocelot", "westmere", "press.03", "itsec.01")
OTHERS = frozenset({"other press", "other admin"})
NOT_FOR = {
    "nobody": OF_OURS + OF_THEIRS,
    **dict.fromkeys(OTHERS, OF_OURS),
    # What another unit of the same force has and says is none of a contributor's business either.
    "contributor": ("ocelot", *OF_THEIRS),
}
"""Words that may stand in no answer to these visitors; nobody else of ours may read those of the other force."""
WIDEST = frozenset({"contributor", "admin"})
"""Those of ours who ask for what is the other force's here; ``test_foreign_ids`` asks as more of them."""


SOME = ("nobody", "contributor", "admin", "it key", "other admin")
"""Who asks every day; in the full suite, and when the matrix is written anew, it is everybody."""


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("everybody", [False, pytest.param(True, marks=pytest.mark.full)])
def test_who_reaches_what(house: House, everybody: bool) -> None:
    everybody = everybody or WRITES
    visitors = [each for each in house.visitors if everybody or each.name in SOME]
    matrix: dict[str, dict[str, str]] = {}
    faults: list[str] = []
    for route in all_routes():
        for owner_name, owner in house.owners.items() if route.ids else [("", house.ours)]:
            address = address_of(route, owner)
            for method in route.methods:
                body = body_for(route, method, owner)
                cells = matrix[f"{route.name:<40}{owner_name:<15}{method:<7}"] = {}
                for visitor in visitors:
                    if not _worth_asking(visitor.name, owner_name):
                        cells[visitor.name] = "."
                        continue
                    with undone_afterwards():
                        answer = visitor.ask(method, address, body, as_json=route.is_api)
                        faults += [
                            f"{visitor.name}: {method} {route.name} {owner_name} = {answer.status_code} {fault}"
                            for fault in _faults(route, visitor, owner_name, answer)
                        ]
                    cells[visitor.name] = f"{answer.status_code}"
    assert not faults, "\n".join(faults)
    names = [visitor.name for visitor in house.visitors]
    if WRITES:
        MATRIX.write_text(_written(matrix, names))
    changed = _difference(matrix, _kept(names))
    assert not changed, (
        "who reaches what has changed: look at it, then HQDASH_WRITE_SNAPSHOTS=1 keeps it\n"
        + "\n".join(changed)
    )


def _written(matrix: dict[str, dict[str, str]], names: list[str]) -> str:
    head = f"{'address':<40}{'whose':<15}{'':<7}" + "".join(f"{name:<13}" for name in names)
    rows = [
        head,
        *(place + "".join(f"{cells[name]:<13}" for name in names) for place, cells in matrix.items()),
    ]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _kept(names: list[str]) -> dict[str, dict[str, str]]:
    """The matrix that was looked at, place by place."""
    lines = MATRIX.read_text().splitlines()[1:] if MATRIX.exists() else []
    return {
        f"{line[:WIDE]:<{WIDE}}": {
            name: line[WIDE + 13 * column :][:13].strip() for column, name in enumerate(names)
        }
        for line in lines
    }


def _difference(found: dict[str, dict[str, str]], kept: dict[str, dict[str, str]]) -> list[str]:
    lost = [f"{place.strip()}: is gone" for place in kept if place not in found]
    new = [f"{place.strip()}: is new" for place in found if place not in kept]
    other = [
        f"{place.strip()}, {name}: {kept[place][name]} became {status}"
        for place, cells in found.items()
        for name, status in cells.items()
        if place in kept and kept[place][name] != status
    ]
    return [*lost, *new, *other]


def _faults(route: Route, visitor: Visitor, owner: str, answer: HttpResponse) -> Iterator[str]:
    """What is wrong with an answer, whoever reads the matrix."""
    stays_out = (visitor.name in OTHERS) != (owner == "another force") or owner == "another unit"
    if answer.status_code >= 500:
        yield "is a fault of ours"
    if visitor.name == "nobody":
        if route.name not in OPEN_TO_ALL and not _sent_to_the_door(answer):
            yield "answers somebody who is not signed in"
    elif set(route.ids) - NAMES_OF_NOTHING and stays_out and answer.status_code not in _refusals(route):
        yield "answers about what is not theirs"
    if visitor.key and not route.is_api and answer.status_code != 403 and route.name != "health":
        yield "lets a program see a page for people"
    if found := leaks(answer, *NOT_FOR.get(visitor.name, OF_THEIRS)):
        yield f"shows {found}"


def _refusals(route: Route) -> set[int]:
    """The JSON door may judge a body before it looks anything up: its 422 is the same for every id."""
    return {403, 404, 405, 422} if route.is_api else {403, 404, 405}


def _worth_asking(visitor: str, owner: str) -> bool:
    """Strangers are turned away before anybody looks whose it is; only the contributor's rights end at a unit."""
    match owner:
        case "another unit":
            return visitor == "contributor"
        case "another force":
            return visitor in WIDEST | OTHERS
        case _:
            return True


def _sent_to_the_door(answer: HttpResponse) -> bool:
    if answer.status_code == 302:
        return answer["Location"].startswith(reverse("account_login"))
    return answer.status_code in {401, 405}


def test_no_filter_shows_anything_of_another_force(house: House) -> None:
    visitor, faults = house.visitor("press"), []
    for route in all_routes():
        if not route.ids and "GET" in route.methods:
            for query in house.theirs.filters:
                with undone_afterwards():
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
        "?after=%00&cursor=%00&q=%00&unit=%00&case=%00&author=%00&unit_id=%00&on=%00",
        # Cursors as a tinkerer would write them: [1, "x"] and ["\\u0000", "a", "x"].
        "?after=WzEsIngiXQ&cursor=WyJcdTAwMDAiLCJhIl0&limit=-1",
        "?after=WyJcdTAwMDAiLCJhIiwieCJd&unit=x&by=x&range=x&user=x&at=never&date=99999-99-99",
    ],
)
def test_a_damaged_address_never_breaks_a_page(house: House, query: str) -> None:
    visitor = house.visitor("admin")
    with undone_afterwards():
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
