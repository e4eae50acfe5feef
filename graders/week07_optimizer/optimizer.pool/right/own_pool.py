"""Without asyncpg's pool: a semaphore for the places, and a list of those that nobody has."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager

import asyncpg


class PoolExhausted(Exception):
    pass


class Pool:
    def __init__(self, settings):
        self.settings = settings
        self.places = asyncio.Semaphore(settings.pool_max_size)
        self.kept, self.lent, self.waiting = [], set(), 0

    async def connect(self):
        new = await asyncpg.connect(
            self.settings.database_url,
            timeout=self.settings.connect_timeout_ms / 1000,
            server_settings={
                "application_name": "social",
                "options": f"-c statement_timeout={self.settings.statement_timeout_ms}",
            },
        )
        try:
            await new.set_type_codec(
                "jsonb",
                schema="pg_catalog",
                encoder=lambda value: b"\x01" + json.dumps(value).encode("utf-8"),
                decoder=lambda data: json.loads(bytes(data)[1:].decode("utf-8")),
                format="binary",
            )
        except BaseException:
            new.terminate()
            raise
        return new

    @asynccontextmanager
    async def connection(self):
        self.waiting += 1
        try:
            await asyncio.wait_for(self.places.acquire(), self.settings.pool_timeout_ms / 1000)
        except TimeoutError:
            raise PoolExhausted from None
        finally:
            self.waiting -= 1
        try:
            connection = None
            while self.kept and connection is None:
                connection = self.kept.pop()
                if connection.is_closed():
                    connection = None
            if connection is None:
                connection = await self.connect()
            self.lent.add(connection)
            try:
                yield connection
            finally:
                await asyncio.shield(asyncio.ensure_future(self.take_back(connection)))
        except BaseException:
            raise
        finally:
            self.places.release()

    async def take_back(self, connection):
        try:
            if not connection.is_closed():
                if connection.is_in_transaction():
                    await connection.execute("ROLLBACK")
                await connection.reset(timeout=20)
                self.kept.append(connection)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            connection.terminate()
        finally:
            self.lent.discard(connection)

    def state(self):
        idle = sum(not one.is_closed() for one in self.kept)
        lent = sum(not one.is_closed() for one in self.lent)
        return {
            "max_size": self.settings.pool_max_size,
            "open": idle + lent,
            "idle": idle,
            "waiting": self.waiting,
        }

    async def close(self):
        for connection in self.kept:
            await connection.close()


@asynccontextmanager
async def open_pool(settings):
    pool = Pool(settings)
    try:
        for _ in range(settings.pool_min_size):
            pool.kept.append(await pool.connect())
        yield pool
    finally:
        await pool.close()
