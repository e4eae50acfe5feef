"""The SQL client of checks: it asks the system's database as the system itself may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg2
import psycopg2.extensions
import psycopg2.extras

from workbench.checking.failure import CheckFailed

STATEMENT_SECONDS = 10

#: An answer owns the database: names must not mean what it made them mean, and it must not wait.
_OPTIONS = f"-c search_path=pg_catalog,public -c statement_timeout={STATEMENT_SECONDS}s"

Row = dict[str, Any]


class Refused(Exception):
    """The database did not take a statement. code: the SQLSTATE."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{code} {message}")


class Sql:
    """A connection to a system's database. Every statement is a transaction of its own.

    It has the rights of the answer's own role and no more: the answer may have put functions and
    triggers in its way.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg2.extensions.connection | None = None

    def __call__(self, text: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Row]:
        """Run one statement; its rows as dictionaries, none for one that returns none.

        Raises CheckFailed when the database refuses it.
        """
        try:
            return self.attempt(text, parameters)
        except Refused as error:
            raise CheckFailed(
                sent=" ".join(text.split()),
                expected="the database takes this statement",
                got=str(error),
                look="the tables, columns and constraints that the text asks for",
            ) from None

    def attempt(self, text: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[Row]:
        """Like a call, for statements that a check expects to fail. Raises Refused."""
        try:
            with self._connected().cursor() as cursor:
                cursor.execute(text, parameters or None)
                return [dict(row) for row in cursor.fetchall()] if cursor.description else []
        except psycopg2.Error as error:
            first = str(error).strip().splitlines() or ["no answer"]
            raise Refused(error.pgcode or "08000", first[0]) from None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _connected(self) -> psycopg2.extensions.connection:
        if self._connection is None:
            psycopg2.extras.register_uuid()
            self._connection = psycopg2.connect(
                self._url, cursor_factory=psycopg2.extras.RealDictCursor, options=_OPTIONS
            )
            self._connection.autocommit = True
        return self._connection
