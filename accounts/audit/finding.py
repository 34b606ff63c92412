"""Finds the newest lines that fit some filters, so that each filter alone is one walk down one index.

Where a filter names several values (a unit with all below it, a group of acts), the newest of each value are
taken from its index and merged: ordering by one index and filtering by another reads everything between. Dates
become bounds of the number, which all indexes end with. Words are looked up by a function of the database,
because full text under row-level security could not use its index.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.audited import CLOCK_JUMPED, VAULT_OPENED

LONGEST_TRANSACTION = timedelta(hours=1)
HIGHEST = 2**63 - 1
ROUNDS, AT_ONCE = 6, 5_000
# The same letters part words in the database's accounts_book_split().
_APART = re.compile(r"[\s.,;:!?\-_/\\@#&+*=()\[\]{}<>|\"'%$~^`]+")
_DRIVERS = ("channel_id", "object_id", "username", "action", "unit_id")

_BEFORE = """
SELECT (SELECT id FROM accounts_auditentry WHERE force_id = %(force)s AND at >= %(until)s ORDER BY at, id LIMIT 1),
       (SELECT id FROM accounts_auditentry WHERE force_id = %(force)s AND at < %(since)s
        ORDER BY at DESC, id DESC LIMIT 1),
       EXISTS (SELECT 1 FROM accounts_auditentry WHERE force_id = %(force)s AND action = %(jumped)s)
"""


@dataclass(slots=True)
class Search:
    """What somebody looks for, as values that the database compares; ``None`` is no filter, ``[]`` finds nothing."""

    force_id: UUID
    one_of: dict[str, list[Any]] = field(default_factory=dict)
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""
    with_openings: bool = False


def newest(search: Search, *, before: int | None = None, most: int) -> list[int]:
    """The numbers of the newest lines, at most ``most``, older than ``before``."""
    if any(not values for values in search.one_of.values()):
        return []
    low, high = _bounds(search)
    high = min(high, before) if before is not None else high
    if not search.words:
        return _walked(search, low, high, most, None)
    found: list[int] = []
    for _round in range(ROUNDS if most <= AT_ONCE else 1):
        take = max(AT_ONCE, most)
        ids = _with_words(search, low, high, take)
        found += _walked(search, low, high, most - len(found), ids) if ids else []
        if len(ids) < take or len(found) >= most:
            break
        high = ids[-1]
    return found


def _bounds(search: Search) -> tuple[int, int]:
    """Between which numbers lines of these days can lie; a transaction that took long is allowed for."""
    if search.since is None and search.until is None:
        return -1, HIGHEST
    with connection.cursor() as cursor:
        cursor.execute(
            _BEFORE,
            {
                "force": str(search.force_id),
                "until": search.until + LONGEST_TRANSACTION if search.until else "infinity",
                "since": search.since - LONGEST_TRANSACTION if search.since else "-infinity",
                "jumped": CLOCK_JUMPED.name,
            },
        )
        above, below, jumped = cursor.fetchone()
    # Where the clock has jumped, numbers and times do not go up together: only the times count.
    if jumped:
        return -1, HIGHEST
    return (-1 if below is None else below), (HIGHEST if above is None else above)


def _walked(search: Search, low: int, high: int, most: int, ids: Sequence[int] | None) -> list[int]:
    where = ["e.force_id = %s", "e.id > %s", "e.id < %s"]
    values: list[Any] = [str(search.force_id), low, high]
    if ids is not None:
        where.append("e.id = ANY(%s)")
        values.append(list(ids))
    if not search.with_openings:
        where.append(f"e.action <> '{VAULT_OPENED.name}'")
    if search.since:
        where.append("e.at >= %s")
        values.append(search.since)
    if search.until:
        where.append("e.at < %s")
        values.append(search.until)
    driver = None if ids is not None else next((name for name in _DRIVERS if name in search.one_of), None)
    for name, wanted in search.one_of.items():
        if name != driver:
            where.append(f"e.{name} = ANY(%s{_type(name)})")
            values.append([str(one) for one in wanted])
    within = f"FROM accounts_auditentry AS e WHERE {' AND '.join(where)}"
    if driver is None:
        statement = f"SELECT e.id {within} ORDER BY e.id DESC LIMIT %s"
        parameters = [*values, most]
    elif len(search.one_of[driver]) == 1:
        statement = (
            f"SELECT e.id {within} AND e.{driver} = %s{_type(driver)[:-2]} ORDER BY e.id DESC LIMIT %s"
        )
        parameters = [*values, str(search.one_of[driver][0]), most]
    else:
        statement = (
            f"SELECT newest.id FROM unnest(%s{_type(driver)}) AS wanted(one) CROSS JOIN LATERAL ("
            f"SELECT e.id {within} AND e.{driver} = wanted.one ORDER BY e.id DESC LIMIT %s"
            ") AS newest ORDER BY newest.id DESC LIMIT %s"
        )
        parameters = [[str(one) for one in search.one_of[driver]], *values, most, most]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [entry_id for (entry_id,) in cursor.fetchall()]


def _type(column: str) -> str:
    return "::uuid[]" if column in ("channel_id", "unit_id") else "::text[]"


def _with_words(search: Search, low: int, high: int, most: int) -> list[int]:
    typed = [word for word in _APART.split(search.words) if word][:12]
    # What is one exact value is a word of the index too: the two are looked up together.
    exact = [
        f"{mark}:{search.one_of[name][0]}"
        for name, mark in (("username", "by"), ("action", "act"), ("channel_id", "at"), ("object_id", "it"))
        if len(search.one_of.get(name, ())) == 1
    ]
    if not typed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT accounts_book_search(%s, %s, %s, %s, %s)",
            [
                " & ".join(_quoted(word) for word in exact),
                " & ".join(f"{_quoted(word[:100])}:*" for word in typed),
                low,
                high,
                most,
            ],
        )
        return [entry_id for (entry_id,) in cursor.fetchall()]


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
