"""Statements are run here, and each is measured: its wait, its run, and its plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    from backend.social.service.pool import Pool


class Measurements:
    """What was measured, by fingerprint."""

    def __init__(self, most: int, plan_every: int) -> None:
        """most: how many fingerprints are kept; plan_every: one call in so many has its plan
        sampled, the first one included."""

    def summary(self) -> list[dict[str, Any]]:
        """All that is known, what ran longest first."""
        return []


class Database:
    """Runs statements on connections of the pool."""

    def __init__(self, pool: Pool, measurements: Measurements, clock: Callable[[], float]) -> None:
        """clock: seconds, of which only differences mean anything."""
        self._pool, self._measurements, self._clock = pool, measurements, clock

    async def fetch(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """The rows that the statement returns."""
        async with self._pool.connection() as connection:
            return await connection.fetch(sql, *args)  # TODO: measure it

    async def execute(self, sql: str, *args: Any) -> int:
        """How many rows the statement affected; 0 where it has no such number."""
        # TODO: run it, and measure it
        return 0
