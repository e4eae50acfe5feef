"""Whether PostgreSQL answers, in about a millisecond, also when it hangs instead of refusing."""

from __future__ import annotations

import select
import time
from typing import Any

import psycopg2
from psycopg2.extensions import POLL_OK, POLL_READ

SECONDS = 2.0


class PostgresProbe:
    """One connection of its own, kept open. An ordinary query would wait for a hung server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    def problem(self) -> str | None:
        """None when the server answers, otherwise why not."""
        try:
            if self._connection is None:
                self._connection = psycopg2.connect(self._url, async_=True)
                _wait(self._connection)
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                _wait(self._connection)
        except (psycopg2.OperationalError, psycopg2.InterfaceError, TimeoutError) as error:
            self.close()
            return str(error).strip()
        return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _wait(connection: Any) -> None:
    deadline = time.monotonic() + SECONDS
    while (state := connection.poll()) != POLL_OK:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"no answer within {SECONDS:.0f} s")
        reading = state == POLL_READ
        select.select([connection] if reading else [], [] if reading else [connection], [], left)
