from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import closing
from typing import Any

import asyncpg
import psycopg2
import pytest

from backend.social.schema import FOLDER
from backend.social.service.feed_cache import CHANNEL, Feed, FeedCache

WAIT = 30.0
SECONDS = 30

#: A reader who is asked for to see how far the cache has heard.
MARKER = 9

_FEED = """
    SELECT id, user_id, content FROM posts
    WHERE user_id = ANY ($1) AND NOT is_hidden ORDER BY created_at DESC, id DESC
"""
_AUTHORS = "SELECT followee_id FROM follows WHERE follower_id = $1"


@pytest.fixture(scope="module")
def told_url(social_url: str) -> str:
    """A social database that tells of changes."""
    with closing(psycopg2.connect(social_url)) as connection, connection:
        text = (FOLDER / "service" / "feed_changes.sql").read_text(encoding="utf-8")
        connection.cursor().execute(text)
    return social_url


@pytest.fixture
def url(told_url: str) -> Iterator[str]:
    with closing(psycopg2.connect(told_url)) as connection, connection:
        connection.cursor().execute(
            "INSERT INTO users (id, username, email, password_hash) OVERRIDING SYSTEM VALUE"
            " SELECT n, 'user_' || n, n || '@example.org', '!' FROM generate_series(1, 20) AS n"
        )
        connection.cursor().execute(
            "INSERT INTO follows (follower_id, followee_id)"
            " VALUES (1, 11), (1, 12), (2, 12), (3, 13), (9, 19)"
        )
        connection.cursor().execute("INSERT INTO posts (user_id, content) VALUES (11, 'first')")
    yield told_url
    with closing(psycopg2.connect(told_url)) as connection, connection:
        connection.cursor().execute("TRUNCATE users CASCADE")


class World:
    """A cache before a real database, and a second connection that changes things."""

    def __init__(self, url: str, entries: int) -> None:
        self._url, self._entries = url, entries
        self.now = 0.0
        self.loads: list[int] = []
        self.may_end = asyncio.Event()  # loads wait for it when they have read
        self.may_end.set()
        self.reading = asyncio.Semaphore(0)  # one for each load that has read
        self.connections: list[asyncpg.Connection] = []

    async def __aenter__(self) -> World:
        self.pool = await asyncpg.create_pool(self._url, min_size=1)
        self.cache = FeedCache(self.load, self._entries, SECONDS, lambda: self.now)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.pool.close()

    async def load(self, reader_id: int) -> Feed:
        self.loads.append(reader_id)
        authors = [row["followee_id"] for row in await self.pool.fetch(_AUTHORS, reader_id)]
        rows = [dict(row) for row in await self.pool.fetch(_FEED, authors)]
        if reader_id != MARKER:
            self.reading.release()
            await self.may_end.wait()
        return Feed(rows, frozenset(authors))

    async def connect(self) -> asyncpg.Connection:
        self.connections.append(await asyncpg.connect(self._url))
        return self.connections[-1]

    async def sql(self, text: str, *values: Any) -> None:
        await self.pool.execute(text, *values)

    async def kept(self, reader_id: int) -> bool:
        return (await self.cache.feed(reader_id))[1]

    async def texts(self, reader_id: int) -> list[str]:
        return [row["content"] for row in (await self.cache.feed(reader_id))[0].posts]

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(WAIT):
            while not await holds():
                await asyncio.sleep(0.01)

    async def until_kept(self, reader_id: int) -> None:
        await self.until(lambda: self.kept(reader_id))

    async def heard(self) -> None:
        """Until the cache has heard all that was said before."""
        await self.until_kept(MARKER)
        await self.sql(f"NOTIFY {CHANNEL}, 'reader {MARKER}'")

        async def dropped() -> bool:
            return MARKER not in self.cache._kept

        await self.until(dropped)


def run(url: str, test: Callable[[World], Coroutine[Any, Any, None]], entries: int = 100) -> None:
    async def main() -> None:
        async with World(url, entries) as world, world.cache.listening(world.connect):
            await world.until_kept(MARKER)
            await test(world)

    asyncio.run(main())


def test_keeps_a_feed_for_a_while(url: str) -> None:
    async def test(world: World) -> None:
        first, kept = await world.cache.feed(1)
        assert not kept
        for world.now in (0, 20, 29.9):
            again, kept = await world.cache.feed(1)
            assert kept
            assert again == first
        world.now = SECONDS
        assert not await world.kept(1)
        assert await world.texts(2) == []
        assert await world.kept(2)

    run(url, test)


def test_keeps_those_who_asked_last(url: str) -> None:
    async def test(world: World) -> None:
        for reader in (1, 2, 3):
            assert not await world.kept(reader)
        assert await world.kept(1)
        assert not await world.kept(4)
        assert [await world.kept(reader) for reader in (1, 3, 4, 2)] == [True, True, True, False]

    run(url, test, entries=3)


CHANGES = [
    ("INSERT INTO posts (user_id, content) VALUES (12, 'one'), (12, 'two')", {1, 2}),
    ("UPDATE posts SET content = 'edited' WHERE user_id = 11", {1}),
    ("UPDATE posts SET is_hidden = true WHERE user_id = 11", {1}),
    ("UPDATE posts SET user_id = 13 WHERE user_id = 11", {1, 3}),
    ("UPDATE posts SET like_count = 5, content = content", set()),
    ("DELETE FROM posts", {1}),
    ("DELETE FROM users WHERE id = 12", {1, 2}),
    ("UPDATE users SET deleted_at = now() WHERE id = 11", {1}),
    ("UPDATE users SET bio = 'new' WHERE id = 11", set()),
    ("INSERT INTO follows VALUES (3, 11), (3, 12)", {3}),
    ("DELETE FROM follows WHERE followee_id = 12", {1, 2}),
    ("UPDATE follows SET follower_id = 3 WHERE followee_id = 12 AND follower_id = 2", {2, 3}),
    ("NOTIFY feed_changed, 'author 1'", set()),
    ("NOTIFY feed_changed, 'reader 12'", set()),
]


