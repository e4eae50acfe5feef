"""Measured execution: every statement goes through here, and what it cost is known."""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

from backend.social.service.fingerprints import fingerprint
from backend.social.service.pool import Pool

Result = TypeVar("Result")
Clock = Callable[[], float]

logger = logging.getLogger(__name__)


@dataclass
class _Measured:
    """What the calls of one statement have cost together; times in seconds."""

    calls: int = 0
    rows: int = 0
    errors: int = 0
    waited: float = 0.0
    ran: float = 0.0
    slowest: float = 0.0
    plan: Any = None


class Measurements:
    """What was measured, by fingerprint: of the statements that were called last."""

    def __init__(self, most: int, plan_every: int) -> None:
        """most: statements that are remembered; plan_every: calls of one for one of its plans."""
        self._most, self._plan_every = most, plan_every
        self._by_statement: OrderedDict[str, _Measured] = OrderedDict()

    def of(self, sql: str) -> _Measured:
        """Where the calls of this statement are counted."""
        name = fingerprint(sql)
        measured = self._by_statement.setdefault(name, _Measured())
        self._by_statement.move_to_end(name)
        if len(self._by_statement) > self._most:
            self._by_statement.popitem(last=False)
        return measured

    def wants_plan(self, measured: _Measured) -> bool:
        """Whether the call that comes is one of those whose plan is looked at."""
        return measured.calls % self._plan_every == 0

    def summary(self) -> list[dict[str, Any]]:
        """Every statement with its numbers, times in ms, the most expensive first."""
        found = [
            {
                "statement": name,
                "calls": one.calls,
                "rows": one.rows,
                "errors": one.errors,
                "wait_ms": one.waited * 1000,
                "run_ms": one.ran * 1000,
                "slowest_ms": one.slowest * 1000,
                "plan": one.plan,
            }
            for name, one in self._by_statement.items()
        ]
        return sorted(found, key=lambda one: one["run_ms"], reverse=True)


class Database:
    """The only way to the database: it measures."""

    def __init__(self, pool: Pool, measurements: Measurements, clock: Clock) -> None:
        """clock: gives seconds, from anywhere."""
        self._pool, self._measurements, self._clock = pool, measurements, clock

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """The rows of a statement. Raises PoolExhausted and asyncpg.PostgresError."""

        async def run(connection: asyncpg.Connection) -> tuple[list[asyncpg.Record], int]:
            rows = await connection.fetch(sql, *args)
            return rows, len(rows)

        return await self._run(sql, args, run)

    async def execute(self, sql: str, *args: Any) -> int:
        """How many rows a statement has changed. Raises as fetch does."""

        async def run(connection: asyncpg.Connection) -> tuple[int, int]:
            count = (await connection.execute(sql, *args)).rpartition(" ")[2]
            rows = int(count) if count.isdigit() else 0
            return rows, rows

        return await self._run(sql, args, run)

    async def _run(
        self,
        sql: str,
        args: tuple[Any, ...],
        run: Callable[[asyncpg.Connection], Awaitable[tuple[Result, int]]],
    ) -> Result:
        measured, asked = self._measurements.of(sql), self._clock()
        async with self._pool.connection() as connection:
            measured.waited += self._clock() - asked
            if self._measurements.wants_plan(measured):
                await self._look_at_plan(measured, connection, sql, args)
            measured.calls += 1
            started = self._clock()
            try:
                result, rows = await run(connection)
            except asyncpg.PostgresError:
                measured.errors += 1
                raise
            finally:
                took = self._clock() - started
                measured.ran += took
                measured.slowest = max(measured.slowest, took)
            measured.rows += rows
            return result

    async def _look_at_plan(
        self, measured: _Measured, connection: asyncpg.Connection, sql: str, args: tuple[Any, ...]
    ) -> None:
        """EXPLAIN plans and runs nothing; even so, only what reads is explained."""
        if not sql.lstrip().lower().startswith("select"):
            return
        try:
            plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args)
        except asyncpg.PostgresError as error:
            logger.info("no plan of %s: %s", sql, error)
        else:
            measured.plan = json.loads(plan)[0]["Plan"]
