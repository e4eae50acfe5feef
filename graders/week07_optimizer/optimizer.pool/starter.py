"""The connections to PostgreSQL that all requests of this process share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from backend.social.service.settings import ServiceSettings


class PoolExhausted(Exception):
    """All connections are in use, and none came back in time."""


class Pool:
    """Lends connections: so many at most, and for each request one at a time."""

    def __init__(self, pool: asyncpg.Pool, seconds: float) -> None:
        """seconds: how long one may wait for a connection. Take other arguments if you like."""

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection for the block. It goes back with the block's end, however the block ends.

        Raises PoolExhausted, and what asyncpg raises when the server is not to be had.
        """
        raise NotImplementedError
        yield  # TODO

    def state(self) -> dict[str, int]:
        """max_size, and how many connections are open, how many of them idle, and how many callers
        wait for one."""
        return {"max_size": 0, "open": 0, "idle": 0, "waiting": 0}  # TODO


@asynccontextmanager
async def open_pool(settings: ServiceSettings) -> AsyncIterator[Pool]:
    """A pool with its first connections open. Leaving the block closes it, also by an error."""
    raise NotImplementedError
    yield  # TODO
