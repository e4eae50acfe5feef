"""The learner's live social database: the reference's parts, with every current answer in it."""

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
from workbench.course import Course
from workbench.jupyter.answers import Answers
from workbench.jupyter.live import Live
from workbench.paths import root
from workbench.running.overlay import digest
from workbench.running.runner import Runner
from workbench.running.social import FOLDER, SocialDatabase, start_social
from workbench.running.sql_part import told
from workbench.running.sql_text import statement_starts
from workbench.running.system import NotReady, Stage

#: What a new database is filled with, where there is any.
DEMO_DATA = "sql/data/social"

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

#: In the place of a cell's file name.
_CELL = "This cell"


class SocialSystem(Closing):
    """Makes the database when it is first asked, and another one after an answer has changed it.

    The database of an earlier text comes back with what was in it when that text does.
    """

    def __init__(self, runner: Runner, course: Course, live: Live) -> None:
        self._runner, self._course, self._live = runner, course, live
        self._known: dict[str, tuple[str, str]] = {}  # texts -> database, what does not fit
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
        return self._ready().database_url

    def run(self, text: str, parameters: Any = ()) -> dict[str, Any]:
        """Run statements one after another, until one fails: {"results", "notices", "trouble",
        "open": is a transaction open?, "note"}. Raises NotReady."""
        database = self._ready()
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
        notices, session.notices = [line.strip() for line in session.notices], []
        is_open = not session.closed and session.info.transaction_status != TRANSACTION_STATUS_IDLE
        return {"results": results, "notices": notices, "trouble": trouble, "open": is_open,
                "note": database.trouble}  # fmt: skip

    def explain(self, text: str, parameters: Any = ()) -> dict[str, Any]:
        """Run one statement and undo it: {"plan": as EXPLAIN tells it}. Raises NotReady;
        CheckFailed when it is refused."""
        sql = Sql(self._ready().database_url)
        with contextlib.closing(sql):
            try:
                statement = sql.filled(text, parameters)
            except (LookupError, TypeError, ValueError, psycopg2.Error) as error:
                look = "what stands after each %: %(name)s for a value, %% for a percent sign"
                raise CheckFailed("values for the places", str(error), text, look) from None
            return {"plan": explained(sql, statement, timing=True)}

    def reset(self) -> None:
        """Forget what the live databases hold."""
        self._leave()
        for database, _ in self._known.values():
            self._runner.tenancy.drop_database(database)
        self._known.clear()
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
            self._fill(entered)
        self._known[name] = entered.database, entered.trouble
        while len(self._known) > MOST_KEPT:
            oldest, _ = self._known.pop(next(iter(self._known)))
            self._runner.tenancy.drop_database(oldest)
        return entered

    def _fill(self, database: SocialDatabase) -> None:
        """Load the demo data; what could not be loaded is told with what does not fit."""
        session = self._connected(database)
        for file in sorted((root() / DEMO_DATA).glob("*.sql")):
            text = file.read_text(encoding="utf-8")
            try:
                with session.cursor() as cursor:
                    cursor.execute(text)
            except psycopg2.Error as error:
                said = told(f"{DEMO_DATA}/{file.name}", text, error, None)
                database.trouble = database.trouble or f"The demo data does not fit.\n{said}"
                return

    def _connected(self, database: SocialDatabase) -> Connection:
        if self._session is None or self._session.closed:
            self._session = psycopg2.connect(
                database.database_url, options=_OPTIONS, client_encoding="UTF8", connect_timeout=10
            )
            self._session.autocommit = True
        return self._session

    def _leave(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
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
