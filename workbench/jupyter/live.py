"""The learner's live system: the reference with every current answer laid over it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from workbench.checking.http import Client
from workbench.checking.sql import Refused, Sql
from workbench.closing import Closing
from workbench.course import Course
from workbench.jupyter.answers import Answers
from workbench.jupyter.exchange_data import exchange_data
from workbench.paths import root
from workbench.running.runner import Runner
from workbench.running.system import NotReady, Stage, System

#: What the live database holds when it is new.
DEMO_DATA = Path("sql/data/catalog.sql")


class Live(Closing):
    """Starts the system when it is first asked, and again after an answer has changed.

    The database stays as long as the tables' definition does: what was posted is still there.
    """

    def __init__(self, runner: Runner, course: Course) -> None:
        self._runner, self._course = runner, course
        self._stage: Stage | None = None
        self._system: System | None = None
        self.tenant = runner.tenancy.create_tenant()
        self._databases: dict[str, str] = {}  # schema -> database
        self._note = ""
        self._port = 0
        self._settings: dict[str, str] = {}

    def swap(self) -> Path:
        """Lay the current answers anew; the folder where the system's files now are.

        A system that runs is started again at the same address, so that a browser finds it.
        """
        running = self._system is not None
        self._stop()
        texts = Answers().texts(self._course)
        stage = self._stage = self._runner.stage(texts, self.tenant)
        if running:
            with contextlib.suppress(NotReady):  # the stage remembers, and tells who asks next
                self._running()
        return stage.folder

    def ask(self, method: str, path: str, options: dict[str, Any]) -> dict[str, Any]:
        """Send one request to the live system: the exchange as JSON data.

        Raises NotReady when the system does not come up, and CheckFailed when it does not answer.
        """
        system = self._running()
        log = len(system.output)
        with Client(system) as client:
            reply = client.request(method, path, **options)
        return {**exchange_data(reply), "log": system.output[log:], "note": self._note}

    def address(self) -> str:
        """The live system's base URL; starts it."""
        return self._running().base_url

    def reset(self) -> None:
        """Forget what the live databases hold; the next request finds the demo data only."""
        self._stop()
        for database in self._databases.values():
            self._runner.tenancy.drop_database(database)
        self._databases.clear()

    def configure(self, settings: dict[str, str]) -> None:
        """Go on with these environment variables over the usual ones, and no others."""
        self._settings = dict(settings)
        if self._system is not None:
            self._system.close(keep_database=True)
            self._system = None
        if self._stage is not None:
            self._stage.forget_trouble()

    def close(self) -> None:
        self._stop()
        self._runner.tenancy.drop_tenant(self.tenant)

    def _running(self) -> System:
        if self._stage is None:
            self.swap()
        stage = self._stage
        assert stage is not None  # noqa: S101 - swap made it
        if self._system is not None and not self._system.alive:
            self._system.close(keep_database=True)
            self._system = None
        if self._system is None:
            known = self._databases.get(stage.schema)
            self._system = self._start(stage, known)
            self._port = self._system.port
            if known is None:
                self._databases[stage.schema] = self._system.database
                self._note = self._fill(self._system)
        return self._system

    def _start(self, stage: Stage, database: str | None) -> System:
        try:
            return stage.start(database, self._port, self._settings)
        except OSError:  # somebody took the port meanwhile
            return stage.start(database, settings=self._settings)

    def _fill(self, system: System) -> str:
        """Load the demo data; what could not be loaded, in a sentence."""
        sql = Sql(system.database_url)
        try:
            sql.attempt((root() / DEMO_DATA).read_text(encoding="utf-8"))
        except Refused as error:
            return f"The demo data does not fit your tables: {error}"
        finally:
            sql.close()
        return ""

    def _stop(self) -> None:
        if self._system is not None:
            self._system.close(keep_database=True)
            self._system = None
        if self._stage is not None:
            self._stage.close()
            self._stage = None
