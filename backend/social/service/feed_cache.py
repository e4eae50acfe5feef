"""Feeds in memory, as long as PostgreSQL says that nothing has changed, and for a while at most."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncpg

CHANNEL = "feed_changed"

#: Seconds between two tries to listen.
PAUSE = 0.25

#: What a connection raises that cannot be had, or that ends while something is asked on it: asyncpg
#: takes a server's farewell at that moment for an error of its own.
_LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Feed:
    """The newest posts of those whom a reader follows.

    authors: all whom the reader follows, also those of whom no post is among these.
    """

    posts: list[dict[str, Any]]
    authors: frozenset[int]


@dataclass(frozen=True)
class _Kept:
    feed: Feed
    until: float


@dataclass(eq=False)
class _Loading:
    """A feed that is on its way. heard: authors of whom something has changed meanwhile."""

    task: asyncio.Task[Feed] | None = None
    heard: set[int] = field(default_factory=set)


class FeedCache:
    """The feeds of those who asked last.

    It needs no lock: between two awaits, a coroutine is alone. Every process has a cache of its
    own, and all of them hear the same notifications.
    """

    def __init__(
        self,
        load: Callable[[int], Awaitable[Feed]],
        entries: int,
        seconds: float,
        clock: Callable[[], float],
    ) -> None:
        """load: reads the feed of a reader; entries: how many feeds are kept; seconds: for how
        long each, by the clock."""
        self._load, self._most, self._seconds, self._clock = load, entries, seconds, clock
        self._kept: OrderedDict[int, _Kept] = OrderedDict()  # who asked last stands last
        self._loading: dict[int, _Loading] = {}
        self._listens = False

    async def feed(self, reader_id: int) -> tuple[Feed, bool]:
        """A reader's feed, and whether it was in memory. Raises what `load` raises."""
        kept = self._kept.get(reader_id)
        if kept is not None and self._clock() < kept.until:
            self._kept.move_to_end(reader_id)
            return kept.feed, True
        loading = self._loading.get(reader_id)
        if loading is None or loading.heard:
            # After a notification nobody joins: what is being read may be older than that.
            loading = self._loading[reader_id] = _Loading()
            loading.task = asyncio.create_task(self._run(reader_id, loading))
            loading.task.add_done_callback(_take_note)
        assert loading.task is not None  # noqa: S101 - it is there as soon as the loading is
        # A task of its own: whoever goes away takes nothing from the others who wait for it.
        return await asyncio.shield(loading.task), False

    @asynccontextmanager
    async def listening(
        self, connect: Callable[[], Awaitable[asyncpg.Connection]]
    ) -> AsyncIterator[None]:
        """Within the block the cache hears what changes, and so may keep feeds.

        connect: opens a connection that nobody else uses.
        """
        task = asyncio.create_task(self._listen(connect))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self, reader_id: int, loading: _Loading) -> Feed:
        began = self._clock()
        current = False
        try:
            feed = await self._load(reader_id)
        finally:
            # Dropped meanwhile, or there is a newer one in its place: this one is for those who
            # wait for it, and is not kept.
            if self._loading.get(reader_id) is loading:
                del self._loading[reader_id]
                current = True
        if current and self._listens and loading.heard.isdisjoint(feed.authors):
            self._kept[reader_id] = _Kept(feed, began + self._seconds)
            self._kept.move_to_end(reader_id)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return feed

    async def _listen(self, connect: Callable[[], Awaitable[asyncpg.Connection]]) -> None:
        """Listen for ever: on another connection when one is lost."""
        while True:
            try:
                await self._listen_on(await connect())
                _logger.warning("the connection that listens is lost")
            except _LOST as error:
                _logger.warning("nobody listens to %s: %s", CHANNEL, error)
            await asyncio.sleep(PAUSE)

    async def _listen_on(self, connection: asyncpg.Connection) -> None:
        """Returns when the connection is lost."""
        lost = asyncio.Event()

        def lose(_: object) -> None:
            self._start_anew(listens=False)
            lost.set()

        connection.add_termination_listener(lose)
        try:
            await connection.add_listener(CHANNEL, self._hear)
            self._start_anew(listens=True)
            await lost.wait()
        finally:
            self._start_anew(listens=False)
            connection.terminate()

    def _start_anew(self, *, listens: bool) -> None:
        """Forget everything, also what is being loaded: what has changed before was not heard."""
        self._listens = listens
        self._kept.clear()
        self._loading.clear()

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        kind, _, number = str(payload).partition(" ")
        if kind not in ("author", "reader") or not (number.isascii() and number.isdigit()):
            _logger.warning("%s says %r, which nobody understands", CHANNEL, payload)
        elif kind == "reader":
            self._kept.pop(int(number), None)
            self._loading.pop(int(number), None)
        else:
            author = int(number)
            concerned = [one for one, kept in self._kept.items() if author in kept.feed.authors]
            for reader_id in concerned:
                del self._kept[reader_id]
            # Whom these readers follow is not known before they are loaded.
            for loading in self._loading.values():
                loading.heard.add(author)


def _take_note(task: asyncio.Task[Feed]) -> None:
    """Look at the error, if there is one: should nobody wait any more, asyncio would complain."""
    if not task.cancelled():
        task.exception()
