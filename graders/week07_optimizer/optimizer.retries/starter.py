"""Transactions that are tried again when PostgreSQL ends them for another one's sake."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from backend.social.service.pool import Pool

Result = TypeVar("Result")


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

    It is committed when work returns, and rolled back when it raises.
    """
    # TODO: a transaction, and another one when PostgreSQL says "try again"
    async with pool.connection() as connection:
        return await work(connection)
