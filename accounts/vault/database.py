"""The opener's own connections to the database, which it finds again when the database was away."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg2
import psycopg2.errors
import psycopg2.extensions

Result = TypeVar("Result")

CONNECTIONS = 8
PATIENCE = 3.0
AWAY = (psycopg2.OperationalError, psycopg2.InterfaceError)


class OpenerDatabase:
    """A few connections that are shared by everybody who asks."""

    def __init__(self, url: str, *, prepare: Callable[[Any], None]) -> None:
        self._url = url
        self._prepare = prepare
        # None stands for a connection that has yet to be made.
        self._kept: queue.LifoQueue[psycopg2.extensions.connection | None] = queue.LifoQueue()
        for _ in range(CONNECTIONS):
            self._kept.put(None)

    def ask(self, work: Callable[[Any], Result], *, atomic: bool = True) -> Result:
        """Do the work with a cursor; a database that restarts meanwhile costs a pause, not an error."""
        give_up_at = time.monotonic() + PATIENCE
        while True:
            try:
                with self._connection() as connection, connection.cursor() as cursor:
                    if not atomic:
                        return work(cursor)
                    cursor.execute("BEGIN")
                    try:
                        result = work(cursor)
                    except BaseException:
                        if not connection.closed:
                            cursor.execute("ROLLBACK")
                        raise
                    cursor.execute("COMMIT")
                    return result
            except AWAY:
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.05)

    def close(self) -> None:
        """Hang up."""
        while not self._kept.empty():
            connection = self._kept.get()
            if connection is not None:
                connection.close()

    def _prepare_once(self, cursor: Any) -> None:
        try:
            self._prepare(cursor)
        except psycopg2.errors.UndefinedTable as error:
            # The tables are yet to be made: as good as a database that is away.
            raise psycopg2.OperationalError(str(error)) from None

    @contextmanager
    def _connection(self) -> Iterator[psycopg2.extensions.connection]:
        connection = self._kept.get()
        try:
            if connection is None or connection.closed:
                connection = psycopg2.connect(self._url, connect_timeout=3, application_name="hqdash-opener")
                connection.autocommit = True
                with connection.cursor() as cursor:
                    self._prepare_once(cursor)
            yield connection
        except AWAY:
            if connection is not None:
                connection.close()
            connection = None
            raise
        finally:
            self._kept.put(connection)
