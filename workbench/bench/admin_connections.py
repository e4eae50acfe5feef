"""Connections with the administrator's rights."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg2
import redis
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class
from redis.backoff import NoBackoff
from redis.retry import Retry

CONNECT_SECONDS = 10

#: An administrator in a tenant's database must never meet a tenant's function, table or operator
#: under the name of the server's own: it would run with the administrator's rights. This goes
#: before what ALTER DATABASE, which its owner may use, has set. Names of tenants are qualified.
OPTIONS = "-c search_path=pg_catalog,pg_temp"


def connect(url: str) -> Connection:
    """An open connection in autocommit mode."""
    opened = psycopg2.connect(
        url,
        connect_timeout=CONNECT_SECONDS,
        application_name="workbench bench",
        options=OPTIONS,
    )
    opened.autocommit = True
    return opened


def execute(
    opened: Connection, statement: str | sql.Composable, parameters: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows; none when it has no result."""
    with opened.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def redis_client(url: str) -> Any:
    """A client that decodes answers, and fails at once: the default retries for seconds."""
    return redis.Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=CONNECT_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        driver_info=None,  # to tell its version, each connection would parse redis-py's metadata
    )


class AdminConnections:
    """Connections to one database. Every thread that needs one gets its own; idle ones are kept."""

    def __init__(self, url: str, relieve: Callable[[], bool]) -> None:
        """relieve: makes room on a server that has no place for a lock; whether it could."""
        self.url, self._relieve = url, relieve
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        try:
            opened = self._idle.get_nowait()
        except queue.Empty:
            opened = connect(self.url)
        try:
            yield opened
        finally:
            if opened.closed:
                opened.close()
            else:
                self._idle.put(opened)

    def execute(
        self, statement: str | sql.Composable, parameters: Sequence[Any] = ()
    ) -> list[tuple[Any, ...]]:
        with self.connection() as opened:
            try:
                return execute(opened, statement, parameters)
            except errors.OutOfMemory:
                if not self._relieve():
                    raise
                return execute(opened, statement, parameters)

    def close(self) -> None:
        while not self._idle.empty():
            self._idle.get_nowait().close()
