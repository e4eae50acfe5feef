"""The App: what a check gets, a running system with every way of asking it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import redis

from workbench.alternatives import edited
from workbench.checking.graphql import PATH, GraphReply, as_request, written_out
from workbench.checking.http import Client
from workbench.checking.sql import Sql
from workbench.checking.statements import own_statements
from workbench.checking.stream import EventStream
from workbench.running.postgres_wire import Statement
from workbench.running.redis_wire import Command
from workbench.running.suite import SuiteRun, run_suite
from workbench.running.system import NotReady, Stage, System

#: Wall-clock seconds for one run of an answer's tests.
SUITE_SECONDS = 20.0


class App(Client):
    """One running system: `app.get(...)` and the other methods, `app.sql(...)`, `app.redis`.

    `app.system.ways.postgres` and `.redis` can be cut and held up, see running.relay.
    """

    def __init__(self, system: System, stage: Stage, settings: Mapping[str, str]) -> None:
        """stage and settings: what the system was started on, to start more of it."""
        super().__init__(system)
        self.system = system
        self._stage, self._settings = stage, settings
        self._twin: App | None = None
        self._worker: System | None = None
        self._others: list[App] = []
        self.sql = Sql(system.database_url)
        self.redis = redis.Redis.from_url(
            system.redis_url,
            decode_responses=True,
            # An answer's keys and values may be any bytes: they come back as they were read.
            encoding_errors="surrogateescape",
            socket_timeout=5,
            socket_connect_timeout=5,
        )

    def graphql(
        self, query: str | None, variables: Mapping[str, Any] | None = None, **options: Any
    ) -> GraphReply:
        """Send an operation as POST /graphql. Options are those of request (role, headers), and
        operation_name and extensions.

        query: None to send none. Raises CheckFailed as request does.
        """
        reply = self.post(PATH, **as_request(query, variables, options))
        return GraphReply(**{**vars(reply), "sent": written_out(query, variables)})

    @contextmanager
    def subscribe(
        self, query: str, variables: Mapping[str, Any] | None = None, *, role: str | None = "admin"
    ) -> Iterator[EventStream]:
        """The server-sent events of a subscription. Leaving the block closes the connection.

        Raises CheckFailed when no answer comes.
        """
        options = as_request(query, variables, {"headers": {"accept": "text/event-stream"}})
        with self.stream("POST", PATH, role=role, **options) as answer:
            yield EventStream(answer, written_out(query, variables))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every statement that the system has run, without transaction control and set-up."""
        return own_statements(self.system.statements.since(0)[0])

    @property
    def log(self) -> str:
        """What the system printed and logged."""
        return self.system.output

    @property
    def twin(self) -> App:
        """A second process of the same system, on the same database and Redis; started when first
        asked for."""
        if self._twin is None:
            self._twin = self._another(self._stage, self._settings)
        return self._twin

    def trouble(self, settings: Mapping[str, str]) -> str:
        """Why a process of this system does not come up with these settings over its own: the end
        of its traceback. Empty when it comes up; it is ended at once."""
        # A stage of its own: one that has failed to start is not tried again.
        with self._stage.runner.stage(self._stage.answers, self._stage.tenant) as stage:
            try:
                other = self._another(stage, {**self._settings, **settings})
            except NotReady as error:
                return str(error)
            other.close()
            other.system.close(keep_database=True)
        return ""

    def _another(self, stage: Stage, settings: Mapping[str, str]) -> App:
        """One more process, on the database of this one."""
        return App(stage.start(self.system.database, settings=settings), stage, settings)

    @contextmanager
    def faulty(self, path: str, edits: Sequence[tuple[str, str]]) -> Iterator[App]:
        """A process of the reference with these edits (old, new) of the file at `path`, on a
        fresh database: nobody has left anything there.

        Raises ValueError when an old text does not stand there exactly once.
        """
        with self._beside({path: self._edited(path, edits)}, {}, fresh=True) as app:
            yield app

    @contextmanager
    def altered(self, path: str, edits: Sequence[tuple[str, str]]) -> Iterator[App]:
        """A process of this system, the answer in it, with the reference's file at `path`, which
        is another one than the answer's, and these edits of it; on the database of this system.

        Raises ValueError when an old text does not stand there exactly once.
        """
        texts = {**self._stage.answers, path: self._edited(path, edits)}
        with self._beside(texts, self._settings) as app:
            yield app

    def run_suite(self, file: str, against: App, seconds: float = SUITE_SECONDS) -> SuiteRun:
        """Run the test file of this system's answer against that system."""
        return run_suite(self._stage, file, against.system, seconds)

    @property
    def worker(self) -> System:
        """The system's worker, on the same database and Redis; started when first asked for."""
        if self._worker is None:
            self._worker = self._stage.start(
                self.system.database, settings=self._settings, action="work"
            )
        return self._worker

    @property
    def commands(self) -> tuple[Command, ...]:
        """Every command that the system has sent to Redis."""
        return tuple(self.system.commands.since(0)[0])

    def _edited(self, path: str, edits: Sequence[tuple[str, str]]) -> str:
        return edited(self._stage.runner.reference(path), edits)

    @contextmanager
    def _beside(
        self, texts: Mapping[str, str], settings: Mapping[str, str], *, fresh: bool = False
    ) -> Iterator[App]:
        """A process of the reference with these texts laid over it, on this system's database or a
        fresh one."""
        with self._stage.runner.stage(texts, self._stage.tenant) as stage:
            app = App(stage.start(), stage, {}) if fresh else self._another(stage, settings)
            self._others.append(app)
            try:
                yield app
            finally:
                self._others.remove(app)
                app.close()
                app.system.close(keep_database=not fresh)

    def kill(self) -> None:
        """End its processes, and its ways to the database: whoever waits for them waits no more."""
        self.system.kill()
        for app in tuple(self._others):
            app.kill()
        if self._twin is not None:
            self._twin.system.kill()

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close(keep_database=True)
        if self._twin is not None:
            self._twin.close()
            self._twin.system.close(keep_database=True)
        super().close()
        self.sql.close()
        self.redis.close()
