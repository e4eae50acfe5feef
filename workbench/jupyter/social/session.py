"""A session of the live social database, and what its statements bring for a notebook."""

from __future__ import annotations

import contextlib
import json
from decimal import Decimal
from typing import Any

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from workbench.checking.explaining import explained
from workbench.checking.failure import CheckFailed
from workbench.checking.sql import Sql
from workbench.closing import Closing
from workbench.running.social import SocialDatabase
from workbench.running.sql_part import told
from workbench.running.sql_text import statement_starts

#: Rows of one result that a notebook gets.
MOST_ROWS = 1000

#: Tables whose rows tell how much there is.
COUNTED = ("users", "posts", "follows", "likes")

#: Seconds for one statement of a notebook.
STATEMENT_SECONDS = 60

_SETTINGS = {
    "search_path": "public",
    "TimeZone": "UTC",
    "client_min_messages": "notice",
}
_OPTIONS = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())

#: What ANALYZE says of the server's own tables, many times.
_NOISE = "WARNING:  permission denied to "

#: In the place of a cell's file name.
_CELL = "This cell"


class EnteredDatabase(Closing):
    """A database of the tenant's, with a session in which a notebook's cells run."""

    def __init__(self, database: SocialDatabase) -> None:
        self._database = database
        self.url = database.database_url
        self._session: Connection | None = None

    @property
    def session(self) -> Connection:
        """The session; another one after it has ended."""
        if self._session is None or self._session.closed:
            self._session = open_session(self.url)
        return self._session

    def close(self) -> None:
        """Leave it; it stays."""
        if self._session is not None:
            self._session.close()
        self._database.close(keep_database=True)


def open_session(url: str, seconds: int = STATEMENT_SECONDS) -> Connection:
    """A connection in autocommit mode, each of whose statements may take so many seconds."""
    options = f"{_OPTIONS} -c statement_timeout={seconds}s"
    opened = psycopg2.connect(url, options=options, client_encoding="UTF8", connect_timeout=10)
    opened.autocommit = True
    return opened


def run_statements(session: Connection, text: str, parameters: Any) -> dict[str, Any]:
    """Run statements one after another, until one fails: {"results", "notices", "trouble",
    "open": is a transaction open?}."""
    results, trouble = [], ""
    starts = statement_starts(text)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        try:
            results.append(_run(session, text[start:end], parameters))
        except psycopg2.Error as error:
            trouble = told(_CELL, text, error, start, start)
            break
        except (ValueError, TypeError, LookupError, ArithmeticError) as error:
            trouble = f"{_CELL}\n{type(error).__name__}: {error}"
            break
    notices = [line.strip() for line in session.notices if not line.startswith(_NOISE)]
    session.notices = []
    is_open = not session.closed and session.info.transaction_status != TRANSACTION_STATUS_IDLE
    return {"results": results, "notices": notices, "trouble": trouble, "open": is_open}


def explain(url: str, text: str, parameters: Any) -> Any:
    """Run one statement and undo it: the plan as EXPLAIN tells it. Raises CheckFailed when it is
    refused."""
    sql = Sql(url)
    with contextlib.closing(sql):
        try:
            statement = sql.filled(text, parameters)
        except (LookupError, TypeError, ValueError, psycopg2.Error) as error:
            look = "what stands after each %: %(name)s for a value, %% for a percent sign"
            raise CheckFailed("values for the places", str(error), text, look) from None
        return explained(sql, statement, timing=True)


def measured(session: Connection) -> dict[str, Any]:
    """How much there is: {"rows": {table: how many}, "bytes"}."""
    with session.cursor() as cursor:
        rows = {}
        for table in COUNTED:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
            if cursor.fetchone() == (True,):
                cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - one of ours
                (rows[table],) = cursor.fetchone() or (0,)
        cursor.execute("SELECT pg_database_size(current_database())")
        (size,) = cursor.fetchone() or (0,)
    return {"rows": rows, "bytes": size}


def _run(session: Connection, statement: str, parameters: Any) -> dict[str, Any]:
    """One statement: {"columns", "rows", "more": are there more than these?, "tag"}."""
    with session.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        columns = [column.name for column in cursor.description or []]
        rows = cursor.fetchmany(MOST_ROWS) if cursor.description else []
        return {
            "columns": columns,
            "rows": [[_plain(value) for value in row] for row in rows],
            "more": bool(cursor.description) and cursor.rowcount > len(rows),
            "tag": cursor.statusmessage or "",
        }


def _plain(value: Any) -> Any:
    """The value as JSON has it; what that cannot say becomes text."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, memoryview | bytes):
        return f"\\x{bytes(value).hex()}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
