"""Reads a JSON file with lists of units, users, accounts and grants, whichever of them it holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.importing.cells import Cells, account_row, holds_role, person_row, role_row, unit_row
from accounts.importing.rows import Contents, Place, Problem, UnitRow
from hqdash.base.errors import Unprocessable

GROUPS = {
    "LPU": "Local policing units",
    "LPA": "Local policing areas",
    "OPS": "Operations and departments",
}
"""Codes that stand for a group of units wherever they begin a longer code."""
LISTS = {"units": "units", "users": "people", "people": "people", "accounts": "accounts", "grants": "roles"}


def read_json(name: str, text: str) -> Contents:
    """What the file says.

    Raises:
        Unprocessable: it is not JSON, or holds none of the lists.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as problem:
        raise Unprocessable(
            _("%(file)s, line %(line)d, column %(column)d: this is no JSON: %(why)s.")
            % {"file": name, "line": problem.lineno, "column": problem.colno, "why": problem.msg},
            "file",
        ) from None
    except RecursionError:
        raise Unprocessable(_("%(file)s is nested too deeply.") % {"file": name}, "file") from None
    held = [key for key in LISTS if isinstance(document, dict) and isinstance(document.get(key), list)]
    if not held:
        raise Unprocessable(
            _("%(file)s holds none of the lists units, users, accounts and grants.") % {"file": name}, "file"
        )
    contents = Contents(lists={LISTS[key] for key in held})
    for key in held:
        _read_list(contents, name, key, document[key])
    if contents.roles:
        contents.lists.add("roles")
    if "units" not in held:
        contents.units += _implied(contents)
    return contents


def _read_list(contents: Contents, name: str, key: str, entries: Iterable[Any]) -> None:
    for number, entry in enumerate(entries, start=1):
        place = Place(name, _("%(list)s, entry %(n)d") % {"list": key, "n": number})
        if not isinstance(entry, dict):
            contents.problems.append(Problem(place, "", _("This is no object with names and values.")))
            continue
        cells = Cells(place, _as_text(contents, place, entry))
        match LISTS[key]:
            case "units":
                contents.units.append(unit_row(cells))
            case "accounts":
                contents.accounts.append(account_row(cells))
            case "roles":
                contents.roles.append(role_row(cells))
            case _:
                contents.people.append(person_row(cells))
                if holds_role(cells):
                    cells.problems.clear()
                    contents.roles.append(role_row(cells))
        contents.problems += cells.problems


def _as_text(contents: Contents, place: Place, entry: dict[str, Any]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for column, value in entry.items():
        if isinstance(value, dict | list | bool):
            contents.problems.append(
                Problem(place, column, _("Write this as text, not as a list or object."))
            )
        elif value is not None:
            cells[column] = str(value)
    return cells


def _implied(contents: Contents) -> list[UnitRow]:
    """The units that accounts and people name; their names are taken from the accounts that they own."""
    named: dict[str, UnitRow] = {}

    def note(place: Place, code: str, name: Callable[[], str]) -> None:
        head = code.split("/", 1)[0]
        if head in GROUPS and head not in named:
            named[head] = UnitRow(place, head, GROUPS[head], is_implied=True)
        if code and code not in named:
            named[code] = UnitRow(place, code, name(), is_implied=True)

    for account in contents.accounts:
        note(account.place, account.unit, lambda account=account: unit_name(account.name))  # type: ignore[misc]
    for role in contents.roles:
        note(role.place, role.unit, lambda role=role: role.unit.rsplit("/", 1)[-1])  # type: ignore[misc]
    return list(named.values())


def unit_name(account_name: str) -> str:
    """What the unit behind an account is called, going by what the account is called."""
    name = account_name.removesuffix(" (DEMO)")
    for tail in (" Police", " neighbourhood team", " team"):
        name = name.removesuffix(tail)
    return name
