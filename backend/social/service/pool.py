"""The connections to PostgreSQL that all requests of this process share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from backend.social.service.settings import ServiceSettings

#: By which the server's views tell our connections from those of others.
APPLICATION = "social"

#: What PostgreSQL puts before a jsonb value when it sends one as bytes: the format's version.
_JSONB_VERSION = b"\x01"


class PoolExhausted(Exception):
    """All connections are in use, and none came back in time."""


class Pool:
    """Lends connections: so many at most, and for each request one at a time."""

    def __init__(self, pool: asyncpg.Pool, seconds: float) -> None:
        """seconds: how long one may wait for a connection."""
        self._pool, self._seconds = pool, seconds
        self._waiting = 0

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection for the block. It goes back with the block's end, however the block ends.

        Raises PoolExhausted, and what asyncpg raises when the server is not to be had.
        """
        connection = await self._take()
        try:
            yield connection
        finally:
            # Rolls back and resets what the block has left, also while the task is cancelled.
            await self._pool.release(connection)

    def state(self) -> dict[str, int]:
        """max_size, and how many connections are open, how many of them idle, and how many callers
        wait for one."""
        return {
            "max_size": self._pool.get_max_size(),
            "open": self._pool.get_size(),
            "idle": self._pool.get_idle_size(),
            "waiting": self._waiting,
        }

    async def _take(self) -> asyncpg.Connection:
        self._waiting += 1
        try:
            # The deadline is for the wait alone. It is not given to acquire(), which would take it
            # for the connection's way back as well.
            async with asyncio.timeout(self._seconds) as deadline:
                return await self._pool.acquire()
        except TimeoutError:
            if not deadline.expired():
                raise  # it is the server that took too long to let us in
            raise PoolExhausted(f"no connection within {self._seconds} s") from None
        finally:
            self._waiting -= 1


@asynccontextmanager
async def open_pool(settings: ServiceSettings) -> AsyncIterator[Pool]:
    """A pool with its first connections open. Leaving the block closes it, also by an error."""
    async with asyncpg.create_pool(
        settings.database_url,
        min_size=settings.pool_min_size,
        max_size=settings.pool_max_size,
        timeout=settings.connect_timeout_ms / 1000,  # for one connection to be made
        init=_prepare,
        # Given as a session begins, they are what a reset goes back to. A SET would be undone.
        server_settings={
            "application_name": APPLICATION,
            "statement_timeout": str(settings.statement_timeout_ms),
        },
    ) as pool:
        yield Pool(pool, settings.pool_timeout_ms / 1000)


async def _prepare(connection: asyncpg.Connection) -> None:
    """Let jsonb be what Python makes of JSON. As bytes, because COPY knows no other form."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: _JSONB_VERSION + json.dumps(value).encode(),
        decoder=lambda data: json.loads(data[len(_JSONB_VERSION) :]),
        format="binary",
    )
