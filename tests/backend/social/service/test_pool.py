"""The pool against PostgreSQL: its size, its deadlines, and what comes back to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from backend.social.service.pool import Pool, PoolExhausted, open_pool
from backend.social.service.settings import ServiceSettings

PIDS = """
    SELECT pid FROM pg_stat_activity
    WHERE application_name = 'social' AND datname = current_database() ORDER BY pid
"""
HOLD, WANT = "SELECT pg_advisory_lock(7)", "SELECT pg_advisory_lock(7)"


def settings(url: str, **changes: int) -> ServiceSettings:
    return ServiceSettings(url, **{"pool_max_size": 2, "pool_timeout_ms": 100, **changes})


def in_pool(url: str, work: Callable[[Pool, Any], Awaitable[Any]], **changes: int) -> None:
    """Run `work` with a pool, and a connection that looks on."""

    async def run() -> None:
        watcher = await asyncpg.connect(url)
        try:
            async with open_pool(settings(url, **changes)) as pool:
                await work(pool, watcher)
            assert await until(lambda: watcher.fetch(PIDS), []), "closed in the end"
        finally:
            await watcher.close()

    asyncio.run(run())


async def until(ask: Callable[[], Awaitable[Any]], wanted: Any) -> bool:
    """Whether the answer becomes this one before long."""
    deadline = time.monotonic() + 10
    while await ask() != wanted and time.monotonic() < deadline:
        await asyncio.sleep(0.005)
    return await ask() == wanted


async def pids(watcher: Any) -> list[int]:
    return [row["pid"] for row in await watcher.fetch(PIDS)]


async def one(pool: Pool, sql: str = "SELECT 1", *values: Any) -> Any:
    async with pool.connection() as connection:
        return await connection.fetchval(sql, *values)


def state(open_: int, idle: int, waiting: int = 0, most: int = 2) -> dict[str, int]:
    return {"max_size": most, "open": open_, "idle": idle, "waiting": waiting}


def states(pool: Pool) -> Callable[[], Awaitable[dict[str, int]]]:
    async def ask() -> dict[str, int]:
        return pool.state()

    return ask


def test_opens_the_first_ones_at_once_and_more_when_they_are_needed(social_url: str) -> None:
    async def work(pool: Pool, watcher: Any) -> None:
        assert (pool.state(), len(await pids(watcher))) == (state(2, 2, most=3), 2)
        for _ in range(5):
            await one(pool)
        assert len(await pids(watcher)) == 2
        async with pool.connection(), pool.connection(), pool.connection():
            assert pool.state() == state(3, 0, most=3)
            assert len(await pids(watcher)) == 3
        before = await pids(watcher)
        await asyncio.gather(*(one(pool) for _ in range(40)))
        assert (pool.state(), await pids(watcher)) == (state(3, 3, most=3), before)

    in_pool(social_url, work, pool_min_size=2, pool_max_size=3, pool_timeout_ms=10_000)


def test_waits_for_so_long_and_no_longer(social_url: str) -> None:
    async def work(pool: Pool, _: Any) -> None:
        async with pool.connection(), pool.connection():
            with pytest.raises(PoolExhausted):
                await one(pool)
            assert pool.state() == state(2, 0)
        assert pool.state() == state(2, 2)
        assert await one(pool) == 1

    in_pool(social_url, work)


def test_the_deadline_is_for_the_wait_and_not_for_the_work(social_url: str) -> None:
    async def work(pool: Pool, _: Any) -> None:
        async with pool.connection() as connection:
            with pytest.raises(PoolExhausted):  # by now it has had the connection for longer
                await one(pool)
            assert await connection.fetchval("SELECT 1") == 1

    in_pool(social_url, work, pool_max_size=1)


def test_gives_no_timeout_of_the_block_another_name(social_url: str) -> None:
    async def work(pool: Pool, _: Any) -> None:
        with pytest.raises(TimeoutError):
            async with pool.connection():
                raise TimeoutError

    in_pool(social_url, work)


def test_tells_who_waits(social_url: str) -> None:
    async def work(pool: Pool, _: Any) -> None:
        async with pool.connection(), pool.connection():
            waiting = [asyncio.create_task(one(pool)) for _ in range(3)]
            assert await until(states(pool), state(2, 0, 3))
            waiting[0].cancel()
            assert await until(states(pool), state(2, 0, 2))
        assert await asyncio.gather(*waiting[1:]) == [1, 1]
        assert pool.state() == state(2, 2)

    in_pool(social_url, work, pool_timeout_ms=10_000)


def test_ends_statements_in_the_server_also_at_the_second_use(social_url: str) -> None:
    async def work(pool: Pool, watcher: Any) -> None:
        await watcher.execute(HOLD)
        for _ in range(3):
            with pytest.raises(asyncpg.QueryCanceledError):
                await one(pool, WANT)
        async with pool.connection() as connection:
            assert await connection.fetchval("SHOW statement_timeout") == "150ms"
            assert await connection.fetchval("SHOW application_name") == "social"

    in_pool(social_url, work, statement_timeout_ms=150, pool_max_size=1)


def test_is_whole_after_errors_and_cancellations(social_url: str) -> None:
    async def work(pool: Pool, watcher: Any) -> None:
        await watcher.execute(HOLD)
        for _ in range(20):
            with pytest.raises(asyncpg.DivisionByZeroError):
                await one(pool, "SELECT 1 / 0")
            task = asyncio.create_task(one(pool, WANT))
            while not await watcher.fetch("SELECT FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert await until(states(pool), state(1, 1, most=1))
        assert await one(pool) == 1

    in_pool(social_url, work, pool_max_size=1, pool_timeout_ms=10_000)


def test_nothing_of_one_block_reaches_the_next(social_url: str) -> None:
    async def work(pool: Pool, watcher: Any) -> None:
        async def leave_behind() -> None:
            async with pool.connection() as connection:
                await connection.execute("SET lock_timeout = 777")
                await connection.execute("BEGIN; CREATE TABLE left_behind ()")
                raise KeyError

        with pytest.raises(KeyError):
            await leave_behind()
        assert await one(pool, "SHOW lock_timeout") == "0"
        assert await watcher.fetchval("SELECT to_regclass('left_behind')") is None

    in_pool(social_url, work, pool_max_size=1)


def test_gives_out_nothing_that_the_server_has_ended(social_url: str) -> None:
    async def work(pool: Pool, watcher: Any) -> None:
        async with pool.connection(), pool.connection():
            pass
        dead = set(await pids(watcher))
        for pid in dead:
            await watcher.execute("SELECT pg_terminate_backend($1)", pid)

        async def is_known() -> bool:
            left = await pids(watcher)
            return not dead & set(left) and pool.state()["open"] == len(left)

        assert await until(is_known, True)
        assert [await one(pool) for _ in range(3)] == [1, 1, 1]

    in_pool(social_url, work, pool_timeout_ms=10_000)


def test_jsonb_is_what_python_makes_of_it(social_url: str) -> None:
    async def work(pool: Pool, _: Any) -> None:
        value = {"a": [1, None, "ü"], "b": {"c": True}}
        assert await one(pool, "SELECT $1::jsonb", value) == value
        assert await one(pool, "SELECT 'null'::jsonb IS NULL") is False
        async with pool.connection() as connection:
            await connection.execute("CREATE TEMP TABLE documents (document jsonb)")
            await connection.copy_records_to_table("documents", records=[(value,), (None,)])
            stored = await connection.fetch("SELECT document FROM documents")
        assert [row["document"] for row in stored] == [value, None]

    in_pool(social_url, work)


def test_is_closed_when_the_block_fails(social_url: str) -> None:
    async def work(pool: Pool, _: Any) -> None:
        await one(pool)
        raise KeyError

    async def look() -> None:
        watcher = await asyncpg.connect(social_url)
        assert await until(lambda: watcher.fetch(PIDS), [])
        await watcher.close()

    with pytest.raises(KeyError):
        in_pool(social_url, work)
    asyncio.run(look())


def test_nothing_is_left_when_the_server_lets_only_some_in(social_url: str) -> None:
    async def run() -> None:
        watcher = await asyncpg.connect(social_url)
        database = await watcher.fetchval("SELECT current_database()")
        await watcher.execute(f"ALTER DATABASE {database} CONNECTION LIMIT 3")
        try:
            with pytest.raises(asyncpg.TooManyConnectionsError):
                async with open_pool(settings(social_url, pool_min_size=5, pool_max_size=5)):
                    pass
            assert await until(lambda: watcher.fetch(PIDS), [])
        finally:
            await watcher.execute(f"ALTER DATABASE {database} CONNECTION LIMIT -1")
            await watcher.close()

    asyncio.run(run())
