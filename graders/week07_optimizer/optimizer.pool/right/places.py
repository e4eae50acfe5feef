"""Places are counted before asyncpg's pool is asked, which then always has one; the server is asked
for its limits through the address."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from urllib.parse import urlencode

import asyncpg


class PoolExhausted(RuntimeError):
    pass


class Pool:
    def __init__(self, pool, settings):
        self._pool = pool
        self._free = settings.pool_max_size
        self._seconds = settings.pool_timeout_ms / 1000
        self._queue = deque()

    @contextlib.asynccontextmanager
    async def connection(self):
        await self._enter()
        try:
            async with self._pool.acquire() as connection:
                yield connection
        finally:
            self._leave()

    async def _enter(self):
        if self._free > 0:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        done, _ = set(), None
        try:
            done, _ = await asyncio.wait([turn], timeout=self._seconds)
        finally:
            if not done:
                if turn in self._queue:
                    self._queue.remove(turn)
                elif turn.done():  # it was its turn, and it was cancelled
                    self._leave()
        if not done:
            raise PoolExhausted

    def _leave(self):
        if self._queue:
            self._queue.popleft().set_result(None)
        else:
            self._free += 1

    def state(self):
        return {
            "max_size": self._pool.get_max_size(),
            "open": self._pool.get_size(),
            "idle": self._pool.get_idle_size(),
            "waiting": len(self._queue),
        }


def _encode(value):
    return b"\1%b" % json.dumps(value, ensure_ascii=False).encode()


async def _init(connection):
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=_encode,
        decoder=lambda data: json.loads(data[1:]),
    )


@contextlib.asynccontextmanager
async def open_pool(settings):
    told = urlencode(
        {"application_name": "social", "statement_timeout": settings.statement_timeout_ms}
    )
    url = settings.database_url
    pool = await asyncpg.create_pool(
        f"{url}{'&' if '?' in url else '?'}{told}",
        min_size=settings.pool_min_size,
        max_size=settings.pool_max_size,
        timeout=settings.connect_timeout_ms / 1000,
        init=_init,
    )
    try:
        yield Pool(pool, settings)
    finally:
        await pool.close()
