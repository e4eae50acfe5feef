"""A call of itself for each further try, the transaction as an object, pauses from a generator."""

from __future__ import annotations

import asyncio
import random

from asyncpg.exceptions import DeadlockDetectedError, SerializationError


class GaveUp(Exception):
    def __init__(self, attempts):
        super().__init__(f"{attempts} attempts in vain")


def _pauses(base_seconds, number):
    """The pauses between the tries; then there are no more."""
    for power in range(number):
        limit = base_seconds * (1 << power)
        yield limit - random.random() * limit / 2  # noqa: S311


async def in_transaction(pool, work, attempts, base_seconds, sleep=asyncio.sleep):
    pauses = _pauses(base_seconds, attempts - 1)

    async def attempt():
        async with pool.connection() as connection:
            transaction = connection.transaction(isolation="serializable")
            await transaction.start()
            try:
                result = await work(connection)
            except:
                await transaction.rollback()
                raise
            else:
                await transaction.commit()
            return result

    async def attempts_from_here():
        try:
            return await attempt()
        except (SerializationError, DeadlockDetectedError) as error:
            pause = next(pauses, None)
            if pause is None:
                raise GaveUp(attempts) from error
        await sleep(pause)
        return await attempts_from_here()

    return await attempts_from_here()
