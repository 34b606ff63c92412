"""Reads a CSV file: its heading tells whether it lists units, people with their roles, or accounts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.importing.cells import Cells, account_row, holds_role, person_row, role_row, unit_row
from accounts.importing.rows import Contents, Place, Problem
from hqdash.base.errors import Unprocessable

SEPARATORS = (",", ";", "\t")
COLUMNS = {
    "units": ("code", "name", "parent"),
    "accounts": ("network", "handle", "name", "unit", "coverage"),
    "people": ("username", "role", "unit", "from", "until"),
}
NEEDED = {
    "units": {"code", "name"},
    "accounts": {"network", "handle", "unit"},
    "people": {"username"},
}
OTHER_WORDS = {
    "user name": "username",
    "user": "username",
    "unit code": "unit",
    "tier": "role",
    "starts": "from",
    "ends": "until",
    "parent code": "parent",
    "account": "handle",
}


def read_csv(name: str, text: str) -> Contents:
    """What the file says.

    Raises:
        Unprocessable: the heading is not one of ours.
    """
    separator = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    contents = Contents()
    try:
        heading = [_column(cell) for cell in next(reader)]
        kind = _kind(name, heading)
        contents.lists = {kind, "roles"} if kind == "people" and "role" in heading else {kind}
        for line, row in _rows(reader):
            place = Place(name, _("line %(n)d") % {"n": line})
            if len(row) != len(heading):
                sentence = _("The row has %(row)d cells, the heading has %(heading)d.")
                contents.problems.append(
                    Problem(place, "", sentence % {"row": len(row), "heading": len(heading)})
                )
            else:
                _take(contents, kind, Cells(place, dict(zip(heading, row, strict=True))))
    except csv.Error as problem:
        place = Place(name, _("line %(n)d") % {"n": reader.line_num})
        sentence = _("The line cannot be read as CSV: %(why)s.") % {"why": problem}
        contents.problems.append(Problem(place, "", sentence))
    if not contents.rows and not contents.problems:
        raise Unprocessable(_("%(file)s has a heading but no rows.") % {"file": name}, "file")
    return contents


def _rows(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of its first line."""
    line = reader.line_num  # type: ignore[attr-defined]  # the csv module's own reader
    for row in reader:
        if any(cell.strip() for cell in row):
            yield line + 1, row
        line = reader.line_num  # type: ignore[attr-defined]


def _take(contents: Contents, kind: str, cells: Cells) -> None:
    match kind:
        case "units":
            contents.units.append(unit_row(cells))
        case "accounts":
            contents.accounts.append(account_row(cells))
        case _:
            contents.people.append(person_row(cells))
            if holds_role(cells):
                cells.problems.clear()
                contents.roles.append(role_row(cells))
    contents.problems += cells.problems


def _separator(text: str) -> str:
    """The sign between the cells: the one that makes the most of our columns out of the heading."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    known = {column for columns in COLUMNS.values() for column in columns}

    def found(separator: str) -> int:
        return sum(_column(cell.strip().strip('"')) in known for cell in first.split(separator))

    return max(SEPARATORS, key=found)


def _column(cell: str) -> str:
    word = " ".join(cell.strip().lower().replace("_", " ").split())
    return OTHER_WORDS.get(word, word)


def _kind(name: str, heading: list[str]) -> str:
    for kind, needed in NEEDED.items():
        if needed <= set(heading):
            twice = {column for column in heading if column and heading.count(column) > 1}
            if twice:
                raise Unprocessable(
                    _("%(file)s, line 1: the column %(column)s is there twice.")
                    % {"file": name, "column": min(twice)},
                    "file",
                )
            unknown = [column for column in heading if column not in COLUMNS[kind]]
            if unknown:
                raise Unprocessable(
                    _(
                        "%(file)s, line 1: the column “%(column)s” is not known. A list of %(kind)s has: %(all)s."
                    )
                    % {"file": name, "column": unknown[0], "kind": kind, "all": ", ".join(COLUMNS[kind])},
                    "file",
                )
            return kind
    raise Unprocessable(
        _(
            "%(file)s, line 1: the heading “%(heading)s” names no list that is known here. Units need code and name, "
            "people need username, accounts need network, handle and unit."
        )
        % {"file": name, "heading": ", ".join(heading)[:120]},
        "file",
    )
