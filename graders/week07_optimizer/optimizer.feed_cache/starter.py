"""Feeds in memory, as long as PostgreSQL says that nothing has changed, and for a while at most."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

CHANNEL = "feed_changed"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Feed:
    """The newest posts of those whom a reader follows.

    authors: all whom the reader follows, also those of whom no post is among these.
    """

    posts: list[dict[str, Any]]
    authors: frozenset[int]


class FeedCache:
    """The feeds of those who asked last."""

    def __init__(
        self,
        load: Callable[[int], Awaitable[Feed]],
        entries: int,
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        """load: reads the feed of a reader; entries: how many feeds are kept; seconds: for how
        long each, by the clock."""
        self._load = load

    async def feed(self, reader_id: int) -> tuple[Feed, bool]:
        """A reader's feed, and whether it was in memory. Raises what `load` raises."""
        # TODO: keep it, read it once for all who ask at the same time
        return await self._load(reader_id), False

    @asynccontextmanager
    async def listening(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]]
    ) -> AsyncIterator[None]:
        """Within the block the cache hears what changes, and so may keep feeds.

        connect: opens a connection that nobody else uses.
        """
        # TODO: listen to CHANNEL, also after the connection was lost
        yield
