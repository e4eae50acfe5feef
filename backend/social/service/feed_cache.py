"""The feed cache: feeds that were asked for lately, until PostgreSQL says that they changed."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import asyncpg

CHANNEL = "feed_changed"

#: Seconds between two tries to listen again.
PAUSE = 0.1

Clock = Callable[[], float]
Connect = Callable[[], Awaitable[asyncpg.Connection]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Feed:
    """A page of posts, and whose posts could stand in it: those whom the reader follows."""

    posts: list[dict[str, Any]]
    authors: frozenset[int]


class FeedCache:
    """Feeds by their readers: so many, each for so long."""

    def __init__(
        self, load: Callable[[int], Awaitable[Feed]], entries: int, seconds: float, clock: Clock
    ) -> None:
        """load: reads the feed of a reader from the database; clock: gives seconds."""
        self._load, self._entries, self._seconds, self._clock = load, entries, seconds, clock
        self._kept: OrderedDict[int, tuple[float, Feed]] = OrderedDict()
        self._listens = False
        self._changes = 0  # whoever loads compares it: what came meanwhile may be missing

    async def feed(self, reader: int) -> tuple[Feed, bool]:
        """The reader's feed, and whether it was in memory. Raises what `load` raises."""
        kept = self._kept.get(reader)
        if kept is not None and self._clock() < kept[0]:
            self._kept.move_to_end(reader)
            return kept[1], True
        before = self._changes
        feed = await self._load(reader)
        if self._listens and before == self._changes:
            self._kept[reader] = (self._clock() + self._seconds, feed)
            self._kept.move_to_end(reader)
            if len(self._kept) > self._entries:
                self._kept.popitem(last=False)
        return feed, False

    @asynccontextmanager
    async def listening(self, connect: Connect) -> AsyncIterator[None]:
        """Hear of changes within the block. Outside of it nothing is kept.

        connect: opens a connection of its own.
        """
        task = asyncio.create_task(self._listen(connect))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _listen(self, connect: Connect) -> None:
        while True:
            try:
                await self._listen_once(connect)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                logger.warning("nobody listens for changed feeds: %r", error)
            finally:
                self._forget_all()
            await asyncio.sleep(PAUSE)

    async def _listen_once(self, connect: Connect) -> None:
        connection, lost = await connect(), asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, lambda *heard: self._heard(heard[3]))
            self._listens = True
            await lost.wait()
        finally:
            connection.terminate()

    def _heard(self, payload: str) -> None:
        self._changes += 1
        kind, _, number = payload.partition(" ")
        if not (kind in ("author", "reader") and number.isascii() and number.isdigit()):
            logger.warning("heard something else than a changed feed: %r", payload)
        elif kind == "reader":
            self._kept.pop(int(number), None)
        else:
            author = int(number)
            for reader in [r for r, (_, feed) in self._kept.items() if author in feed.authors]:
                del self._kept[reader]

    def _forget_all(self) -> None:
        self._listens = False
        self._changes += 1
        self._kept.clear()
