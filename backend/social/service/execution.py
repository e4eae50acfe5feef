"""Statements are run here, and each is measured: how long it waited, how long it ran, and its plan.

The wait for a connection and the run of the statement are two times. A slow statement is mended in
the database, a long wait by whoever holds the connections.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

from backend.social.service.fingerprints import fingerprint

if TYPE_CHECKING:
    from backend.social.service.pool import Pool

Result = TypeVar("Result")

#: What EXPLAIN can fail with while the statement itself did not.
_NO_PLAN = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError)

_log = logging.getLogger(__name__)


@dataclass
class _Measured:
    """What is known of all statements of one fingerprint."""

    statement: str
    calls: int = 0
    rows: int = 0
    errors: int = 0
    wait_ms: float = 0.0  # for a connection
    run_ms: float = 0.0
    slowest_ms: float = 0.0  # the longest run
    plan: dict[str, Any] | None = None  # the latest that was sampled

    def ran(self, seconds: float) -> None:
        self.run_ms += seconds * 1000
        self.slowest_ms = max(self.slowest_ms, seconds * 1000)


class Measurements:
    """What was measured, by fingerprint. Those least recently called are forgotten."""

    def __init__(self, most: int, plan_every: int) -> None:
        """most: how many fingerprints are kept; plan_every: one call in so many has its plan
        sampled, the first one included."""
        self._most, self._plan_every = most, plan_every
        self._measured: OrderedDict[str, _Measured] = OrderedDict()

    def summary(self) -> list[dict[str, Any]]:
        """All that is known, what ran longest first."""
        ordered = sorted(self._measured.values(), key=lambda one: one.run_ms, reverse=True)
        return [asdict(one) for one in ordered]

    def _call(self, statement: str) -> _Measured:
        """Count a call of the statement with this fingerprint."""
        measured = self._measured.setdefault(statement, _Measured(statement))
        self._measured.move_to_end(statement)
        if len(self._measured) > self._most:
            self._measured.popitem(last=False)
        measured.calls += 1
        return measured

    def _is_sample(self, measured: _Measured) -> bool:
        """Whether the plan of the call that was counted last is wanted. Only of a read: one that
        begins with SELECT."""
        is_read = measured.statement.split(maxsplit=1)[:1] == ["select"]
        return is_read and (measured.calls - 1) % self._plan_every == 0


class Database:
    """Runs statements on connections of the pool."""

    def __init__(self, pool: Pool, measurements: Measurements, clock: Callable[[], float]) -> None:
        """clock: seconds, of which only differences mean anything."""
        self._pool, self._measurements, self._clock = pool, measurements, clock

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """The rows that the statement returns. Raises PoolExhausted, and what asyncpg raises."""

        async def run(connection: asyncpg.Connection) -> tuple[list[asyncpg.Record], int]:
            records = await connection.fetch(sql, *args)
            return records, len(records)

        return await self._measure(run, sql, args)

    async def execute(self, sql: str, *args: Any) -> int:
        """How many rows the statement affected; 0 where it has no such number. Raises as fetch."""

        async def run(connection: asyncpg.Connection) -> tuple[int, int]:
            rows = _rows_of(await connection.execute(sql, *args))
            return rows, rows

        return await self._measure(run, sql, args)

    async def _measure(
        self,
        run: Callable[[asyncpg.Connection], Awaitable[tuple[Result, int]]],
        sql: str,
        args: tuple[Any, ...],
    ) -> Result:
        """What `run` returns; its second part is the number of rows."""
        asked = self._clock()
        async with self._pool.connection() as connection:
            begun = self._clock()
            measured = self._measurements._call(fingerprint(sql))
            measured.wait_ms += (begun - asked) * 1000
            is_sample = self._measurements._is_sample(measured)
            try:
                result, rows = await run(connection)
            except BaseException:  # also CancelledError: the client has left
                measured.errors += 1
                raise
            finally:
                measured.ran(self._clock() - begun)
            measured.rows += rows
            if is_sample:
                await self._sample(connection, measured, sql, args)
        return result

    async def _sample(
        self,
        connection: asyncpg.Connection,
        measured: _Measured,
        sql: str,
        args: tuple[Any, ...],
    ) -> None:
        """Keep the plan of the statement, if it can be had. EXPLAIN alone does not run it."""
        try:
            text = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args)
            measured.plan = json.loads(text)[0]["Plan"]
        except _NO_PLAN as error:
            _log.warning("no plan for %s: %s", measured.statement, error)


def _rows_of(tag: str) -> int:
    """The number in a status tag: "INSERT 0 3", "UPDATE 2"; "CREATE TABLE" has none."""
    last = tag.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0
