"""The learner's live social database: the reference's parts, with every current answer in it."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from psycopg2.extensions import connection as Connection  # noqa: N812 - a class

from workbench.checking.explaining import explained
from workbench.checking.failure import CheckFailed
from workbench.checking.sql import Sql
from workbench.closing import Closing
from workbench.course import Course
from workbench.jupyter.answers import Answers
from workbench.jupyter.live import Live
from workbench.running.overlay import digest
from workbench.running.runner import Runner
from workbench.running.social import FOLDER, SocialDatabase, start_social
from workbench.running.sql_part import told
from workbench.running.sql_text import statement_starts
from workbench.running.system import NotReady, Stage

#: What a new database is filled with, where there is any, and how much of it.
DEMO_DATA = "sql/data/social.sql"
SIZE = {
    "users": 200,
    "posts": 2_000,
    "follows": 4_000,
    "likes": 6_000,
    "reposts": 600,
    "activities": 1_000,
}

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

#: Rows of one result that a notebook gets.
MOST_ROWS = 1000

#: Databases of earlier answers that are kept, with what is in them.
MOST_KEPT = 4

_SETTINGS = {
    "search_path": "public",
    "statement_timeout": "60s",
    "TimeZone": "UTC",
    "client_min_messages": "notice",
}
_OPTIONS = " ".join(f"-c {name}={value}" for name, value in _SETTINGS.items())

#: What ANALYZE says of the server's own tables, many times.
_NOISE = "WARNING:  permission denied to "

#: In the place of a cell's file name.
_CELL = "This cell"


class SocialSystem(Closing):
    """Makes the database when it is first asked, and another one after an answer has changed it.

    The database of an earlier text comes back with what was in it when that text does.
    """

    def __init__(self, runner: Runner, course: Course, live: Live) -> None:
        self._runner, self._course, self._live = runner, course, live
        self._known: dict[str, tuple[str, str]] = {}  # texts -> database, what does not fit
        self._full: set[str] = set()  # texts whose database has its demo data
        self._name = ""
        self._database: SocialDatabase | None = None
        self._session: Connection | None = None
        self._stale = True
        self._trouble: NotReady | None = None  # why it cannot be made; it is not tried twice

    def swap(self) -> None:
        """An answer has changed."""
        self._stale, self._trouble = True, None

    def ready(self) -> dict[str, Any]:
        """Have the database: {"note": what of the schema does not fit}. Raises NotReady."""
        return {"note": self._ready().trouble}

    def address(self) -> str:
        """The database's URL, with the learner's password. Raises NotReady."""
        return self._filled().database_url

    def run(self, text: str, parameters: Any = ()) -> dict[str, Any]:
        """Run statements one after another, until one fails: {"results", "notices", "trouble",
        "open": is a transaction open?, "note"}. Raises NotReady."""
        database = self._filled()
        session = self._connected(database)
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
        return {"results": results, "notices": notices, "trouble": trouble, "open": is_open,
                "note": database.trouble}  # fmt: skip

    def explain(self, text: str, parameters: Any = ()) -> dict[str, Any]:
        """Run one statement and undo it: {"plan": as EXPLAIN tells it}. Raises NotReady;
        CheckFailed when it is refused."""
        sql = Sql(self._filled().database_url)
        with contextlib.closing(sql):
            try:
                statement = sql.filled(text, parameters)
            except (LookupError, TypeError, ValueError, psycopg2.Error) as error:
                look = "what stands after each %: %(name)s for a value, %% for a percent sign"
                raise CheckFailed("values for the places", str(error), text, look) from None
            return {"plan": explained(sql, statement, timing=True)}

    def query(self, name: str) -> str:
        """The text of a query of sql/social/queries: the current answer, else the reference's.

        Raises CheckFailed for one that is not there.
        """
        part = f"{FOLDER}/queries/{name}.sql"
        try:
            return Answers().texts(self._course).get(part) or self._runner.reference(part)
        except FileNotFoundError:
            raise CheckFailed("the name of a query, like feed", repr(name)) from None

    def reset(self) -> None:
        """Forget what the live databases hold."""
        self._leave()
        for database, _ in self._known.values():
            self._runner.tenancy.drop_database(database)
        self._known.clear()
        self._full.clear()
        self.swap()

    def close(self) -> None:
        self._leave()

    def _ready(self) -> SocialDatabase:
        if self._trouble is not None:
            raise self._trouble
        if self._stale or self._database is None:
            texts = Answers().texts(self._course)
            with self._runner.stage(texts, self._live.tenant) as stage:
                name = digest(stage.folder, [f"{FOLDER}/*.sql"])
                if self._database is None or name != self._name:
                    self._leave()
                    self._database = self._entered(stage, name)
                    self._name = name
            self._stale = False
        return self._database

    def _entered(self, stage: Stage, name: str) -> SocialDatabase:
        if name in self._known:
            database, trouble = self._known.pop(name)  # it is the newest again
            entered = SocialDatabase(self._runner, stage.tenant, database)
            entered.trouble = trouble
        else:
            try:
                entered = start_social(stage)
            except NotReady as error:
                self._trouble = error
                raise
        self._known[name] = entered.database, entered.trouble
        while len(self._known) > MOST_KEPT:
            forgotten = next(iter(self._known))
            oldest, _ = self._known.pop(forgotten)
            self._full.discard(forgotten)
            self._runner.tenancy.drop_database(oldest)
        return entered

    def _filled(self) -> SocialDatabase:
        """The database with its demo data, or with the reason why that does not fit."""
        database = self._ready()
        if self._name not in self._full:
            self._full.add(self._name)
            trouble = self._fill(database)
            database.trouble = database.trouble or trouble
            self._known[self._name] = database.database, database.trouble
        return database

    def _fill(self, database: SocialDatabase) -> str:
        try:
            text = self._runner.reference(DEMO_DATA)
        except FileNotFoundError:
            return ""
        session = self._connected(database)
        text = f"BEGIN;\n{text}\nCOMMIT;"
        try:
            with session.cursor() as cursor:
                text = cursor.mogrify(text, {**SIZE, "at": datetime.now(UTC)}).decode()
                cursor.execute(text)
                cursor.execute(_REFRESHED)
            session.notices = []
        except psycopg2.Error as error:
            self._leave_session()
            return f"The demo data does not fit.\n{told(DEMO_DATA, text, error, None)}"
        return ""

    def _connected(self, database: SocialDatabase) -> Connection:
        if self._session is None or self._session.closed:
            self._session = psycopg2.connect(
                database.database_url, options=_OPTIONS, client_encoding="UTF8", connect_timeout=10
            )
            self._session.autocommit = True
        return self._session

    def _leave_session(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _leave(self) -> None:
        self._leave_session()
        if self._database is not None:
            self._database.close(keep_database=True)
            self._database = None


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
