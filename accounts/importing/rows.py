"""What a file says, row by row, and what is wrong with it; plain values without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file something stands, in the words that a person looks for."""

    file: str
    where: str

    def __str__(self) -> str:
        return f"{self.file}, {self.where}" if self.where else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that keeps the file from being imported: where, in which column, and why."""

    place: Place
    column: str
    sentence: str

    def __str__(self) -> str:
        column = f", {self.column}" if self.column else ""
        return f"{self.place}{column}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit. ``is_implied`` when only its code was used: then it may be added, but is never renamed or moved."""

    place: Place
    code: str
    name: str
    parent: str = ""
    is_implied: bool = False


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who signs in."""

    place: Place
    username: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A social account and the unit that owns it."""

    place: Place
    network: str
    handle: str
    name: str
    unit: str
    coverage: str = ""


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role that somebody holds on a unit, from one day to another, both included."""

    place: Place
    username: str
    role: str
    unit: str
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(slots=True)
class Contents:
    """Everything that one or several files say."""

    units: list[UnitRow] = field(default_factory=list)
    people: list[PersonRow] = field(default_factory=list)
    accounts: list[AccountRow] = field(default_factory=list)
    roles: list[RoleRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What a person should know before believing the rest, such as a guessed encoding."""
    lists: set[str] = field(default_factory=set)
    """Which of units, people, accounts and roles the files list as such, so that one may be missing from them."""

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return len(self.units) + len(self.people) + len(self.accounts) + len(self.roles)

    def take(self, more: Contents) -> None:
        """Add what another file says."""
        self.units += more.units
        self.people += more.people
        self.accounts += more.accounts
        self.roles += more.roles
        self.problems += more.problems
        self.notes += more.notes
        self.lists |= more.lists
