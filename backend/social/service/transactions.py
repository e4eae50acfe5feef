"""Transactions that PostgreSQL may break off: the work is done again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from backend.social.service.pool import Pool

Result = TypeVar("Result")

#: Errors that say: nothing is wrong with the work, do it again (PostgreSQL documentation,
#: "Serialization Failure Handling").
AGAIN = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


class GaveUp(Exception):
    """Every attempt was broken off by what others did at the same time."""


async def in_transaction(
    pool: Pool,
    work: Callable[[asyncpg.Connection], Awaitable[Result]],
    attempts: int,
    base_seconds: float,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Result:
    """What `work` returns, done in a serializable transaction that has been committed.

    attempts: the first one included; base_seconds: the longest pause before the second, doubled
    each time. Raises GaveUp, PoolExhausted, and whatever else the work raises.
    """
    for attempt in range(attempts):
        if attempt:
            await sleep(random.uniform(0, base_seconds * 2 ** (attempt - 1)))  # noqa: S311
        try:
            async with (
                pool.connection() as connection,
                connection.transaction(isolation="serializable"),
            ):
                return await work(connection)
        except AGAIN as error:
            last = error
    raise GaveUp from last
