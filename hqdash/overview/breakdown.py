"""The break-down table: one row for each unit, account, user or network, one column for each figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Channel
from hqdash.base.cards import Column
from hqdash.networks.network import NoSuchNetwork, get_network
from hqdash.overview.look import Look

MOST_ROWS = 100
SPARK_POINTS = 30


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about, under which keys the desks count it, and where its name leads."""

    label: str
    keys: tuple[str, ...]
    url: str = ""
    hint: str = ""
    """The network whose glyph stands before it."""
    itself: bool = False
    """True for what belongs to the scope itself and to none of its parts."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of the table."""

    value: float
    tone: str = ""

    @property
    def shown(self) -> str:
        """The number as people read it."""
        return f"{self.value:,.0f}" if self.value == int(self.value) else f"{self.value:,.1f}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, with its course over time."""

    subject: Subject
    cells: tuple[Cell, ...]
    course: tuple[float, ...]

    @property
    def is_busy(self) -> bool:
        """True when anything happened in it."""
        return any(cell.value for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """The whole break-down, the busiest row first."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sorted_by: int
    course_label: str
    left_out: int = 0


def table_of(look: Look, columns: Sequence[Column], channels: Sequence[Channel]) -> Table:
    """The columns of all desks, brought together row by row."""
    drawn = next((place for place, column in enumerate(columns) if column.course_by_key), None)
    sorted_by = drawn if drawn is not None else 0
    rows = [_row(subject, columns, drawn) for subject in _subjects(look, columns, channels)]
    rows.sort(key=lambda row: row.cells[sorted_by].value if row.cells else 0, reverse=True)
    if look.by in {"account", "user"}:
        # A long tail of rows in which nothing happened says nothing.
        rows = [row for row in rows if row.is_busy] or rows
    elif len(rows) > 1:
        rows = [row for row in rows if row.is_busy or not row.subject.itself]
    return Table(
        columns=tuple(columns),
        rows=tuple(rows[:MOST_ROWS]),
        sorted_by=sorted_by,
        course_label=str(columns[drawn].label) if drawn is not None else "",
        left_out=max(0, len(rows) - MOST_ROWS),
    )


def _row(subject: Subject, columns: Sequence[Column], drawn: int | None) -> Row:
    cells = []
    for column in columns:
        value = sum(column.by_key.get(key, 0) for key in subject.keys)
        cells.append(Cell(value, column.tone_over_zero if value else ""))
    courses = columns[drawn].course_by_key if drawn is not None else None
    found = [courses[key] for key in subject.keys if key in courses] if courses else []
    return Row(subject, tuple(cells), smoothed(tuple(map(sum, zip(*found, strict=True)))))


def smoothed(course: tuple[float, ...], points: int = SPARK_POINTS) -> tuple[float, ...]:
    """A course in few enough points for a line the size of a word."""
    if len(course) <= points:
        return course
    at_once = -(-len(course) // points)
    # Counted from the end, so that the newest point is a whole one.
    first = len(course) % at_once
    return tuple(sum(course[start : start + at_once]) for start in range(first, len(course), at_once))


def _subjects(look: Look, columns: Sequence[Column], channels: Sequence[Channel]) -> list[Subject]:
    match look.by:
        case "account":
            return [_account(channel) for channel in channels]
        case "user":
            names = sorted({key for column in columns for key in column.by_key if key})
            leads = next((column.url_for for column in columns if column.url_for), None)
            return [Subject(name, (name,), leads(name) if leads else "") for name in names]
        case "network":
            return [_network(look, slug) for slug in sorted({channel.network for channel in channels})]
        case _:
            return _units(look)


def _units(look: Look) -> list[Subject]:
    subjects = []
    for part in look.territory.parts(look.unit_id):
        alone = part.itself and not look.territory.children.get(part.unit.pk)
        label = (
            part.unit.name if alone or not part.itself else _("%(unit)s itself") % {"unit": part.unit.name}
        )
        # A unit without parts opens into its accounts.
        where = look.address(unit=str(part.unit.pk), by="" if part.can_be_opened else "account")
        subjects.append(
            Subject(
                label,
                tuple(str(unit_id) for unit_id in part.unit_ids),
                "" if part.itself and not alone else reverse("overview:dashboard") + where,
                itself=part.itself and not alone,
            )
        )
    return subjects


def _account(channel: Channel) -> Subject:
    return Subject(
        channel.at_handle,
        (str(channel.pk),),
        reverse("accounts:channel", args=[channel.pk]),
        hint=channel.network,
    )


def _network(look: Look, slug: str) -> Subject:
    words = {"network": slug} | ({"unit": str(look.unit_id)} if look.unit_id else {})
    return Subject(
        network_name(slug), (slug,), f"{reverse('accounts:channels')}?{urlencode(words)}", hint=slug
    )


def network_name(slug: str) -> str:
    """The network's name; its slug when its folder is gone."""
    try:
        return get_network(slug).name
    except NoSuchNetwork:
        return slug


def within(channels: Sequence[Channel], unit_ids: Sequence[UUID] | None) -> list[Channel]:
    """The channels of these units; all when there is no limit."""
    if unit_ids is None:
        return list(channels)
    wanted = set(unit_ids)
    return [channel for channel in channels if channel.unit_id in wanted]
