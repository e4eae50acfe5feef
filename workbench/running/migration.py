"""A migration is Alembic run on the files of a stage, in a process of the answer's own."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from workbench.closing import Closing
from workbench.running.runner import BARE_ENVIRON
from workbench.running.stepping import Step, Steps
from workbench.running.system import Stage

#: Wall-clock seconds of one run; a check ends earlier.
SECONDS = 60.0

#: What the server says while it rewrites or reads a whole table, it says at this level.
_LIBPQ = {"PGOPTIONS": "-c client_min_messages=debug1"}


class MigrationRun(Closing):
    """Alembic's commands ([name, revision], ...) on a database, statement by statement.

    Whatever it says to PostgreSQL waits until it is passed on, see `steps`.
    """

    def __init__(self, stage: Stage, database: str, commands: Sequence[tuple[str, str]]) -> None:
        self.steps = Steps()
        runner = stage.runner
        self._way = runner.open_way_to_postgres(self.steps.converse)
        url = runner.tenancy.postgres_url(stage.tenant, database, "127.0.0.1", self._way.port)
        environ = {
            **BARE_ENVIRON, **_LIBPQ, "DATABASE_URL": url, "MIGRATE": json.dumps(commands),
        }  # fmt: skip
        with runner.launcher.open_socket() as unused:
            self._process = runner.launcher.launch(
                "migrate", stage.folder, environ, [self._way.port], unused
            )
        self._folder = str(stage.folder) + os.sep
        self._pool = ThreadPoolExecutor(1)
        self._ended: Future[str | None] = self._pool.submit(self._run_out)
        self._ended.add_done_callback(lambda _: self.steps.end())

    @property
    def has_ended(self) -> bool:
        return self._ended.done()

    def wait(self) -> str:
        """Let it go on to its end: "" or why it did not do all, in its own words.

        Raises LauncherError when it could not be confined.
        """
        self.steps.free()
        return (self._ended.result() or "").replace(self._folder, "")

    def next(self) -> Step | None:
        """The next statement that it sends, before it runs; None when there is none any more."""
        return self.steps.next()

    def kill(self) -> None:
        """End it where it is."""
        self._way.close()
        self._process.stop()

    def close(self) -> None:
        self.kill()
        self._pool.shutdown()

    def _run_out(self) -> str | None:
        """Wait until none of its processes is left: None, or why it did not do all.

        That it has done all is its own word, and it can give that while it is still at work.
        """
        deadline = time.monotonic() + SECONDS
        trouble = self._process.wait_ready(SECONDS)
        code = self._process.wait_ended(max(0.0, deadline - time.monotonic()))
        if trouble is None and code != 0:
            return "It said that it had done all, and did not end well after that."
        return trouble
