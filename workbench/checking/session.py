"""A further session of the database: for what two clients do at the same time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from workbench.checking.holding import SETTLE_SECONDS
from workbench.checking.rows import Rows
from workbench.checking.sql import Refused, Sql

#: Between two looks at whether it waits.
_POLL_SECONDS = 0.005

_WAITS = """
    SELECT pid FROM pg_catalog.pg_stat_activity
    WHERE pid = %s AND pg_catalog.cardinality(pg_catalog.pg_blocking_pids(pid)) > 0
"""


class Session(Sql):
    """An Sql that can be told to go on without waiting for its answer.

    one("BEGIN"); one(first)
    two("BEGIN"); two(second)
    later = one.send(second)      # waits for what `two` has locked
    two(first)                    # a deadlock: PostgreSQL ends one of the two
    later.result()
    """

    def __init__(self, url: str, watcher: Sql) -> None:
        """watcher: a connection of the same database that looks whether this one waits."""
        super().__init__(url)
        self._watcher = watcher
        self._pool = ThreadPoolExecutor(1)

    def send(self, text: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Future[Rows]:
        """Run a statement; returns once it is answered, or waits for a lock of another session.

        Returns as well after SETTLE_SECONDS without either. The future's result() is the rows, or
        raises CheckFailed as a call does.
        """
        return self._send(lambda: self(text, parameters))

    def try_out(self, text: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> Future[str]:
        """Like send, for statements that may be refused: the result() is the SQLSTATE, "" when the
        statement was taken."""

        def run() -> str:
            try:
                self.attempt(text, parameters)
            except Refused as error:
                return error.code
            return ""

        return self._send(run)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """BEGIN, and COMMIT in the end; ROLLBACK when the block raises."""
        self("BEGIN")
        try:
            yield
        except BaseException:
            with contextlib.suppress(Refused):
                self.attempt("ROLLBACK")
            raise
        self("COMMIT")

    @property
    def waits(self) -> bool:
        """Whether it waits for another session."""
        opened = self._connection
        return opened is not None and bool(self._watcher(_WAITS, [opened.info.backend_pid]))

    def close(self) -> None:
        """Close the connection; waits for what still runs in it."""
        self._pool.shutdown()
        super().close()

    def _send(self, run: Any) -> Future[Any]:
        if self._connection is None:
            self("SELECT 1")
        future = self._pool.submit(run)
        deadline = time.monotonic() + SETTLE_SECONDS
        while not future.done() and time.monotonic() < deadline and not self.waits:
            wait([future], _POLL_SECONDS)
        return future
