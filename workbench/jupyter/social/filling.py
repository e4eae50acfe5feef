"""Fill a database that has the social schema with invented data."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from workbench.bench.provider import BenchError
from workbench.jupyter.social.sizes import SIZES
from workbench.running.postgres_wire import is_server_fault
from workbench.running.sql_part import told
from workbench.running.sql_text import statement_starts

DEMO_DATA = "sql/data/social.sql"

#: After that: plans need statistics. What is materialized has been while there was nothing.
_REFRESHED = """
    DO $$
    DECLARE view regclass;
    BEGIN
        FOR view IN SELECT oid FROM pg_class WHERE relkind = 'm' LOOP
            EXECUTE format('REFRESH MATERIALIZED VIEW %s', view);
        END LOOP;
    END $$;
    ANALYZE;
"""

#: Told what is filled next.
Tell = Callable[[str], None]


class DoesNotFit(Exception):
    """The schema does not take the data: the message says where, and what PostgreSQL said."""


def nobody(_doing: str) -> None:
    """Who does not want to be told."""


def count_steps(text: str) -> int:
    """How often fill() tells."""
    return len(statement_starts(text)) + 1


def fill(session: Connection, text: str, size: str, at: datetime, tell: Tell = nobody) -> None:
    """Run the text of DEMO_DATA in one transaction of the session, which is in autocommit mode.

    at: when the data ends. All is undone when that raises: DoesNotFit, BenchError when the server
    is at fault, and whatever `tell` raises.
    """
    with session.cursor() as cursor:
        text = cursor.mogrify(text, {**SIZES[size], "at": at}).decode()
        starts = statement_starts(text)
        where, seen, start = DEMO_DATA, text, 0
        try:
            with _transaction(session):
                for number, start in enumerate(starts):
                    statement = text[start : (*starts, len(text))[number + 1]]
                    tell(_subject(statement))
                    cursor.execute(statement)
                where, seen = "Views and statistics", ""
                tell("views and statistics")
                cursor.execute(_REFRESHED)
        except psycopg2.Error as error:
            if is_server_fault(error.pgcode, error.diag.source_function):
                raise BenchError(f"PostgreSQL failed: {error}") from None
            place = start if seen else None
            raise DoesNotFit(told(where, seen, error, place, start)) from None
    session.notices = []


@contextlib.contextmanager
def _transaction(session: Connection) -> Iterator[None]:
    with session.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            yield
        except BaseException:
            with contextlib.suppress(psycopg2.Error):  # a session that has ended has undone it
                cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")


def _subject(statement: str) -> str:
    """The table that a statement fills, or what it prepares."""
    filled = re.match(r"INSERT INTO (\w+)", statement)
    if filled:
        return filled[1]
    return "indexes and foreign keys" if "FROM put_aside" in statement else "preparations"
