"""Transactions that PostgreSQL ends, by order of a trigger and for real."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from backend.social.service.transactions import GaveUp, in_transaction

FAIL = "DO $$ BEGIN RAISE EXCEPTION 'broken off' USING ERRCODE = '{}'; END $$"


class SmallPool:
    """As much of a pool as a transaction needs."""

    def __init__(self, pool: Any) -> None:
        self.pool, self.in_use = pool, 0

    @asynccontextmanager
    async def connection(self) -> Any:
        async with self.pool.acquire() as connection:
            self.in_use += 1
            try:
                yield connection
            finally:
                self.in_use -= 1


class Pauses(list[float]):
    """Notes how long it would sleep, and whether a connection is kept meanwhile."""

    def __init__(self, pool: SmallPool) -> None:
        super().__init__()
        self.kept = 0
        self._pool = pool

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)
        self.kept += self._pool.in_use


Test = Callable[[SmallPool, Pauses], Awaitable[None]]


def run(url: str, test: Test) -> None:
    async def main() -> None:
        async with asyncpg.create_pool(url, min_size=1, max_size=8) as pool:
            await pool.execute("CREATE TABLE marks (name text NOT NULL)")
            try:
                small = SmallPool(pool)
                await test(small, Pauses(small))
                assert small.in_use == 0
            finally:
                await pool.execute("DROP TABLE marks")

    asyncio.run(main())


def failing(*codes: str) -> Callable[[Any], Awaitable[int]]:
    """Work that leaves a mark, and is broken off so in its first tries. Returns the number of the
    try."""
    tries = iter(enumerate([*codes, ""], 1))

    async def work(connection: Any) -> int:
        number, code = next(tries)
        await connection.execute("INSERT INTO marks VALUES ($1)", str(number))
        if code:
            await connection.execute(FAIL.format(code))
        return number

    return work


async def marks(pool: SmallPool) -> list[str]:
    return [row["name"] for row in await pool.pool.fetch("SELECT name FROM marks ORDER BY name")]


def test_it_is_done_again_and_once(social_url: str) -> None:
    async def test(pool: Any, pauses: Pauses) -> None:
        work = failing("40001", "40P01", "40001")
        assert await in_transaction(pool, work, 5, 0.5, pauses.sleep) == 4
        assert await marks(pool) == ["4"]
        for limit, pause in zip([0.5, 1, 2], pauses, strict=True):
            assert limit / 2 <= pause <= limit
        assert pauses.kept == 0

    run(social_url, test)


def test_it_gives_up_after_the_last_try(social_url: str) -> None:
    async def test(pool: Any, pauses: Pauses) -> None:
        with pytest.raises(GaveUp) as caught:
            await in_transaction(pool, failing(*["40P01"] * 9), 3, 0.5, pauses.sleep)
        assert isinstance(caught.value.__cause__, asyncpg.DeadlockDetectedError)
        assert len(pauses) == 2
        assert await marks(pool) == []

    run(social_url, test)


@pytest.mark.parametrize("code", ["40000", "40002", "40003", "23505", "55P03", "57014", "P0001"])
def test_other_errors_come_at_once(social_url: str, code: str) -> None:
    async def test(pool: Any, pauses: Pauses) -> None:
        with pytest.raises(asyncpg.PostgresError) as caught:
            await in_transaction(pool, failing(code), 3, 0.5, pauses.sleep)
        assert caught.value.sqlstate == code
        assert (await marks(pool), pauses) == ([], [])

    run(social_url, test)


def test_an_error_of_python_rolls_back(social_url: str) -> None:
    async def work(connection: Any) -> None:
        await connection.execute("INSERT INTO marks VALUES ('here')")
        raise LookupError("not this time")

    async def test(pool: Any, pauses: Pauses) -> None:
        with pytest.raises(LookupError):
            await in_transaction(pool, work, 3, 0.5, pauses.sleep)
        assert (await marks(pool), pauses) == ([], [])

    run(social_url, test)


def test_commit_may_be_what_fails(social_url: str) -> None:
    """Two that read what the other one writes: one of them is ended, at the latest at COMMIT."""
    both = asyncio.Barrier(2)

    def counting(name: str) -> Callable[[Any], Awaitable[None]]:
        first = [True]

        async def work(connection: Any) -> None:
            count = await connection.fetchval("SELECT count(*) FROM marks")
            await connection.execute("INSERT INTO marks VALUES ($1)", f"{name} after {count}")
            if first.pop() if first else False:
                await both.wait()

        return work

    async def test(pool: Any, pauses: Pauses) -> None:
        await asyncio.gather(
            *(in_transaction(pool, counting(name), 5, 0.01, pauses.sleep) for name in "ab")
        )
        assert sorted(mark[2:] for mark in await marks(pool)) == ["after 0", "after 1"]
        assert len(pauses) == 1

    run(social_url, test)


def test_a_real_deadlock(social_url: str) -> None:
    both = asyncio.Barrier(2)

    def swapping(names: str) -> Callable[[Any], Awaitable[None]]:
        first = [True]

        async def work(connection: Any) -> None:
            update = "UPDATE marks SET name = name || '+' WHERE name LIKE $1"
            await connection.execute(update, f"{names[0]}%")
            if first.pop() if first else False:
                await both.wait()
            await connection.execute(update, f"{names[1]}%")

        return work

    async def test(pool: Any, pauses: Pauses) -> None:
        await pool.pool.execute("INSERT INTO marks VALUES ('a'), ('b')")
        ways = [swapping("ab"), swapping("ba")]
        await asyncio.gather(*(in_transaction(pool, way, 9, 0.01, pauses.sleep) for way in ways))
        assert await marks(pool) == ["a++", "b++"]
        assert pauses

    run(social_url, test)


def test_who_is_cancelled_leaves_nothing(social_url: str) -> None:
    started = asyncio.Event()

    async def work(connection: Any) -> None:
        await connection.execute("INSERT INTO marks VALUES ('here')")
        started.set()
        await connection.execute("SELECT pg_sleep(60)")

    async def test(pool: Any, pauses: Pauses) -> None:
        task = asyncio.create_task(in_transaction(pool, work, 5, 0.01, pauses.sleep))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await marks(pool), pauses) == ([], [])

    run(social_url, test)
