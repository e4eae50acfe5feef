"""The learner's live social database: the reference's parts, with every current answer in it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from workbench.checking.failure import CheckFailed
from workbench.closing import Closing
from workbench.course import Course
from workbench.jupyter.answers import Answers
from workbench.jupyter.live import Live
from workbench.jupyter.request import Request
from workbench.jupyter.social.filling import DEMO_DATA, DoesNotFit, fill
from workbench.jupyter.social.kept import Kept, KeptDatabases
from workbench.jupyter.social.loading import loaded_copy
from workbench.jupyter.social.session import EnteredDatabase, explain, measured, run_statements
from workbench.jupyter.social.sizes import SMALL
from workbench.running.overlay import digest
from workbench.running.runner import Runner
from workbench.running.social import FOLDER, SocialDatabase, start_social
from workbench.running.system import NotReady, Stage


class SocialSystem(Closing):
    """Makes the database when it is first asked, and another one after an answer has changed.

    The database of an earlier text comes back with what was in it when that text does.
    """

    def __init__(self, runner: Runner, course: Course, live: Live) -> None:
        self._runner, self._course, self._live = runner, course, live
        self._databases = KeptDatabases(runner.tenancy)
        self._texts = ""  # the digest of those that the current database is made of
        self._kept = Kept("", "")
        self._database: EnteredDatabase | None = None
        self._stale = True
        self._trouble: NotReady | None = None  # why it cannot be made; it is not tried twice

    def swap(self) -> None:
        """An answer has changed."""
        self._stale, self._trouble = True, None

    def ready(self) -> dict[str, Any]:
        """Have the database: {"note": what of the schema does not fit}. Raises NotReady."""
        self._ready()
        return {"note": self._kept.trouble}

    def database(self) -> str:
        """The database's name. Raises NotReady."""
        self._filled()
        return self._kept.database

    def address(self) -> str:
        """The database's URL, with the learner's password. Raises NotReady."""
        return self._filled().url

    def run(self, text: str, parameters: Any = ()) -> dict[str, Any]:
        """Run statements one after another, until one fails: {"results", "notices", "trouble",
        "open": is a transaction open?, "note"}. Raises NotReady."""
        database = self._filled()
        results = run_statements(database.session, text, parameters)
        return {**results, "note": self._kept.trouble}

    def explain(self, text: str, parameters: Any = ()) -> dict[str, Any]:
        """Run one statement and undo it: {"plan": as EXPLAIN tells it}. Raises NotReady;
        CheckFailed when it is refused."""
        return {"plan": explain(self._filled().url, text, parameters)}

    def load(self, size: str, request: Request) -> dict[str, Any]:
        """Put a database with so much data (one of SIZES) in the place of the current one:
        {"rows": {table: how many}, "bytes", "seconds"}.

        The current one stays until the other is whole. Raises NotReady when the schema or the data
        does not fit, Interrupted when the request is.
        """
        began = time.monotonic()
        with self._staged() as (stage, texts):
            kept = Kept(loaded_copy(stage, size, request), "", size)
        self._leave()
        self._databases.put(texts, kept)
        database = self._enter(texts, kept)
        self._stale, self._trouble = False, None
        return {**measured(database.session), "seconds": time.monotonic() - began}

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
        self._databases.clear()
        self.swap()

    def close(self) -> None:
        self._leave()

    def _ready(self) -> EnteredDatabase:
        """The database of the current answers."""
        if self._trouble is not None:
            raise self._trouble
        if self._stale or self._database is None:
            with self._staged() as (stage, texts):
                if self._database is None or texts != self._texts:
                    self._leave()
                    self._database = self._made(stage, texts)
            self._stale = False
        return self._database

    @contextlib.contextmanager
    def _staged(self) -> Iterator[tuple[Stage, str]]:
        """The current answers over the reference, and the digest of the schema's texts."""
        answers = Answers().texts(self._course)
        with self._runner.stage(answers, self._live.tenant) as stage:
            yield stage, digest(stage.folder, [f"{FOLDER}/*.sql"])

    def _made(self, stage: Stage, texts: str) -> EnteredDatabase:
        kept = self._databases.find(texts)
        if kept is not None:
            return self._enter(texts, kept)
        try:
            database = start_social(stage)
        except NotReady as error:
            self._trouble = error
            raise
        database.close(keep_database=True)
        kept = Kept(database.database, database.trouble)
        self._databases.put(texts, kept)
        return self._enter(texts, kept)

    def _enter(self, texts: str, kept: Kept) -> EnteredDatabase:
        self._kept, self._texts = kept, texts
        database = SocialDatabase(self._runner, self._live.tenant, kept.database)
        self._database = EnteredDatabase(database)
        return self._database

    def _filled(self) -> EnteredDatabase:
        """The database with its demo data, or with the reason why that does not fit."""
        database = self._ready()
        if not self._kept.size:
            with contextlib.suppress(FileNotFoundError):  # a reference without any
                text = self._runner.reference(DEMO_DATA)
                try:
                    fill(database.session, text, SMALL, datetime.now(UTC))
                except DoesNotFit as error:
                    trouble = f"The demo data does not fit.\n{error}"
                    self._kept.trouble = self._kept.trouble or trouble
            self._kept.size = SMALL
        return database

    def _leave(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
