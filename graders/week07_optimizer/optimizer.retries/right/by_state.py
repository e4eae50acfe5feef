"""BEGIN, COMMIT and ROLLBACK by hand, a loop without an end, SQLSTATEs, and pauses from zero on."""

from __future__ import annotations

import asyncio
from random import random

import asyncpg

AGAIN = {"40001", "40P01"}


class GaveUp(Exception):
    pass


async def in_transaction(pool, work, attempts, base_seconds, sleep=asyncio.sleep):
    limit, left = base_seconds, attempts
    while True:
        left -= 1
        try:
            return await _once(pool, work)
        except asyncpg.PostgresError as error:
            if error.sqlstate not in AGAIN:
                raise
            if not left:
                raise GaveUp(str(error)) from error
        await sleep(limit * random())  # noqa: S311
        limit *= 2


async def _once(pool, work):
    async with pool.connection() as connection:
        await connection.execute("BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        try:
            result = await work(connection)
            await connection.execute("COMMIT")
        except BaseException:
            if connection.is_in_transaction():
                await connection.execute("ROLLBACK")
            raise
        return result
