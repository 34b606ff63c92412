"""What is written on the practice networks: posts, comments and mentions, whoever wrote them."""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields

from hqdash.sandbox.accounts import Account, Person
from hqdash.sandbox.state import State

# An entry nobody can reach any more: taken down, erased or lying in the bin.
GONE = ("deleted", "removed", "trash")


@dataclass(frozen=True, slots=True)
class Entry:
    """One text on one network."""

    number: int
    external_id: str
    network: str
    account_id: str
    kind: str
    author_id: str
    author_handle: str
    author_name: str
    by_account: bool
    post_id: str
    parent_id: str
    title: str
    text: str
    link: str
    slug: str
    status: str
    hidden: bool
    at: float
    stored_at: float

    @property
    def gone(self) -> bool:
        return self.status in GONE


NAMES = tuple(field.name for field in fields(Entry))


def _entry(row: sqlite3.Row) -> Entry:
    values = {name: row[name] for name in NAMES}
    values["by_account"] = bool(values["by_account"])
    values["hidden"] = bool(values["hidden"])
    return Entry(**values)


def write_entry(
    state: State,
    *,
    account: Account,
    kind: str,
    text: str,
    author: Account | Person,
    external_id: str = "",
    post_id: str = "",
    parent_id: str = "",
    title: str = "",
    link: str = "",
    slug: str = "",
    status: str = "published",
    addressed: Sequence[str] = (),
    skew: float = 0.0,
) -> Entry:
    """A new text, kept at once. `addressed` are the accounts whom it mentions."""
    now = time.time()
    with state.together() as db:
        cursor = db.execute(
            "INSERT INTO entry (external_id, network, account_id, kind, author_id, author_handle,"
            " author_name, by_account, post_id, parent_id, title, text, link, slug, status, at, stored_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                external_id or state.next_id(),
                account.network,
                account.external_id,
                kind,
                author.external_id,
                author.handle,
                author.name,
                isinstance(author, Account),
                post_id,
                parent_id,
                title,
                text,
                link,
                slug,
                status,
                now + skew,
                now,
            ),
        )
        number = cursor.lastrowid
        if account.network == "wordpress" and not external_id:
            # WordPress counts its posts and comments; the row's own number does that.
            db.execute("UPDATE entry SET external_id = ? WHERE number = ?", (str(number), number))
        for account_id in addressed:
            db.execute("INSERT OR IGNORE INTO addressed VALUES (?, ?)", (number, account_id))
        row = db.execute("SELECT * FROM entry WHERE number = ?", (number,)).fetchone()
    return _entry(row)


def get_entry(state: State, *, network: str, external_id: str) -> Entry | None:
    """The text with this id, gone or not, or nothing."""
    row = state.db.execute(
        "SELECT * FROM entry WHERE network = ? AND external_id = ?", (network, external_id)
    ).fetchone()
    return _entry(row) if row else None


def change_entry(state: State, entry: Entry, **changes: object) -> Entry:
    """The entry after the change."""
    names = ", ".join(f"{name} = ?" for name in changes)
    state.db.execute(f"UPDATE entry SET {names} WHERE number = ?", (*changes.values(), entry.number))
    return _entry(state.db.execute("SELECT * FROM entry WHERE number = ?", (entry.number,)).fetchone())


def erase_entry(state: State, entry: Entry) -> None:
    """Take the text away for good; its id answers as unknown from now on."""
    change_entry(state, entry, status="deleted" if entry.kind == "post" else "removed")


def select_entries(
    state: State,
    where: str,
    values: Sequence[object],
    *,
    newest_first: bool = True,
    limit: int = 1000,
    offset: int = 0,
    older_than: float | None = None,
) -> list[Entry]:
    """Entries by a condition of ours; `older_than` leaves out what was stored after that moment."""
    if older_than is not None:
        where, values = f"({where}) AND stored_at <= ?", (*values, older_than)
    order = "DESC" if newest_first else "ASC"
    rows = state.db.execute(
        f"SELECT * FROM entry WHERE {where} ORDER BY number {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return [_entry(row) for row in rows]


def count_entries(state: State, where: str, values: Sequence[object]) -> int:
    """How many entries meet a condition of ours."""
    return int(state.db.execute(f"SELECT count(*) FROM entry WHERE {where}", values).fetchone()[0])


def newest_post(state: State, account: Account) -> Entry | None:
    """The account's newest post that still stands."""
    posts = select_entries(
        state,
        "account_id = ? AND kind = 'post' AND by_account AND status IN ('published', 'publish')",
        (account.external_id,),
        limit=1,
    )
    return posts[0] if posts else None
