"""Apps, codes and tokens of the practice networks: who may speak for an account, since when and until when."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass

from hqdash.sandbox.accounts import Account, bare_password, fingerprint
from hqdash.sandbox.state import State

# The beginning by which a search for leaked secrets finds them.
MARK = "practice-token"
CODE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class App:
    """An app that a force has registered."""

    network: str
    client_id: str
    redirect_uris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for, before it is traded."""

    account_ids: tuple[str, ...]
    redirect_uri: str
    challenge: str
    scopes: str


@dataclass(frozen=True, slots=True)
class Token:
    """What the network knows of a token."""

    number: int
    kind: str
    account_id: str
    client_id: str
    person: str
    scopes: str
    ends_at: float | None
    revoked: bool
    made_at: float

    @property
    def works(self) -> bool:
        return not self.revoked and (self.ends_at is None or self.ends_at > time.time())


def put_app(
    state: State, *, network: str, client_id: str, client_secret: str, redirect_uris: list[str]
) -> App:
    """Register an app, or bring it up to date."""
    state.db.execute(
        "INSERT INTO app VALUES (?, ?, ?, ?) ON CONFLICT (network, client_id) DO UPDATE"
        " SET secret_sha256 = excluded.secret_sha256, redirect_uris = excluded.redirect_uris",
        (network, client_id, fingerprint(client_secret), json.dumps(redirect_uris)),
    )
    return App(network, client_id, tuple(redirect_uris))


def find_app(state: State, *, network: str, client_id: str, secret: str | None = None) -> App | None:
    """The app with this id (and this secret, where one is given)."""
    row = state.db.execute(
        "SELECT * FROM app WHERE network = ? AND client_id = ?", (network, client_id)
    ).fetchone()
    if row is None or (secret is not None and row["secret_sha256"] != fingerprint(secret)):
        return None
    return App(network, client_id, tuple(json.loads(row["redirect_uris"])))


def make_code(
    state: State,
    *,
    app: App,
    account_ids: list[str],
    redirect_uri: str,
    challenge: str = "",
    scopes: str = "",
) -> str:
    """A code for the redirect; it lives half a minute and is good for one trade."""
    code = f"{MARK}-code-{secrets.token_urlsafe(24)}"
    state.db.execute(
        "INSERT INTO code VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (
            fingerprint(code), app.network, app.client_id, json.dumps(account_ids), redirect_uri, challenge,
            scopes, time.time() + CODE_SECONDS,
        ),
    )  # fmt: skip
    return code


def whose_code(state: State, code: str) -> str:
    """The first account that an unused code speaks for, without trading it; "" for any other."""
    row = state.db.execute(
        "SELECT account_ids FROM code WHERE code_sha256 = ? AND NOT used", (fingerprint(code),)
    ).fetchone()
    return str(json.loads(row["account_ids"])[0]) if row else ""


def trade_code(state: State, *, app: App, code: str, redirect_uri: str, verifier: str = "") -> Code | None:
    """What the code stands for, once; None when it is unknown, used, late, or not for this app and address."""
    mark = fingerprint(code)
    row = state.db.execute("SELECT * FROM code WHERE code_sha256 = ? AND NOT used", (mark,)).fetchone()
    if row is None:
        return None
    state.db.execute("UPDATE code SET used = 1 WHERE code_sha256 = ?", (mark,))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    fits = (
        row["network"] == app.network
        and row["client_id"] == app.client_id
        and row["redirect_uri"] == redirect_uri
        and row["ends_at"] > time.time()
        and row["challenge"] in ("", challenge)
    )
    if not fits:
        return None
    return Code(tuple(json.loads(row["account_ids"])), redirect_uri, row["challenge"], row["scopes"])


def give_token(
    state: State,
    *,
    kind: str,
    account: Account,
    client_id: str,
    lasts: float | None = None,
    person: str = "",
    scopes: str = "",
) -> str:
    """A fresh token for the account."""
    if kind == "password":
        token = "".join(
            secrets.choice("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(24)
        )
        mark = fingerprint(f"{account.handle.lower()}:{bare_password(token)}")
    else:
        token = f"{MARK}-{account.network}-{kind}-{secrets.token_urlsafe(32)}"
        mark = fingerprint(token)
    now = time.time()
    state.db.execute(
        "INSERT INTO token (token_sha256, kind, network, account_id, client_id, person, scopes, ends_at, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            mark, kind, account.network, account.external_id, client_id, person, scopes,
            now + lasts if lasts is not None else None, now,
        ),
    )  # fmt: skip
    return token


def find_token(state: State, token: str) -> Token | None:
    """What is known of a token, whether it still works or not."""
    row = state.db.execute("SELECT * FROM token WHERE token_sha256 = ?", (fingerprint(token),)).fetchone()
    return _token(row) if row else None


def first_token(account: Account, *, client_id: str = "") -> Token:
    """The token with which an account was opened from outside: nobody agreed to it on a page, but it works."""
    kind = {"x": "access", "facebook": "page", "wordpress": "password"}[account.network]
    return Token(
        number=0,
        kind=kind,
        account_id=account.external_id,
        client_id=client_id,
        person=account.username,
        scopes="HQ Dash",
        ends_at=None,
        revoked=False,
        made_at=account.made_at,
    )


def find_password(state: State, account: Account, username: str, password: str) -> Token | None:
    """The same for an application password of a site's user."""
    mark = fingerprint(f"{account.handle.lower()}:{bare_password(password)}")
    row = state.db.execute(
        "SELECT * FROM token WHERE token_sha256 = ? AND person = ? AND kind = 'password'", (mark, username)
    ).fetchone()
    return _token(row) if row else None


def end_token(state: State, token: Token) -> None:
    """The token is worth nothing from now on."""
    if token.number:
        state.db.execute("UPDATE token SET revoked = 1 WHERE number = ?", (token.number,))
        return
    nothing = fingerprint(secrets.token_urlsafe(32))
    state.db.execute("UPDATE account SET token_sha256 = ? WHERE external_id = ?", (nothing, token.account_id))


def end_all_of(state: State, account: Account, *, kinds: tuple[str, ...] = ()) -> int:
    """The person withdraws the app at the network, or its tokens run out: how many ended."""
    names = kinds or ("access", "refresh", "person", "page", "password")
    places = ", ".join("?" * len(names))
    cursor = state.db.execute(
        f"UPDATE token SET revoked = 1 WHERE account_id = ? AND NOT revoked AND kind IN ({places})",
        (account.external_id, *names),
    )
    if not kinds or set(kinds) & {"access", "page", "password"}:
        end_token(state, first_token(account))
    return int(cursor.rowcount)


def _token(row: object) -> Token:
    kept = dict(row)  # type: ignore[call-overload]  # a row of the state file
    for name in ("token_sha256", "network"):
        kept.pop(name)
    return Token(**{**kept, "revoked": bool(kept["revoked"])})
