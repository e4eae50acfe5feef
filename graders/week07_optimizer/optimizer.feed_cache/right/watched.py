"""Each reader has a place, made when somebody asks. It holds the feed, or the task that reads it.
Whoever hears of a change takes places away; whether he still hears is looked at all the time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

CHANNEL = "feed_changed"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Feed:
    posts: list[dict[str, Any]]
    authors: frozenset[int]


class Place:
    def __init__(self, era: object, now: float) -> None:
        self.era, self.born = era, now
        self.doubts: list[int] = []
        self.task: asyncio.Task[Feed] | None = None
        self.feed: Feed | None = None


class FeedCache:
    def __init__(
        self,
        load: Callable[[int], Awaitable[Feed]],
        entries: int,
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self.load, self.entries, self.seconds, self.clock = load, entries, seconds, clock
        self.full: dict[int, Place] = {}
        self.coming: dict[int, Place] = {}
        self.era: object | None = None  # another one for each connection, None without one

    async def feed(self, reader_id: int) -> tuple[Feed, bool]:
        place = self.full.pop(reader_id, None)
        if place is not None and place.feed and self.clock() - place.born < self.seconds:
            self.full[reader_id] = place
            return place.feed, True
        place = self.coming.get(reader_id)
        if place is None or place.doubts or place.era is not self.era:
            place = self.coming[reader_id] = Place(self.era, self.clock())
            place.task = asyncio.create_task(self.fill(reader_id, place))
        await asyncio.wait({place.task})
        return place.task.result(), False

    async def fill(self, reader: int, place: Place) -> Feed:
        try:
            place.feed = await self.load(reader)
            return place.feed
        finally:
            if self.coming.get(reader) is place:
                del self.coming[reader]
                self.keep(reader, place)

    def keep(self, reader: int, place: Place) -> None:
        if place.feed is None or self.era is None or place.era is not self.era:
            return
        if not any(author in place.feed.authors for author in place.doubts):
            self.full.pop(reader, None)
            self.full[reader] = place
            for oldest in list(self.full)[: -self.entries]:
                del self.full[oldest]

    @asynccontextmanager
    async def listening(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]]
    ) -> AsyncIterator[None]:
        connection = await self.enter(connect)
        watcher = asyncio.create_task(self.watch(connect, connection))
        try:
            yield
        finally:
            watcher.cancel()
            await asyncio.wait({watcher})

    async def enter(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]]
    ) -> asyncpg.Connection:
        connection = await connect()
        try:
            await connection.add_listener(CHANNEL, self.hear)
        except BaseException:
            connection.terminate()
            raise
        self.full, self.coming, self.era = {}, {}, object()
        return connection

    async def watch(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]], connection: asyncpg.Connection
    ) -> None:
        try:
            while True:
                while not connection.is_closed():
                    await asyncio.sleep(0.02)
                self.full, self.coming, self.era = {}, {}, None
                while connection.is_closed():
                    await asyncio.sleep(0.3)
                    try:
                        connection = await self.enter(connect)
                    except (
                        OSError,
                        asyncpg.PostgresError,
                        asyncpg.InterfaceError,
                        asyncpg.InternalClientError,
                    ) as error:
                        log.error("cannot listen: %r", error)
        finally:
            self.full, self.coming, self.era = {}, {}, None
            connection.terminate()

    async def hear(self, _: Any, __: int, ___: str, payload: str) -> None:
        match payload.split(" "):
            case ["author", number] if number.isdecimal():
                author = int(number)
                self.full = {
                    reader: place
                    for reader, place in self.full.items()
                    if place.feed is not None and author not in place.feed.authors
                }
                for place in self.coming.values():
                    place.doubts.append(author)
            case ["reader", number] if number.isdecimal():
                self.full.pop(int(number), None)
                self.coming.pop(int(number), None)
            case _:
                log.warning("ignored: %s", payload)
