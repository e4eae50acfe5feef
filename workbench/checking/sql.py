"""The SQL client of checks: it asks the system's database as the system itself may."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import psycopg2
import psycopg2.extensions
import psycopg2.extras
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, TRANSACTION_STATUS_INTRANS

from workbench.checking.failure import CheckFailed
from workbench.checking.holding import Holding, holding
from workbench.checking.http import shorten
from workbench.checking.rows import Row, Rows
from workbench.running.postgres_wire import is_server_fault

STATEMENT_SECONDS = 10

#: Rows of one statement. Their bytes are bounded on the way: running/gate.py.
MOST_ROWS = 10_000

#: An answer owns the database, and may have given it and its role settings of their own: names and
#: values must not mean what it made them mean, and a check must not wait.
SESSION = {
    # pg_catalog comes first of itself, and pg_temp would as well. What is made goes to public.
    "search_path": "public,pg_temp",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "transform_null_equals": "off",
    "default_transaction_read_only": "off",
    "default_transaction_isolation": "read\\ committed",
    "default_transaction_deferrable": "off",
    "row_security": "on",
    "standard_conforming_strings": "on",
    "array_nulls": "on",
    "client_min_messages": "error",
    "DateStyle": "ISO",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}
_OPTIONS = " ".join(f"-c {name}={value}" for name, value in SESSION.items())


#: Before each statement, by the state of the session: triggers and functions of the answer run in
#: it and may have changed its settings, put a temporary table in the place of another, or listened
#: on a channel. PostgreSQL takes DISCARD ALL outside transactions only.
_CLEANING = {
    TRANSACTION_STATUS_IDLE: "DISCARD ALL",
    TRANSACTION_STATUS_INTRANS: "RESET ALL; DISCARD TEMP",
}


class Refused(Exception):
    """The database did not take a statement. code: the SQLSTATE."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{code} {message}")


class Sql:
    """A connection to a system's database. Every statement is a transaction of its own, but for
    those after a BEGIN.

    It has the rights of the answer's own role and no more: the answer may have put functions and
    triggers in its way.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg2.extensions.connection | None = None

    def __call__(self, text: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Rows:
        """Run one statement; its rows, none for one that returns none.

        Raises CheckFailed when the database refuses it, or returns too much.
        """
        try:
            return self.attempt(text, parameters)
        except Refused as error:
            raise CheckFailed(
                sent=self.written_out(text, parameters),
                expected="the database takes this statement",
                got=str(error),
                look="the tables, columns and constraints that the text asks for",
            ) from None

    def attempt(self, text: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Rows:
        """Like a call, for statements that a check expects to fail. Raises Refused."""
        try:
            found = self._run(text, parameters)
        except psycopg2.Error as error:
            if is_server_fault(error.pgcode, error.diag.source_function):
                raise  # the bench's fault
            first = str(error).strip().splitlines() or ["no answer"]
            if error.pgcode is None:
                first = ["the connection ended: the system closed it, or the result is too large"]
            raise Refused(error.pgcode or "08000", first[0][:500]) from None
        except (ValueError, ArithmeticError, LookupError, RecursionError) as error:
            # BC dates, JSON that is nested too deeply, an encoding without a name in Python.
            raise Refused("0A000", f"a value that cannot be read: {error}"[:500]) from None
        if len(found) > MOST_ROWS:
            raise Refused("54000", f"the result has more than {MOST_ROWS} rows")
        return Rows((Row(row) for row in found), " ".join(text.split()))

    def written_out(self, text: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> str:
        """The statement on one line, with its values in their places: as psql would take it."""
        try:
            text = self.filled(text, parameters)
        except psycopg2.Error:
            text = f"{text} {parameters}"
        return shorten(" ".join(text.split()))

    def filled(self, text: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> str:
        """The statement with its values in their places, as it is sent. Raises psycopg2.Error;
        LookupError, TypeError or ValueError when the values do not fit the places."""
        with self._connected().cursor() as cursor:
            return cursor.mogrify(text, parameters or None).decode("utf-8", "replace")

    def holding(
        self, text: str, parameters: Sequence[Any] | dict[str, Any] = (), *, keep: bool = True
    ) -> AbstractContextManager[Holding]:
        """Run a statement in a transaction that stays open meanwhile, on another connection.

        It ends with the block: requests sent in it wait for what the statement has locked. keep:
        whether it is committed then, or rolled back.
        """
        return holding(self, Sql(self._url), text, parameters, keep=keep)

    @property
    def left_open(self) -> int:
        """How many connections to this database have a transaction open and do nothing in it."""
        found = self(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
        )
        return len(found)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _run(self, text: str, parameters: Sequence[Any] | dict[str, Any]) -> list[dict[str, Any]]:
        opened = self._connected()
        state = opened.info.transaction_status
        try:
            with opened.cursor() as cursor:
                if state in _CLEANING:
                    cursor.execute(_CLEANING[state])
                cursor.execute(text, parameters or None)
                return cursor.fetchmany(MOST_ROWS + 1) if cursor.description else []
        finally:
            if opened.closed and state == TRANSACTION_STATUS_IDLE:
                self._connection = None  # a transaction that is lost is not gone on with anew

    def _connected(self) -> psycopg2.extensions.connection:
        if self._connection is None:
            psycopg2.extras.register_uuid()
            self._connection = psycopg2.connect(
                self._url,
                cursor_factory=psycopg2.extras.RealDictCursor,
                options=_OPTIONS,
                client_encoding="UTF8",
                connect_timeout=STATEMENT_SECONDS,
            )
            self._connection.autocommit = True
        return self._connection
