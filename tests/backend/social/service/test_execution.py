"""What is measured of statements, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from backend.social.service.execution import Database, Measurements

SELECT = "SELECT n FROM numbers WHERE n > $1"


class OneConnection:
    """A pool of one connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.plain, self._lock = connection, asyncio.Lock()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        async with self._lock:
            yield self.plain


class Bench:
    """A database under measurement, and what the server was sent."""

    def __init__(self, connection: asyncpg.Connection, most: int, plan_every: int) -> None:
        self.now = 1000.0
        self.pool = OneConnection(connection)
        self.measurements = Measurements(most, plan_every)
        self.db = Database(self.pool, self.measurements, lambda: self.now)  # type: ignore[arg-type]
        self.sent: list[str] = []
        connection.add_query_logger(lambda record: self.sent.append(record.query))

    async def plans(self) -> int:
        """How many plans were asked for."""
        await asyncio.sleep(0)  # asyncpg tells its loggers one step later
        return sum("EXPLAIN" in sql for sql in self.sent)

    def of(self, beginning: str) -> dict[str, Any]:
        (found,) = [
            one for one in self.measurements.summary() if one["statement"].startswith(beginning)
        ]
        return found


Run = Callable[..., None]


@pytest.fixture
def bench(social_url: str) -> Run:
    """Run a test on a bench, with a temporary table of five numbers."""

    def run(test: Callable[[Bench], Awaitable[None]], most: int = 10, plan_every: int = 3) -> None:
        async def main() -> None:
            connection = await asyncpg.connect(social_url)
            try:
                await connection.execute(
                    "CREATE TEMP TABLE numbers AS SELECT generate_series(1, 5) AS n;"
                    "CREATE UNIQUE INDEX ON numbers (n)"
                )
                await test(Bench(connection, most, plan_every))
            finally:
                await connection.close()

        asyncio.run(main())

    return run


def test_rows_of_reads_and_writes(bench: Run) -> None:
    async def test(it: Bench) -> None:
        assert [row["n"] for row in await it.db.fetch(SELECT, 3)] == [4, 5]
        assert len(await it.db.fetch(SELECT, 0)) == 5
        assert await it.db.execute("UPDATE numbers SET n = n + 10 WHERE n > $1", 2) == 3
        assert await it.db.execute("INSERT INTO numbers VALUES (6), (7)") == 2
        assert await it.db.execute("DELETE FROM numbers WHERE n = 99") == 0
        assert await it.db.execute("CREATE TEMP TABLE other (n int)") == 0
        assert (it.of("select")["calls"], it.of("select")["rows"]) == (2, 7)
        assert (it.of("update")["rows"], it.of("insert")["rows"]) == (3, 2)
        assert (it.of("delete")["calls"], it.of("delete")["rows"]) == (1, 0)
        assert it.of("select")["statement"] == "select n from numbers where n > $1"

    bench(test)


def test_waiting_is_not_running(bench: Run) -> None:
    async def test(it: Bench) -> None:
        async with it.pool.connection():
            waiting = asyncio.create_task(it.db.fetch(SELECT, 1))
            await asyncio.sleep(0)
            it.now += 3
        await waiting
        assert (it.of("select")["wait_ms"], it.of("select")["run_ms"]) == (3000, 0)

    bench(test)


def test_time_of_the_run_and_the_slowest(bench: Run) -> None:
    async def test(it: Bench) -> None:
        plain, it.pool.plain = it.pool.plain, Slow(it, [1, 4, 2])  # type: ignore[assignment]
        for _ in range(3):
            await it.db.fetch(SELECT, 1)
        it.pool.plain = plain
        await it.db.execute("DELETE FROM numbers")
        assert (it.of("select")["run_ms"], it.of("select")["slowest_ms"]) == (7000, 4000)
        assert [one["calls"] for one in it.measurements.summary()] == [3, 1]

    bench(test)


class Slow:
    """A connection whose statements take so many seconds each, and whose EXPLAIN takes an hour."""

    def __init__(self, bench: Bench, seconds: list[float]) -> None:
        self._bench, self._seconds, self._plain = bench, seconds, bench.pool.plain

    async def fetch(self, sql: str, *args: Any) -> Any:
        self._bench.now += self._seconds.pop(0)
        return await self._plain.fetch(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        self._bench.now += 3600
        return await self._plain.fetchval(sql, *args)


def test_errors_are_counted_and_raised(bench: Run) -> None:
    async def test(it: Bench) -> None:
        insert = "INSERT INTO numbers VALUES ($1)"
        for number, error in ((1, asyncpg.UniqueViolationError), ("x", asyncpg.DataError)):
            with pytest.raises(error):
                await it.db.execute(insert, number)
        await it.db.execute(insert, 9)
        measured = it.of("insert")
        assert (measured["calls"], measured["errors"], measured["rows"]) == (3, 2, 1)
        slow = asyncio.create_task(it.db.fetch("SELECT pg_sleep(60)"))
        while not it.measurements.summary()[-1]["statement"].startswith("select pg_sleep"):
            await asyncio.sleep(0)
        slow.cancel()
        with pytest.raises(asyncio.CancelledError):
            await slow
        assert it.of("select pg_sleep")["errors"] == 1

    bench(test)


def test_plans_of_some_reads(bench: Run) -> None:
    async def test(it: Bench) -> None:
        seen = []
        for number in range(7):
            await it.db.fetch(SELECT, number)
            seen.append(await it.plans())
        assert seen == [1, 1, 1, 2, 2, 2, 3]
        assert it.of("select")["plan"]["Node Type"]
        assert not any("ANALYZE" in sql for sql in it.sent)
        await it.db.fetch("/* read */ select 1")
        assert await it.plans() == 4
        await it.db.fetch("INSERT INTO numbers VALUES (8) RETURNING n")
        await it.db.fetch("WITH new AS (INSERT INTO numbers VALUES (9) RETURNING n) TABLE new")
        assert await it.plans() == 4
        assert it.of("insert")["plan"] is None
        assert await it.db.fetch("SELECT count(*) FROM numbers WHERE n >= 8") == [(2,)]

    bench(test)


def test_a_plan_that_cannot_be_had(bench: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def test(it: Bench) -> None:
        await it.pool.plain.execute("""
            CREATE FUNCTION pg_temp.unexplained() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
            BEGIN
                IF current_query() ILIKE 'explain%' THEN RAISE 'no'; END IF;
                RETURN true;
            END $$""")
        for _ in range(4):
            assert len(await it.db.fetch("SELECT n FROM numbers WHERE pg_temp.unexplained()")) == 5
        measured = it.of("select")
        assert (measured["calls"], measured["errors"], measured["plan"]) == (4, 0, None)
        assert await it.plans() == 2
        assert "no plan for select n from numbers" in caplog.text

    bench(test)


def test_the_least_recently_called_are_forgotten(bench: Run) -> None:
    async def test(it: Bench) -> None:
        for name in ("a", "b", "a", "c"):
            await it.db.fetch(f"SELECT 1 AS {name}")
        kept = {one["statement"]: one["calls"] for one in it.measurements.summary()}
        assert kept == {"select ? as a": 2, "select ? as c": 1}

    bench(test, most=2)
