"""The Migration: what a check of a migration holds in its hands, one statement at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.checking.failure import CheckFailed
from workbench.checking.holding import SETTLE_SECONDS
from workbench.checking.sql import Sql
from workbench.closing import Closing
from workbench.running.migration import MigrationRun
from workbench.running.stepping import MOST_NOTICES, Step

#: Between two looks at whether a statement waits.
_POLL_SECONDS = 0.005

#: The modes of a table's lock that keep others from writing to it (PostgreSQL documentation,
#: table "Conflicting Lock Modes": those that conflict with ROW EXCLUSIVE).
AGAINST_WRITERS = frozenset(
    {"ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"}
)

_LOCKS = """
    SELECT locktype, mode, granted, relation = pg_catalog.to_regclass(%s) AS is_on_it
    FROM pg_catalog.pg_locks WHERE pid = %s
"""


@dataclass(frozen=True)
class Lock:
    """A lock that a statement's connection holds, or waits for.

    kind: "relation", or what else PostgreSQL calls it: "virtualxid" is another's transaction, to
    whose end an index waits that is built concurrently; mode: "AccessExclusiveLock"; is_on_it:
    whether it is on the table that was asked about.
    """

    kind: str
    mode: str
    granted: bool
    is_on_it: bool

    @property
    def stops_writers(self) -> bool:
        """Whether it keeps others from writing to the table."""
        return self.is_on_it and self.mode in AGAINST_WRITERS


class Migration(Closing):
    """One run of Alembic with the answer among the revisions.

    for step in migration:        # each statement, before it runs
        migration.go(step)        # it is answered, or waits for a lock
        migration.locks(step, "public.posts")
        migration.finish(step)    # it is answered; so it is, too, when the loop goes on
    migration.wait_end()          # "", or what it ended with
    """

    def __init__(self, run: MigrationRun, watcher: Sql) -> None:
        self._run, self._watcher = run, watcher

    def __iter__(self) -> Iterator[Step]:
        while (step := self._run.next()) is not None:
            yield step
            self.finish(step)

    def go(self, step: Step) -> None:
        """Let the statement run; returns once it is answered or waits for a lock, or after
        SETTLE_SECONDS without either."""
        self._run.steps.pass_on(step)
        deadline = time.monotonic() + SETTLE_SECONDS
        while not self._is_over(step) and time.monotonic() < deadline:
            if any(not lock.granted for lock in self.locks(step, "pg_catalog.pg_class")):
                return

    def finish(self, step: Step, seconds: float | None = None) -> bool:
        """Let the statement run, and wait until it is answered, for so many seconds at most: is it
        over?

        Raises CheckFailed when the answer cannot be known, or all that came with it.
        """
        self._run.steps.pass_on(step)
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self._is_over(step):
            if deadline is not None and time.monotonic() > deadline:
                return False
        _require_heard(step)
        return True

    def locks(self, step: Step, table: str) -> list[Lock]:
        """What the statement's connection holds and waits for."""
        rows = self._watcher(_LOCKS, [table, step.pid])
        return [
            Lock(row["locktype"], row["mode"], row["granted"], bool(row["is_on_it"]))
            for row in rows
        ]

    def break_off(self, step: Step) -> None:
        """Have the server end the statement's connection: so a migration fails halfway."""
        self._watcher("SELECT pg_catalog.pg_terminate_backend(%s, 5000)", [step.pid])

    def wait_end(self) -> str:
        """Let it go on to its end: "", or why it did not do all."""
        return self._run.wait()

    def kill(self) -> None:
        self._run.kill()

    def close(self) -> None:
        self._run.close()

    def _is_over(self, step: Step) -> bool:
        return step.done.wait(_POLL_SECONDS) or self._run.has_ended


def _require_heard(step: Step) -> None:
    """Of a statement that is over: what PostgreSQL said to it has been heard to its end."""
    if not step.done.is_set() and not step.error:
        raise CheckFailed(
            sent=step.text[:500],
            expected="the migration waits for the answer to each of its statements",
            got="it ended, and PostgreSQL was still at work on this one",
            look="what ends the process, or the connection",
        )
    if step.unheard:
        raise CheckFailed(
            sent=step.text[:500],
            expected=f"at most {MOST_NOTICES:,} messages of PostgreSQL's to one statement",
            got=f"{step.unheard:,} more",
            look="what it does over and over",
        )
