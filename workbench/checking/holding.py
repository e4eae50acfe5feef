"""A transaction of the check's own that others have to wait for: how a race is forced."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from workbench.checking.failure import CheckFailed
from workbench.checking.http import Reply

if TYPE_CHECKING:
    from workbench.checking.rows import Row
    from workbench.checking.sql import Sql

Answered = TypeVar("Answered")

#: How long a request may take until it has answered or waits for a lock.
SETTLE_SECONDS = 8.0

#: How many requests may be under way at once.
MOST_REQUESTS = 32

#: Between two looks at who waits.
_POLL_SECONDS = 0.01

#: Connections of this database that wait for a lock, and which connections each waits for.
_WAITING = """
    SELECT pid, pg_catalog.pg_blocking_pids(pid) AS behind FROM pg_catalog.pg_stat_activity
    WHERE datname = pg_catalog.current_database() AND wait_event_type = 'Lock'
"""


class Holding:
    """An open transaction, and requests that are sent while it is open."""

    def __init__(self, watcher: Sql, pid: int, statement: str, pool: ThreadPoolExecutor) -> None:
        """watcher: a connection that looks on; pid: the connection whose transaction is open, in
        which `statement` has run."""
        self._watcher, self._pid, self._pool = watcher, pid, pool
        self._story = f"while a transaction was open that had run\n{statement}"
        self._sent: list[Future[Any]] = []

    def send(self, request: Callable[[], Answered]) -> Future[Answered]:
        """Send a request, or run a statement in a session; returns once it has answered, or waits
        for a lock.

        Returns as well after SETTLE_SECONDS without either. What the request raises, a CheckFailed,
        comes from the future's result(). The reply's `sent` tells of the transaction, too.
        """
        return self.send_together(request)[0]

    def send_together(self, *requests: Callable[[], Answered]) -> list[Future[Answered]]:
        """Like send, for requests that are all under way before any of them is waited for."""
        futures = [self._pool.submit(self._ask, request) for request in requests]
        self._sent += futures
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline and self.waiting < self.unanswered:
            wait(self._sent, _POLL_SECONDS)
        return futures

    @property
    def replies(self) -> list[Any]:
        """The replies in the order of sending, for after the block. Raises CheckFailed."""
        return [future.result() for future in self._sent]

    @property
    def unanswered(self) -> int:
        """How many of the requests have not been answered yet."""
        return sum(not future.done() for future in self._sent)

    @property
    def waiting(self) -> int:
        """How many connections wait for a lock."""
        return len(self._waiting())

    @property
    def behind_each_other(self) -> int:
        """How many connections wait for another one than the check's own."""
        return sum(row["behind"] != [self._pid] for row in self._waiting())

    def _ask(self, request: Callable[[], Answered]) -> Answered:
        try:
            reply = request()
        except CheckFailed as failure:
            failure.sent = f"{failure.sent}\n{self._story}"
            raise
        if isinstance(reply, Reply):
            return replace(reply, sent=f"{reply.sent}\n{self._story}")
        return reply

    def _waiting(self) -> list[Row]:
        return self._watcher(_WAITING)


@contextlib.contextmanager
def holding(
    watcher: Sql,
    holder: Sql,
    text: str,
    parameters: Sequence[Any] | dict[str, Any],
    *,
    keep: bool,
) -> Iterator[Holding]:
    """Run a statement in a transaction of `holder`, which stays open until the block ends.

    Then it is committed if it is to be kept, or rolled back when not or when the block raises, and
    every request is waited for.
    """
    with ThreadPoolExecutor(MOST_REQUESTS) as pool, contextlib.closing(holder):
        pid = holder("SELECT pg_catalog.pg_backend_pid() AS pid")[0]["pid"]
        holder("BEGIN")
        holder(text, parameters)
        try:
            yield Holding(watcher, pid, holder.written_out(text, parameters), pool)
        except BaseException:
            holder("ROLLBACK")
            raise
        holder("COMMIT" if keep else "ROLLBACK")
