"""Judges single cells: a name, a code, a date. A cell is text and stays text, whatever it looks like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.importing.rows import AccountRow, PersonRow, Place, Problem, RoleRow, UnitRow

USERNAME = re.compile(r"[\w.@+-]+\Z")
COVERAGES = ("24x7", "staffed", "rota", "unmonitored_ooh")
NETWORKS = {"twitter": "x"}
"""Names that a network had before."""
LIMITS = {"code": 120, "name": 200, "parent": 120, "unit": 120, "username": 150, "handle": 200, "role": 120}


@dataclass(slots=True)
class Cells:
    """The cells of one row, by column; what is wrong with one is kept beside it."""

    place: Place
    given: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, column: str, sentence: str) -> None:
        """Note that a cell cannot be taken."""
        self.problems.append(Problem(self.place, column, sentence))

    def text(self, column: str, *, needed: bool = False) -> str:
        """The cell without the spaces around it."""
        value = self.given.get(column, "").strip()
        if needed and not value:
            self.refuse(column, _("This cell must not be empty."))
        if not value.isprintable():
            self.refuse(column, _("There is a sign in it that cannot be printed, such as a line break."))
        limit = LIMITS.get(column, 200)
        if len(value) > limit:
            self.refuse(column, _("It is longer than %(n)d characters.") % {"n": limit})
        return value

    def code(self, column: str, *, needed: bool = False) -> str:
        """The code of a unit: no spaces within it."""
        value = self.text(column, needed=needed)
        if any(sign.isspace() for sign in value):
            self.refuse(column, _("A code has no spaces: “%(code)s”.") % {"code": value})
        return value

    def username(self) -> str:
        """A name that somebody can sign in under."""
        value = self.text("username", needed=True)
        if value and not USERNAME.match(value):
            self.refuse(
                "username",
                _("“%(name)s” is no user name: use letters, digits and the signs . _ - + @ only.")
                % {"name": value[:40]},
            )
        return value

    def day(self, column: str) -> date | None:
        """A date as 2026-08-31 or 31/08/2026."""
        value = self.text(column)
        if not value:
            return None
        for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                day = datetime.strptime(value, pattern).date()
            except ValueError:
                continue
            if 1990 <= day.year <= 2200:
                return day
        self.refuse(
            column,
            _("“%(date)s” is no date. Write it as 2026-08-31 or 31/08/2026.") % {"date": value[:40]},
        )
        return None


def unit_row(cells: Cells) -> UnitRow:
    """A unit."""
    code = cells.code("code", needed=True)
    name = cells.text("name", needed=True)
    parent = cells.code("parent")
    if parent and parent == code:
        cells.refuse("parent", _("The unit %(code)s cannot stand below itself.") % {"code": code})
    return UnitRow(cells.place, code, " ".join(name.split()), parent)


def account_row(cells: Cells) -> AccountRow:
    """A social account."""
    network = cells.text("network", needed=True).lower()
    handle = cells.text("handle", needed=True).removeprefix("@")
    name = cells.text("name") or handle
    coverage = cells.text("coverage").lower()
    if coverage and coverage not in COVERAGES:
        cells.refuse(
            "coverage",
            _("“%(coverage)s” is not known. Use one of: %(all)s.")
            % {"coverage": coverage[:40], "all": ", ".join(COVERAGES)},
        )
    unit = cells.code("unit", needed=True)
    return AccountRow(cells.place, NETWORKS.get(network, network), handle, name, unit, coverage)


def person_row(cells: Cells) -> PersonRow:
    """Somebody who signs in."""
    return PersonRow(cells.place, cells.username())


def role_row(cells: Cells) -> RoleRow:
    """A role that somebody holds on a unit."""
    username = cells.username()
    role = cells.text("role", needed=True)
    unit = cells.code("unit", needed=True)
    starts, ends = cells.day("from"), cells.day("until")
    if starts and ends and ends < starts:
        cells.refuse("until", _("It ends before it starts."))
    return RoleRow(cells.place, username, role, unit, starts, ends)


def holds_role(cells: Cells) -> bool:
    """Whether the row of a person also names a role; half of one is taken for a whole one, and complained about."""
    return any(cells.given.get(column, "").strip() for column in ("role", "unit", "from", "until"))
