"""asyncpg's pool with its own deadline; what a session must know, it is told each time."""

from __future__ import annotations

import json

import asyncpg


class PoolExhausted(Exception):
    def __init__(self, message="all connections are in use"):
        super().__init__(message)


class Lent:
    def __init__(self, pool):
        self.pool, self.taken = pool, None

    async def __aenter__(self):
        pool = self.pool
        pool.wanted.add(self)
        try:
            self.taken = await pool.pool.acquire(timeout=pool.seconds)
        except TimeoutError as error:
            raise PoolExhausted from error
        finally:
            pool.wanted.remove(self)
        return self.taken

    async def __aexit__(self, *_):
        await self.pool.pool.release(self.taken, timeout=30)


class Pool:
    def __init__(self, pool, seconds):
        self.pool, self.seconds, self.wanted = pool, seconds, set()

    def connection(self):
        return Lent(self)

    def state(self):
        return {
            "waiting": len(self.wanted),
            "idle": self.pool.get_idle_size(),
            "open": self.pool.get_size(),
            "max_size": self.pool.get_max_size(),
            "min_size": self.pool.get_min_size(),
        }


class open_pool:  # noqa: N801
    def __init__(self, settings):
        limit = settings.statement_timeout_ms

        async def prepare(connection):
            await connection.set_type_codec(
                "jsonb",
                schema="pg_catalog",
                format="binary",
                encoder=lambda value: bytes([1]) + bytes(json.dumps(value), "utf-8"),
                decoder=lambda data: json.loads(data.decode()[1:]),
            )

        async def tell(connection):
            await connection.execute(
                f"SET statement_timeout = {limit}; SET application_name = 'social'"
            )

        self.seconds = settings.pool_timeout_ms / 1000
        self.pool = asyncpg.create_pool(
            settings.database_url,
            min_size=settings.pool_min_size,
            max_size=settings.pool_max_size,
            max_inactive_connection_lifetime=0,
            timeout=settings.connect_timeout_ms / 1000,
            init=prepare,
            setup=tell,
            server_settings={"application_name": "social"},
        )

    async def __aenter__(self):
        await self.pool
        return Pool(self.pool, self.seconds)

    async def __aexit__(self, *_):
        await self.pool.close()