@pytest.mark.parametrize(("change", "concerned"), CHANGES)
def test_drops_the_feeds_that_have_changed(url: str, change: str, concerned: set[int]) -> None:
    async def test(world: World) -> None:
        for reader in (1, 2, 3):
            await world.until_kept(reader)
        await world.sql(change)
        await world.heard()
        assert {reader for reader in (1, 2, 3) if not await world.kept(reader)} == concerned

    run(url, test)


def test_does_not_understand_everything(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def test(world: World) -> None:
        await world.until_kept(1)
        for payload in ("", "author", "author x", "author ²", "everything 11", "reader -1"):
            await world.sql(f"NOTIFY {CHANNEL}, '{payload}'")
        await world.heard()
        assert await world.kept(1)

    with caplog.at_level(logging.WARNING):
        run(url, test)
    assert "everything 11" in caplog.text
    assert len(caplog.records) == 6


def test_reads_once_for_all_who_wait(url: str) -> None:
    async def test(world: World) -> None:
        world.loads.clear()
        found = await asyncio.gather(*(world.cache.feed(reader) for reader in (1, 1, 1, 2)))
        assert world.loads == [1, 2]
        assert [kept for _, kept in found] == [False] * 4

    run(url, test)


def test_a_failure_is_told_and_not_kept(url: str) -> None:
    async def test(world: World) -> None:
        load = world.cache._load

        async def fail(_: int) -> Feed:
            await asyncio.sleep(0)
            raise OSError("no database")

        world.cache._load = fail
        asked = (world.cache.feed(1) for _ in range(3))
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(error) for error in found] == [OSError] * 3
        world.cache._load = load
        assert await world.texts(1) == ["first"]

    run(url, test)


def test_who_leaves_takes_nothing_along(url: str) -> None:
    async def test(world: World) -> None:
        world.may_end.clear()
        first = asyncio.create_task(world.texts(1))
        second = asyncio.create_task(world.texts(1))
        await _has_read(world)
        first.cancel()
        await asyncio.sleep(0)
        world.may_end.set()
        assert await second == ["first"]
        assert await world.kept(1)

    run(url, test)


def test_what_changed_meanwhile_is_not_kept(url: str) -> None:
    changes = {
        1: "INSERT INTO posts (user_id, content) VALUES (12, 'second')",
        3: "INSERT INTO follows VALUES (3, 11)",
    }

    async def test(world: World) -> None:
        for reader, change in changes.items():
            world.may_end.clear()
            late = asyncio.create_task(world.texts(reader))
            await _has_read(world)
            await world.sql(change)
            await world.heard()
            after = asyncio.create_task(world.texts(reader))
            await _has_read(world)
            world.may_end.set()
            assert await late != await after
            assert await world.texts(reader) == await after
            assert await world.kept(reader)

    run(url, test)


def test_what_strangers_wrote_meanwhile_does_not_matter(url: str) -> None:
    async def test(world: World) -> None:
        world.may_end.clear()
        late = asyncio.create_task(world.texts(1))
        await _has_read(world)
        await world.sql("INSERT INTO posts (user_id, content) VALUES (13, 'stranger')")
        await world.heard()
        world.may_end.set()
        await late
        assert await world.kept(1)

    run(url, test)


async def _has_read(world: World) -> None:
    # Those that have read before.
    while not world.reading.locked():
        await world.reading.acquire()
    async with asyncio.timeout(WAIT):
        await world.reading.acquire()


def test_keeps_nothing_while_nobody_listens(url: str) -> None:
    async def main() -> None:
        async with World(url, 100) as world:
            for _ in range(2):
                assert not await world.kept(1)
            async with world.cache.listening(world.connect):
                await world.until_kept(1)
            assert not await world.kept(1)
            assert all(connection.is_closed() for connection in world.connections)

    asyncio.run(main())


def test_a_lost_connection_empties_it(url: str) -> None:
    async def test(world: World) -> None:
        await world.until_kept(1)
        world.may_end.clear()
        before = asyncio.create_task(world.texts(2))  # begun while somebody listened
        await _has_read(world)
        pid = world.connections[-1].get_server_pid()
        lost = asyncio.Event()
        world.connections[-1].add_termination_listener(lambda _: lost.set())
        await world.sql("SELECT pg_terminate_backend($1)", pid)
        async with asyncio.timeout(WAIT):
            await lost.wait()
        assert not world.cache._listens
        between = asyncio.create_task(world.texts(1))  # begun while nobody did
        await _has_read(world)
        await world.sql("INSERT INTO posts (user_id, content) VALUES (12, 'unheard')")

        async def listens() -> bool:
            return world.cache._listens

        await world.until(listens)
        assert len(world.connections) == 2
        world.may_end.set()
        assert await before == []
        assert await between == ["first"]
        assert await world.texts(1) == ["unheard", "first"]
        assert await world.texts(2) == ["unheard"]
        assert await world.kept(1)

    run(url, test)


def test_tries_again_until_it_can_listen(url: str, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with World(url, 100) as world:
            tries = 0

            async def connect() -> asyncpg.Connection:
                nonlocal tries
                tries += 1
                if tries < 3:
                    raise OSError("no way")
                return await world.connect()

            async with world.cache.listening(connect):
                await world.until_kept(1)
            assert tries == 3

    with caplog.at_level(logging.WARNING):
        asyncio.run(main())
    assert "no way" in caplog.text
