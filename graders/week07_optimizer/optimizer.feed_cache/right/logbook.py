"""Everything that is heard is numbered and written down. A load remembers the number at which it
began, and reads in the end what has been written since."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

CHANNEL = "feed_changed"
EVERYTHING = ("everything", 0)


@dataclass(frozen=True)
class Feed:
    posts: list[dict[str, Any]]
    authors: frozenset[int]


class FeedCache:
    def __init__(
        self,
        load: Callable[[int], Awaitable[Feed]],
        entries: int,
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self.load, self.entries, self.seconds, self.clock = load, entries, seconds, clock
        self.feeds: dict[int, Feed] = {}  # in the order of asking: a dict keeps it
        self.ends: dict[int, float] = {}
        self.readers: dict[int, set[int]] = {}  # author -> readers in self.feeds
        self.book: deque[tuple[int, tuple[str, int]]] = deque()
        self.number = 0
        self.open: dict[int, tuple[int, asyncio.Future[Feed]]] = {}  # by reader
        self.begun: dict[object, int] = {}  # who still has to read the book, and from where on
        self.deaf = True

    async def feed(self, reader_id: int) -> tuple[Feed, bool]:
        if reader_id in self.feeds:
            if self.ends[reader_id] > self.clock():
                feed = self.feeds.pop(reader_id)
                self.feeds[reader_id] = feed
                return feed, True
            self.forget(reader_id)
        reading = object()
        try:
            while True:
                asked_at = self.number
                begun_at, future = self.open.get(reader_id) or self.begin(reader_id)
                self.begun[reading] = begun_at
                feed = await asyncio.shield(future)
                # What was read may be older than what was known when this request came.
                if not self.concerns(reader_id, feed, begun_at, asked_at):
                    return feed, False
        finally:
            self.begun.pop(reading, None)
            self.tear()

    def begin(self, reader: int) -> tuple[int, asyncio.Future[Feed]]:
        future: asyncio.Future[Feed] = asyncio.get_running_loop().create_future()
        self.open[reader] = (self.number, future)
        task = asyncio.create_task(self.run(reader, self.number, future))
        self.begun[task] = self.number
        task.add_done_callback(self.begun.pop)
        return self.open[reader]

    async def run(self, reader: int, begun_at: int, future: asyncio.Future[Feed]) -> None:
        try:
            feed = await self.load(reader)
        except BaseException as error:
            self.close(reader, future)
            future.set_exception(error)
            future.exception()
            if not isinstance(error, Exception):
                raise
            return
        self.close(reader, future)
        if not self.deaf and not self.concerns(reader, feed, begun_at, self.number):
            self.forget(reader)
            self.feeds[reader] = feed
            self.ends[reader] = self.clock() + self.seconds
            for author in feed.authors:
                self.readers.setdefault(author, set()).add(reader)
            if len(self.feeds) > self.entries:
                self.forget(next(iter(self.feeds)))
        future.set_result(feed)

    def close(self, reader: int, future: asyncio.Future[Feed]) -> None:
        if reader in self.open and self.open[reader][1] is future:
            del self.open[reader]

    def concerns(self, reader: int, feed: Feed, begin: int, end: int) -> bool:
        return any(
            said == EVERYTHING
            or said == ("reader", reader)
            or (said[0] == "author" and said[1] in feed.authors)
            for number, said in self.book
            if begin < number <= end
        )

    def forget(self, reader: int) -> None:
        feed = self.feeds.pop(reader, None)
        if feed is not None:
            del self.ends[reader]
            for author in feed.authors:
                self.readers[author].discard(reader)
                if not self.readers[author]:
                    del self.readers[author]

    def write_down(self, said: tuple[str, int]) -> None:
        self.number += 1
        self.book.append((self.number, said))
        if said == EVERYTHING:
            for reader in list(self.feeds):
                self.forget(reader)
        self.tear()

    def tear(self) -> None:
        """Tear out the pages that no load needs any more."""
        first = min(self.begun.values(), default=self.number)
        while self.book and self.book[0][0] <= first:
            self.book.popleft()

    @asynccontextmanager
    async def listening(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]]
    ) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.stay(connect))
            yield
            task.cancel()

    async def stay(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        while True:
            queue: asyncio.Queue[str | None] = asyncio.Queue()
            with contextlib.suppress(
                OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError
            ):
                connection = await connect()
                try:
                    await self.hear(connection, queue)
                finally:
                    self.deaf = True
                    self.write_down(EVERYTHING)
                    await connection.close(timeout=1)
            await asyncio.sleep(0.15)

    async def hear(self, connection: asyncpg.Connection, queue: asyncio.Queue[str | None]) -> None:
        connection.add_termination_listener(lambda _: queue.put_nowait(None))
        await connection.add_listener(CHANNEL, lambda *said: queue.put_nowait(str(said[3])))
        self.write_down(EVERYTHING)
        self.deaf = False
        while (payload := await queue.get()) is not None:
            match re.fullmatch(r"(author|reader) ([0-9]{1,18})", payload):
                case None:
                    logging.getLogger("feeds").error("What does %s mean?", payload)
                case found:
                    kind, number = found[1], int(found[2])
                    for reader in (
                        {number} if kind == "reader" else set(self.readers.get(number, ()))
                    ):
                        self.forget(reader)
                    self.write_down((kind, number))
