"""Transactions that are tried again when PostgreSQL ends them for another one's sake.

A serializable transaction behaves as if it ran alone. Where that cannot be kept, PostgreSQL ends it
with 40001; in a deadlock it ends one with 40P01. Neither is a mistake of whoever sent it: the same
work, begun anew, reads what is there by then, and may well be done. So work must be one that can be
done again: all that it does, it does through its connection.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

if TYPE_CHECKING:
    from backend.social.service.pool import Pool

Result = TypeVar("Result")

#: SQLSTATEs 40001 and 40P01. Others of class 40 are not: after 40003 it may have been committed.
PASSING = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)


class GaveUp(Exception):
    """Every attempt was ended for another transaction's sake; the cause is the last one's error."""


async def in_transaction(
    pool: Pool,
    work: Callable[[Any], Awaitable[Result]],
    attempts: int,
    base_seconds: float,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> Result:
    """What `work` returns, which is given a connection with a serializable transaction.

    It is committed when work returns, and rolled back when it raises. Tries are `attempts` at most;
    in the pauses between them, which double and are random, no connection is kept. Raises GaveUp,
    and whatever else work or the COMMIT raises at once.
    """
    failure: Exception | None = None
    for tried in range(attempts):
        if tried:
            limit = base_seconds * 2 ** (tried - 1)
            await sleep(random.uniform(limit / 2, limit))  # noqa: S311 - no secret
        try:
            async with (
                pool.connection() as connection,
                connection.transaction(isolation="serializable"),
            ):
                return await work(connection)
        except PASSING as error:
            failure = error
    raise GaveUp(f"The transaction could not be completed in {attempts} attempts.") from failure
