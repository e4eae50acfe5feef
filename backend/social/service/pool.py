"""The pool: a few connections that all requests share, with a bound for every wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from backend.social.service.settings import ServiceSettings


class PoolExhausted(Exception):
    """No connection became free in time."""


class Pool:
    """Connections to one database; see open_pool."""

    def __init__(self, pool: asyncpg.Pool, wait_seconds: float) -> None:
        self._pool, self._wait_seconds = pool, wait_seconds
        self._waiting = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of one's own within the block. Raises PoolExhausted."""
        self._waiting += 1
        try:
            connection = await self._pool.acquire(timeout=self._wait_seconds)
        except TimeoutError:
            raise PoolExhausted from None
        finally:
            self._waiting -= 1
        try:
            yield connection
        finally:
            await self._pool.release(connection)

    def state(self) -> dict[str, int]:
        """How many connections there may be, are open and are idle; how many requests wait."""
        return {
            "max_size": self._pool.get_max_size(),
            "open": self._pool.get_size(),
            "idle": self._pool.get_idle_size(),
            "waiting": self._waiting,
        }


@asynccontextmanager
async def open_pool(settings: ServiceSettings) -> AsyncIterator[Pool]:
    """The pool of these settings, open within the block.

    Raises OSError, TimeoutError or asyncpg.PostgresError when the server cannot be entered.
    """
    pool = await asyncpg.create_pool(
        settings.database_url,
        min_size=settings.pool_min_size,
        max_size=settings.pool_max_size,
        timeout=settings.connect_timeout_ms / 1000,
        init=_prepare,
        server_settings={
            "application_name": "social",
            "statement_timeout": f"{settings.statement_timeout_ms}ms",
        },
    )
    try:
        yield Pool(pool, settings.pool_timeout_ms / 1000)
    finally:
        await _close(pool)


async def _prepare(connection: asyncpg.Connection) -> None:
    """What a new connection is told once: jsonb comes and goes as Python's values."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads
    )


async def _close(pool: asyncpg.Pool) -> None:
    try:
        async with asyncio.timeout(5):
            await pool.close()  # waits for connections that are in use
    except TimeoutError:
        pool.terminate()
