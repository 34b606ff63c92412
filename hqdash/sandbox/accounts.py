"""The accounts that forces hold on the practice networks, and who may speak for them."""

import hashlib
import re
import sqlite3
import time
from dataclasses import dataclass

from hqdash.sandbox.state import State

NETWORKS = {"x": "X", "facebook": "Facebook", "wordpress": "WordPress"}
HANDLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class BadAccount(Exception):
    """The account cannot be made like this; the message says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """One force's account on one network."""

    external_id: str
    network: str
    handle: str
    name: str
    username: str
    made_at: float

    @property
    def network_name(self) -> str:
        return NETWORKS[self.network]


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the public on one network."""

    external_id: str
    handle: str
    name: str


def fingerprint(token: str) -> str:
    """What is kept of a token: enough to recognise it, not enough to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def bare_password(password: str) -> str:
    """An application password as WordPress compares it: the spaces are only for the eye."""
    return re.sub(r"[^A-Za-z0-9]", "", password)


def _account(row: sqlite3.Row | None) -> Account | None:
    if row is None:
        return None
    return Account(
        external_id=row["external_id"],
        network=row["network"],
        handle=row["handle"],
        name=row["name"],
        username=row["username"],
        made_at=row["made_at"],
    )


def put_account(
    state: State,
    *,
    network: str,
    handle: str,
    name: str,
    token: str,
    external_id: str = "",
    username: str = "",
) -> Account:
    """The account with this handle, made now or brought up to date; its token is replaced."""
    handle = handle.removeprefix("@")
    if network not in NETWORKS:
        raise BadAccount(f"There is no practice network called {network!r}.")
    if not HANDLE.fullmatch(handle):
        raise BadAccount("A handle has 1 to 64 letters, digits, dots, hyphens or underscores.")
    secret = bare_password(token) if network == "wordpress" else token
    if not secret:
        raise BadAccount("An account needs a token.")
    if external_id and not (external_id.isascii() and external_id.isdigit()):
        raise BadAccount("An external id is a number.")
    known = find_account(state, network=network, handle=handle)
    kept_id = known.external_id if known else (external_id or state.next_id())
    user = username or (known.username if known else "newsdesk")
    # WordPress knows a user by name and password together, so two sites may share a password.
    token_mark = fingerprint(f"{handle.lower()}:{secret}" if network == "wordpress" else secret)
    made_at = time.time()
    try:
        state.db.execute(
            "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (network, handle) DO UPDATE"
            " SET name = excluded.name, username = excluded.username, token_sha256 = excluded.token_sha256",
            (kept_id, network, handle, name or handle, user, token_mark, made_at),
        )
    except sqlite3.IntegrityError:
        raise BadAccount("Another account already has this token or this external id.") from None
    return Account(kept_id, network, handle, name or handle, user, known.made_at if known else made_at)


def find_account(state: State, *, network: str, handle: str) -> Account | None:
    """The account with this handle, or nothing."""
    row = state.db.execute(
        "SELECT * FROM account WHERE network = ? AND handle = ?", (network, handle.removeprefix("@"))
    ).fetchone()
    return _account(row)


def account_by_id(state: State, external_id: str) -> Account | None:
    """The account with this number, or nothing."""
    return _account(
        state.db.execute("SELECT * FROM account WHERE external_id = ?", (external_id,)).fetchone()
    )


def account_by_token(state: State, *, network: str, token: str) -> Account | None:
    """Whom this bearer token speaks for, or nobody."""
    row = state.db.execute(
        "SELECT * FROM account WHERE network = ? AND token_sha256 = ?", (network, fingerprint(token))
    ).fetchone()
    return _account(row) or _account(
        state.db.execute(
            "SELECT account.* FROM token JOIN account ON external_id = account_id WHERE token.network = ?"
            " AND token.token_sha256 = ? AND kind IN ('access', 'page') AND NOT revoked"
            " AND (ends_at IS NULL OR ends_at > ?)",
            (network, fingerprint(token), time.time()),
        ).fetchone()
    )


def site_user(state: State, *, handle: str, username: str, password: str) -> Account | None:
    """The WordPress site, when this user name and application password open it."""
    mark = fingerprint(f"{handle.lower()}:{bare_password(password)}")
    row = state.db.execute(
        "SELECT * FROM account WHERE network = 'wordpress' AND handle = ? AND username = ?"
        " AND token_sha256 = ?",
        (handle, username, mark),
    ).fetchone()
    return _account(row) or _account(
        state.db.execute(
            "SELECT account.* FROM token JOIN account ON external_id = account_id WHERE kind = 'password'"
            " AND handle = ? AND person = ? AND token.token_sha256 = ? AND NOT revoked",
            (handle, username, mark),
        ).fetchone()
    )


def all_accounts(state: State) -> list[Account]:
    """Every account, by network and name."""
    rows = state.db.execute("SELECT * FROM account ORDER BY network, name COLLATE NOCASE, handle")
    return [account for account in map(_account, rows) if account]


def person_called(state: State, *, network: str, author: str) -> Person:
    """The member of the public with this name, the same one every time."""
    name = " ".join(author.split())[:60] or "Member of the public"
    handle = re.sub(r"[^A-Za-z0-9]+", "_", name.removeprefix("@")).strip("_").lower()[:15] or "member"
    state.db.execute(
        "INSERT INTO person VALUES (?, ?, ?, ?) ON CONFLICT (network, handle) DO NOTHING",
        (state.next_id(), network, handle, name.removeprefix("@")),
    )
    row = state.db.execute(
        "SELECT * FROM person WHERE network = ? AND handle = ?", (network, handle)
    ).fetchone()
    return Person(external_id=row["external_id"], handle=row["handle"], name=row["name"])


def person_by_id(state: State, external_id: str) -> Person | None:
    """The member of the public with this number, or nothing."""
    row = state.db.execute("SELECT * FROM person WHERE external_id = ?", (external_id,)).fetchone()
    return Person(external_id=row["external_id"], handle=row["handle"], name=row["name"]) if row else None
