"""Keeps everything the practice networks know in one SQLite file, so that a restart forgets nothing."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FILE_NAME = "sandbox.sqlite3"

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    external_id TEXT PRIMARY KEY,
    network TEXT NOT NULL,
    handle TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    token_sha256 TEXT NOT NULL,
    made_at REAL NOT NULL,
    UNIQUE (network, handle),
    UNIQUE (network, token_sha256)
);
CREATE TABLE IF NOT EXISTS person (
    external_id TEXT PRIMARY KEY,
    network TEXT NOT NULL,
    handle TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL,
    UNIQUE (network, handle)
);
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    external_id TEXT NOT NULL,
    network TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account,
    kind TEXT NOT NULL CHECK (kind IN ('post', 'comment', 'mention')),
    author_id TEXT NOT NULL,
    author_handle TEXT NOT NULL,
    author_name TEXT NOT NULL,
    by_account INTEGER NOT NULL,
    post_id TEXT NOT NULL,
    parent_id TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    link TEXT NOT NULL,
    slug TEXT NOT NULL,
    status TEXT NOT NULL,
    hidden INTEGER NOT NULL DEFAULT 0,
    at REAL NOT NULL,
    stored_at REAL NOT NULL,
    UNIQUE (network, external_id)
);
CREATE INDEX IF NOT EXISTS entry_of_account ON entry (account_id, kind, number);
CREATE INDEX IF NOT EXISTS entry_of_author ON entry (author_id, number);
CREATE INDEX IF NOT EXISTS entry_below ON entry (network, parent_id, number);
CREATE INDEX IF NOT EXISTS entry_of_post ON entry (network, post_id, number);
CREATE TABLE IF NOT EXISTS addressed (
    number INTEGER NOT NULL REFERENCES entry,
    account_id TEXT NOT NULL REFERENCES account,
    PRIMARY KEY (account_id, number)
);
CREATE TABLE IF NOT EXISTS fault (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    network TEXT NOT NULL,
    handle TEXT NOT NULL COLLATE NOCASE,
    kind TEXT NOT NULL,
    operation TEXT NOT NULL,
    times INTEGER,
    value REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS app (
    network TEXT NOT NULL,
    client_id TEXT NOT NULL,
    secret_sha256 TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    PRIMARY KEY (network, client_id)
);
CREATE TABLE IF NOT EXISTS code (
    code_sha256 TEXT PRIMARY KEY,
    network TEXT NOT NULL,
    client_id TEXT NOT NULL,
    account_ids TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    scopes TEXT NOT NULL,
    ends_at REAL NOT NULL,
    used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS token (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    token_sha256 TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('access', 'refresh', 'person', 'page', 'password')),
    network TEXT NOT NULL,
    account_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    person TEXT NOT NULL,
    scopes TEXT NOT NULL,
    ends_at REAL,
    revoked INTEGER NOT NULL DEFAULT 0,
    made_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS token_of_account ON token (account_id, kind);
"""

TABLES = ("token", "code", "app", "addressed", "entry", "person", "account", "fault")

# The largest number that the file can hold or compare with.
LARGEST = 2**63 - 1

# Twitter's own epoch: ids made from it look and sort like the real ones.
EPOCH_MS = 1_288_834_974_657


class State:
    """The open state file. All use is from the event loop's thread, one short statement at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE_NAME
        # Tests start the server in a thread of its own; the file itself is never used by two at once.
        self.db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing this way; only a power cut could lose the last moments.
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA foreign_keys=ON")
        self.db.executescript(SCHEMA)
        self._last_id = 0
        self._id_lock = threading.Lock()

    def next_id(self) -> str:
        """A number like X's snowflakes: grows with time, never comes twice."""
        with self._id_lock:
            by_clock = (int(time.time() * 1000) - EPOCH_MS) << 22
            self._last_id = max(by_clock, self._last_id + 1)
            return str(self._last_id)

    @contextmanager
    def together(self) -> Iterator[sqlite3.Connection]:
        """Several statements that happen all or not at all."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def forget_everything(self) -> None:
        """An empty world, as on the first day."""
        with self.together() as db:
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")

    def close(self) -> None:
        self.db.close()
