"""Whether PostgreSQL answers, in some milliseconds, also when it hangs instead of refusing."""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Sequence
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ

from workbench.bench.admin_connections import OPTIONS

SECONDS = 2.0

TROUBLE = (psycopg2.OperationalError, psycopg2.InterfaceError, TimeoutError)


class PostgresProbe:
    """One connection of its own, kept open. An ordinary query would wait for a hung server.

    The kept connection tells of a server that was away since the last look, even when it is back:
    it did not survive. A fresh one tells of a server that has just been killed, whose sessions
    may live on for a moment.
    """

    def __init__(self, url: str) -> None:
        """Raises psycopg2.OperationalError when the server does not answer now."""
        self._url = url
        self._connection: Any = open_async(url)

    def problem(self) -> str | None:
        """None when the server answers, and has done so since the last look; else why not."""
        try:
            if self._connection is None:
                self._connection = open_async(self._url)
                return "it did not a moment ago"
            ask(self._connection, "SELECT 1")
            with contextlib.closing(open_async(self._url)) as fresh:
                ask(fresh, "SELECT 1")
        except TROUBLE as error:
            self.close()
            with contextlib.suppress(*TROUBLE):
                self._connection = open_async(self._url)
            return str(error).strip()
        return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def open_async(url: str) -> Any:
    """A connection that never waits longer than SECONDS for the server. Raises one of TROUBLE."""
    connection = psycopg2.connect(url, async_=True, options=OPTIONS)
    _wait(connection)
    return connection


def ask(connection: Any, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one statement on such a connection: its rows. Raises one of TROUBLE."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        _wait(connection)
        return list(cursor.fetchall())


def _wait(connection: Any) -> None:
    deadline = time.monotonic() + SECONDS
    while (state := connection.poll()) != POLL_OK:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no answer within {SECONDS:.0f} s")
        reading = state == POLL_READ
        select.select([connection] if reading else [], [] if reading else [connection], [], left)
