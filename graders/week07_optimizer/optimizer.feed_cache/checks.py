"""Feeds are kept for a while, and dropped as soon as they have changed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from workbench.checking import CheckFailed, Reply, SocialService, check, expect

SETTINGS = {
    "FEED_SECONDS": "30",
    "FEED_ENTRIES": "500",
    "STATEMENT_TIMEOUT_MS": "60000",  # a check holds the statements up for as long as it needs
    "POOL_TIMEOUT_MS": "20000",
    "CONNECT_TIMEOUT_MS": "20000",
    "PLAN_EVERY": "1000000",
}
SMALL = {**SETTINGS, "FEED_ENTRIES": "3"}
CHANNEL = "feed_changed"
WAIT = 8.0

#: Whoever reads posts waits in the middle of the statement, what it sees being settled already, for
#: as long as a check holds this lock.
SLOW_POSTS = (
    "CREATE FUNCTION passes() RETURNS boolean LANGUAGE plpgsql AS"
    " $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN true; END $$",
    "CREATE POLICY everything ON posts USING (true) WITH CHECK (true)",
    "CREATE POLICY slow ON posts AS RESTRICTIVE FOR SELECT USING (passes())",
    "ALTER TABLE posts ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE posts FORCE ROW LEVEL SECURITY",
)

#: The service's connections on which nothing runs; the one that listens is among them.
IDLE = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle' AND pid <> pg_backend_pid()
"""
#: The one that listens: those of the pool tell their name.
EAR = f"{IDLE} AND application_name <> 'social'"
WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""

#: Those of the trial below.
OF_TRIAL = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'trial'
"""

#: While PostgreSQL is not to be had: seconds between two tries at least, and how long to look on.
PAUSE, LOOK_ON = 0.1, 0.6

#: A route with a cache of its own. Its connection is lost, and then connecting fails twice, also by
#: an error that the driver raises by itself. It tells whether the cache keeps feeds before and
#: after that. The server knows its connections by their name.
APP = "backend/social/service/app.py"
TRIAL = [
    ("        add_feeds(app, cache)\n",
     "        add_feeds(app, cache)\n        _add_trial(app, database, clock, connect)\n"),
    ("#: Bytes of a request's body: imports are large.\n", '''
def _add_trial(app, database, clock, connect):
    import asyncio

    kept = []  # or Python would close what the answer has left open

    async def until(condition):
        for _ in range(500):
            if await condition():
                return True
            await asyncio.sleep(0.01)
        return False

    async def try_out(_):
        own = FeedCache(create_loader(database), 10, 30, clock)
        opened, told = [], dict.fromkeys(("keeps", "keeps again"), False)
        kept.append(opened)
        errors = [TimeoutError("trial"), asyncpg.InterfaceError("trial")]

        async def connect_or_fail():
            if opened and errors:
                raise errors.pop()
            opened.append(await connect())
            await opened[-1].execute("SET application_name = 'trial'")
            return opened[-1]

        async def keeps():
            return (await own.feed(0))[1]

        async def keeps_again():
            return len(opened) > 1 and await keeps()

        try:
            async with own.listening(connect_or_fail):
                told["keeps"] = await until(keeps)
                pid = opened[0].get_server_pid()
                await database.fetch("SELECT pg_terminate_backend($1)", pid)
                told["keeps again"] = await until(keeps_again)
        except Exception as error:
            told["error"] = repr(error)
        return web.json_response(told)

    app.router.add_get("/trial", try_out)


#: Bytes of a request's body: imports are large.
'''),
]  # fmt: skip


def network(app: SocialService) -> None:
    """A network in which reading posts can be held up."""
    for statement in SLOW_POSTS:
        app.sql(statement)


def people(app: SocialService, count: int) -> list[int]:
    """New users, who neither follow nor have written anything."""
    rows = app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'user_' || n, n || '@example.org', '!'"
        " FROM (SELECT coalesce(max(id), 0) AS last FROM users) AS known"
        " CROSS JOIN LATERAL generate_series(last + 1, last + %s) AS n RETURNING id",
        [count],
    )
    return sorted(row["id"] for row in rows)


def write(app: SocialService, author: int, text: str) -> None:
    app.sql("INSERT INTO posts (user_id, content) VALUES (%s, %s)", [author, text])


def follow(app: SocialService, reader: int, *authors: int) -> None:
    app.sql(
        "INSERT INTO follows (follower_id, followee_id) SELECT %s, unnest(%s::bigint[])",
        [reader, list(authors)],
    )


@contextmanager
def unsaid(app: SocialService) -> Iterator[None]:
    """What is written in the block is there without anybody being told."""
    triggers = (("posts", "posts_tell_inserted"), ("follows", "follows_tell_inserted"))
    app.sql("BEGIN")
    for table, trigger in triggers:
        app.sql(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    yield
    for table, trigger in triggers:
        app.sql(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
    app.sql("COMMIT")


def scene_of(app: SocialService, follows: dict[int, Sequence[int]], posts: dict[int, str]) -> None:
    """Who follows whom, and what they have written."""
    with unsaid(app):
        for reader, authors in follows.items():
            follow(app, reader, *authors)
        for author, text in posts.items():
            write(app, author, text)


def feed(app: SocialService, reader: int) -> Reply:
    return app.get(f"/users/{reader}/feed")


def mark(reply: Reply) -> str:
    """What X-Cache says."""
    expect.status(reply, 200)
    return expect.header(reply, "X-Cache")


def texts(reply: Reply) -> list[Any]:
    expect.status(reply, 200)
    posts = expect.items(reply["posts"], "posts", reply.sent)
    return [expect.fields(post, "a post", reply.sent).get("content") for post in posts]


def is_marked(reply: Reply, wanted: str, look: str) -> None:
    expect.equal(mark(reply), wanted, "X-Cache", reply=reply, look=look)


def has(reply: Reply, wanted: Sequence[str], look: str) -> None:
    """The feed has these posts; those of a transaction are of the same age, so in any order."""
    found = expect.in_any_order(texts(reply))
    what = f"the posts (X-Cache: {mark(reply)})"
    expect.equal(found, sorted(wanted), what, reply=reply, look=look)


def keep(app: SocialService, *readers: int) -> None:
    """Ask until the feed comes out of memory: when the service has begun, it may not listen yet."""
    for reader in readers:
        app.wait_until(
            lambda reader=reader: mark(feed(app, reader)) == "hit",
            f"X-Cache: hit when GET /users/{reader}/feed is sent again and again",
            "what is kept, and whether anybody listens",
        )


def say(app: SocialService, payload: str) -> None:
    app.sql("SELECT pg_notify(%s, %s)", [CHANNEL, payload])


def hear(app: SocialService, *kinds: str) -> None:
    """Return once all that was said before has been heard.

    Notifications come in the order of their commits: so one more is sent, about a reader of whom
    nobody else knows, and waited for. kinds: of which kind, `author` or `reader`; of both when none
    is named, so that a mistake in one of them shows where that one is judged.
    """
    reader, author = people(app, 2)
    scene_of(app, {reader: [author]}, {})
    keep(app, reader)
    said = {"author": f"author {author}", "reader": f"reader {reader}"}
    payloads = [said[kind] for kind in kinds or said]
    for payload in payloads:
        say(app, payload)
    notified = " and ".join(f"NOTIFY {CHANNEL}, '{payload}'" for payload in payloads)
    app.wait_until(
        lambda: mark(feed(app, reader)) == "miss",
        f"X-Cache: miss for GET /users/{reader}/feed, soon after {notified}"
        f" ({reader} follows {author})",
        "whether what comes on the channel is heard",
    )


def settle(app: SocialService) -> None:
    """Return when requests that were sent before have been begun: these come after them."""
    for _ in range(5):
        app.get("/pool")


@contextmanager
def held_up(app: SocialService) -> Iterator[Any]:
    """In the block nobody gets to the end of reading posts; what is seen is settled, though."""
    with app.sql.holding("SELECT pg_advisory_xact_lock(7)") as held:
        yield held


def waiting(app: SocialService) -> int:
    return len(app.sql(WAITING))


@check(points=2, runs="social_service", on=network, settings=SETTINGS)
def keeps_a_feed(app: SocialService) -> None:
    """The second time a feed comes out of memory, without any SQL: `X-Cache: hit`; an empty one
    too."""
    author, reader, other, lonely = people(app, 4)
    scene_of(app, {reader: [author], other: [author, reader]}, {author: "Hello", reader: "Hi"})
    for one, wanted in ((reader, ["Hello"]), (other, ["Hi", "Hello"]), (lonely, [])):
        first = feed(app, one)
        is_marked(first, "miss", "whose feed it is")
        keep(app, one)
        again = feed(app, one)
        is_marked(again, "hit", "what is kept")
        ran = [statement.text for statement in again.statements]
        expect.equal(ran, [], "statements for a hit", reply=again, look="what a hit needs to ask")
        has(again, wanted, "whose feed it is")


@check(points=1, after=keeps_a_feed, runs="social_service", on=network, settings=SETTINGS)
def forgets_in_time(app: SocialService) -> None:
    """After FEED_SECONDS a feed is read anew, however often it was asked for meanwhile."""
    author, reader = people(app, 2)
    scene_of(app, {reader: [author]}, {author: "Hello"})
    keep(app, reader)
    for seconds in (20, 9):
        app.clock.advance(seconds)
        is_marked(feed(app, reader), "hit", "how long a feed is kept")
    app.clock.advance(2)
    is_marked(feed(app, reader), "miss", "from when its time is counted")
    is_marked(feed(app, reader), "hit", "what becomes of a feed that was read anew")


@check(points=2, after=keeps_a_feed, runs="social_service", settings=SMALL)
def is_bounded(app: SocialService) -> None:
    """With FEED_ENTRIES feeds in memory, one more takes the place of the one that was asked for the
    longest ago."""
    one, two, three, four = people(app, 4)
    keep(app, one)
    look = "which one goes when there are too many"
    story = ((two, "miss"), (three, "miss"), (one, "hit"), (four, "miss"),
             (four, "hit"), (three, "hit"), (one, "hit"), (two, "miss"),
             (three, "hit"), (one, "hit"), (four, "miss"))  # fmt: skip
    names = {one: "A", two: "B", three: "C", four: "D"}
    asked = "A"
    for reader, wanted in story:
        reply = feed(app, reader)
        asked += names[reader]
        expect.that(mark(reply) == wanted, f"X-Cache: {wanted} for the last one", mark(reply),
                    sent=f"with FEED_ENTRIES=3, the feeds of A to D in the order {asked}",
                    look=look)  # fmt: skip


@check(points=1, after=keeps_a_feed, runs="social_service", on=network, settings=SETTINGS)
def hears(app: SocialService) -> None:
    """A feed is dropped when PostgreSQL says that it has changed."""
    hear(app)
    hear(app)


@check(points=3, after=hears, runs="social_service", on=network, settings=SETTINGS)
def drops_the_feeds_of_an_author(app: SocialService) -> None:
    """`author 17` drops the feeds of all who follow 17, of whatever age their posts are; and no
    other feed."""
    author, silent, stranger, reader, other = people(app, 5)
    scene_of(app, {reader: [author, silent], other: [stranger]}, {author: "old", stranger: "x"})
    posts = "UPDATE posts SET {} WHERE user_id = %s"
    changes = (
        (f"the first post of {silent}", "INSERT INTO posts (user_id, content) VALUES (%s, 'first')",
         silent, ["first", "old"]),
        ("an edited post", posts.format("content = 'edited'"), author, ["edited", "first"]),
        ("a hidden post", posts.format("is_hidden = true"), author, ["first"]),
        ("a deleted post", "DELETE FROM posts WHERE user_id = %s", silent, []),
    )  # fmt: skip
    for what, statement, who, wanted in changes:
        keep(app, reader, other)
        app.sql(statement, [who])
        hear(app, "author")
        look = f"{what}: whose feeds it belongs to ({reader} follows {author} and {silent})"
        reply = feed(app, reader)
        found = expect.in_any_order(texts(reply))
        expect.equal(found, sorted(wanted), "the posts", reply=reply, look=look)
        is_marked(reply, "miss", look)
        is_marked(feed(app, other), "hit", f"{what}: {other} follows {stranger} only")
    keep(app, reader)
    write(app, reader, "of the reader's own")
    write(app, other, "of the other's own")
    hear(app, "author")
    for one in (reader, other):
        is_marked(feed(app, one), "hit", f"'author {one}': {one} does not follow {one}")


@check(points=2, after=hears, runs="social_service", on=network, settings=SETTINGS)
def drops_the_feed_of_a_reader(app: SocialService) -> None:
    """`reader 3` drops the feed of 3, and no other."""
    author, second, reader, other = people(app, 4)
    scene_of(app, {reader: [author], other: [author, reader]}, {author: "one", second: "two"})
    end = "DELETE FROM follows WHERE follower_id = %s AND followee_id = %s"
    for what, wanted in (("follows", ["one", "two"]), ("no longer follows", ["one"])):
        keep(app, reader, other)
        if what == "follows":
            follow(app, reader, second)
        else:
            app.sql(end, [reader, second])
        hear(app, "reader")
        look = f"{reader} {what} {second}: 'reader {reader}'"
        reply = feed(app, reader)
        has(reply, wanted, look)
        is_marked(reply, "miss", look)
        is_marked(feed(app, other), "hit", f"'reader {reader}': {other} only follows {reader}")


@check(points=1, after=hears, runs="social_service", on=network, settings=SETTINGS)
def ignores_what_it_does_not_understand(app: SocialService) -> None:
    """A payload of another kind drops nothing, stands in the log, and what comes after it is
    heard."""
    author, reader = people(app, 2)
    scene_of(app, {reader: [author]}, {author: "Hello"})
    keep(app, reader)
    strange, long = f"everything {reader}", f"everything {'of all who follow ' * 100}{reader}"
    for payload in ("", "author", "author x", "reader", f"{reader}", strange, long):
        say(app, payload)
    for payload in (strange, long):
        shown = payload if payload is strange else f"{payload[:40]} ..."
        app.wait_until(lambda payload=payload: payload in app.log,
                       f"the whole payload in the log, {len(payload)} characters, after"
                       f" NOTIFY {CHANNEL}, '{shown}'",
                       "what is logged of an unknown payload, and how much of it")  # fmt: skip
    is_marked(feed(app, reader), "hit", "what an unknown payload does")
    hear(app)


@check(points=2, runs="social_service", on=network, settings=SETTINGS)
def reads_once(app: SocialService) -> None:
    """When one reader's feed is asked for five times at once, it is read once; another reader's
    does not wait for it."""
    author, reader, other, single = people(app, 4)
    scene_of(app, {one: [author] for one in (reader, other, single)}, {author: "Hello"})
    one_load = statements_of_a_load(app, single, author)
    before = len(app.statements)
    with ThreadPoolExecutor(6) as pool:
        with held_up(app):
            asked = [pool.submit(feed, app, reader) for _ in range(5)]
            app.wait_until(lambda: waiting(app) >= 1, "somebody reads the posts")
            settle(app)
            asked.append(pool.submit(feed, app, other))
            app.wait_until(lambda: waiting(app) >= 2,
                           f"the feed of {other} is read while that of {reader} is",
                           "whether readers wait for each other")  # fmt: skip
        replies = results(asked)
    for reply in replies:
        has(reply, ["Hello"], "what those get who have waited")
    sent = f"GET /users/{reader}/feed, 5 times at once; GET /users/{other}/feed"
    are_loads(app, before, one_load, 2, sent)


def are_loads(
    app: SocialService, before: int, one_load: Sequence[str], wanted: int, sent: str
) -> None:
    """Since that number of statements, those of one load have run so many times."""
    counted = Counter(statement.text for statement in app.statements[before:])
    ran = {text: counted[text] for text in one_load}
    shown = [f"{count} x {' '.join(text.split())[:60]}" for text, count in ran.items()]
    expect.that(all(count == wanted * one_load.count(text) for text, count in ran.items()),
                f"what reads a feed runs {wanted} time(s), once for each reader",
                "\n".join(shown), sent=sent,
                look="what a request does when the same feed is being read")  # fmt: skip


def statements_of_a_load(app: SocialService, *readers: int) -> list[str]:
    """What runs for a feed that nobody has asked for yet, that of the last of these readers."""
    for reader in readers:  # at the first one plans are looked at
        ran = [statement.text for statement in feed(app, reader).statements]
    return [text for text in ran if " FROM " in text]  # not what the pool says to tidy up


def results(asked: Sequence[Future[Reply]]) -> list[Reply]:
    return [future.result() for future in asked]


@check(points=2, runs="social_service", on=network, settings=SETTINGS)
def tells_a_failure(app: SocialService) -> None:
    """When reading fails, nobody waits for ever, the error is told, and the next request reads
    anew."""
    author, reader = people(app, 2)
    scene_of(app, {reader: [author]}, {author: "Hello"})
    with ThreadPoolExecutor(3) as pool:
        with held_up(app):
            asked = [pool.submit(feed, app, reader) for _ in range(3)]
            app.wait_until(lambda: waiting(app) >= 1, "somebody reads the posts")
            settle(app)
            app.sql(f"SELECT pg_cancel_backend(pid) FROM ({WAITING}) AS reading")
            app.wait_until(lambda: any(one.done() for one in asked),
                           "an answer to one whose statement was cancelled")  # fmt: skip
        replies = results(asked)
    statuses = [reply.status for reply in replies]
    expect.that(504 in statuses and set(statuses) <= {200, 504},
                "status 504 for the request whose statement was cancelled, and an answer for each",
                expect.show(statuses), sent=f"GET /users/{reader}/feed, 3 times at once",
                look="what becomes of an error of load")  # fmt: skip
    for reply in (*(one for one in replies if one.status == 200), feed(app, reader)):
        has(reply, ["Hello"], "what is left of a load that has failed")


@check(points=2, runs="social_service", on=network, settings=SETTINGS)
def outlives_the_first(app: SocialService) -> None:
    """When the client who asked first goes away, those who asked after it get the feed all the
    same."""
    author, reader = people(app, 2)
    scene_of(app, {reader: [author]}, {author: "Hello"})
    with ThreadPoolExecutor(2) as pool:
        with held_up(app):
            with app.leaving("GET", f"/users/{reader}/feed"):
                app.wait_until(lambda: waiting(app) >= 1, "somebody reads the posts")
                asked = [pool.submit(feed, app, reader) for _ in range(2)]
                settle(app)
            settle(app)
            settle(app)
        replies = results(asked)
    look = "whose task it is that reads for all of them"
    for reply in (*replies, feed(app, reader)):
        expect.status(reply, 200, look)
        has(reply, ["Hello"], look)


@check(points=3, after=hears, runs="social_service", on=network, settings=SETTINGS)
def keeps_no_old_feed(app: SocialService) -> None:
    """What was being read when it changed is not kept: the next request shows the change."""
    author, silent, second, reader, other = people(app, 5)
    scene_of(app, {reader: [author, silent], other: [author]}, {author: "old", second: "more"})
    with held_up(app) as held:
        for one in (reader, other):
            held.send(lambda one=one: feed(app, one))
        write(app, silent, "new")
        follow(app, other, second)
        hear(app)
    for one, wanted in ((reader, ["new", "old"]), (other, ["more", "old"])):
        reply = feed(app, one)
        has(reply, wanted, "a notification that comes while the feed is read")
        is_marked(feed(app, one), "hit", "what becomes of a feed that was read anew")


@check(points=2, after=hears, runs="social_service", on=network, settings=SETTINGS, hidden=True)
def gives_no_old_feed(app: SocialService) -> None:
    """Who asks after a change was told gets no feed that began to be read before it."""
    author, calm, second, reader, other = people(app, 5)
    posts = {author: "old", calm: "calm", second: "more"}
    scene_of(app, {reader: [author], other: [calm]}, posts)
    with ThreadPoolExecutor(2) as pool:
        with held_up(app) as held:
            for one in (reader, other):
                held.send(lambda one=one: feed(app, one))
            write(app, author, "new")
            follow(app, other, second)
            hear(app)
            asked = [pool.submit(feed, app, one) for one in (reader, other)]
            settle(app)
        replies = results(asked)
    for reply, wanted in zip(replies, (["new", "old"], ["more", "calm"]), strict=True):
        has(reply, wanted, "whom a request may wait for when something has changed")


@check(points=2, after=hears, runs="social_service", on=network, settings=SETTINGS)
def keeps_in_spite_of_others(app: SocialService) -> None:
    """What is said of others while a feed is being read does not keep it out of memory."""
    author, stranger, reader = people(app, 3)
    scene_of(app, {reader: [author]}, {author: "Hello"})
    with held_up(app) as held:
        held.send(lambda: feed(app, reader))
        write(app, stranger, "Hi")
        follow(app, stranger, reader)
        write(app, reader, "Hi")
        hear(app)
    is_marked(feed(app, reader), "hit",
              f"which of the notifications meanwhile were about {author} or {reader}")  # fmt: skip


def lose_the_connection(app: SocialService) -> None:
    """End the connections on which nothing runs."""
    ended = {row["pid"] for row in app.sql(IDLE)}
    app.sql("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [list(ended)])
    app.wait_until(
        lambda: ended.isdisjoint(row["pid"] for row in app.sql(IDLE)), "the connections end"
    )


@check(points=3, after=hears, runs="social_service", on=network, settings=SETTINGS)
def keeps_nothing_unheard(app: SocialService) -> None:
    """When the connection that listens is lost, memory is emptied, and nothing is kept until it
    listens again; and it does."""
    author, reader = people(app, 2)
    scene_of(app, {reader: [author]}, {author: "old"})
    keep(app, reader)
    with app.system.ways.postgres.hold(only=CHANNEL) as asked:
        lose_the_connection(app)
        asked(1, WAIT)  # LISTEN is on its way again, and does not arrive yet
        for number, wanted in enumerate((["1", "old"], ["1", "2", "old"]), 1):
            write(app, author, str(number))
            reply = feed(app, reader)
            has(reply, wanted, "what is heard while nobody listens")
    keep(app, reader)
    write(app, author, "3")
    hear(app)
    reply = feed(app, reader)
    has(reply, ["1", "2", "3", "old"], "what is heard on the second connection")


@check(points=2, after=keeps_nothing_unheard, runs="social_service", on=network,
       settings=SETTINGS, hidden=True)  # fmt: skip
def keeps_nothing_from_before(app: SocialService) -> None:
    """A feed that began to be read before the service listened (again) is not kept either."""
    author, reader, other, lonely = people(app, 4)
    scene_of(app, {reader: [author], other: [author]}, {author: "old"})
    keep(app, lonely)
    with held_up(app) as held:
        with app.system.ways.postgres.hold(only=CHANNEL) as asked:
            held.send(lambda: feed(app, reader))  # begun while somebody listened
            lose_the_connection(app)
            asked(1, WAIT)
            held.send(lambda: feed(app, other))  # begun while nobody did
            write(app, author, "unheard")
        keep(app, lonely)  # it listens again
    for one in (reader, other):
        reply = feed(app, one)
        has(reply, ["old", "unheard"], "what was not heard while this feed was read")


@check(points=1, after=keeps_nothing_unheard, runs="social_service", on=network,
       settings=SETTINGS, hidden=True)  # fmt: skip
def reads_once_unheard(app: SocialService) -> None:
    """While nobody listens and nothing is kept, a feed is still read once for all who ask at the
    same time."""
    author, reader, first, second = people(app, 4)
    scene_of(app, {one: [author] for one in (reader, first, second)}, {author: "Hello"})
    one_load = statements_of_a_load(app, first, second)
    path = f"/users/{reader}/feed"
    with ExitStack() as stack:
        asked = stack.enter_context(app.system.ways.postgres.hold(only=CHANNEL))
        lose_the_connection(app)
        asked(1, WAIT)
        before = len(app.statements)
        with held_up(app):
            clients = [stack.enter_context(sending(app, path)) for _ in range(5)]
            app.wait_until(lambda: waiting(app) >= 1, "somebody reads the posts")
            settle(app)
            settle(app)
        for client in clients:
            answer = answer_to(client, path)
            expect.that(b"Hello" in answer, "the feed for each of five who asked",
                        answer.decode("utf-8", "replace")[:300], sent=f"GET {path}",
                        look="what those get who have waited")  # fmt: skip
    are_loads(app, before, one_load, 1, f"while nobody listens: GET {path}, 5 times at once")


@contextmanager
def sending(app: SocialService, path: str) -> Iterator[HTTPConnection]:
    """A client whose request is on its way when the block begins."""
    address = urlsplit(app.system.base_url)
    client = HTTPConnection(address.hostname or "", address.port, timeout=WAIT)
    with closing(client):
        client.request("GET", path)
        yield client


def answer_to(client: HTTPConnection, path: str) -> bytes:
    try:
        return client.getresponse().read(100_000)
    except (OSError, HTTPException) as error:
        raise CheckFailed("an answer", repr(error), f"GET {path}",
                          "what those get who have waited") from None  # fmt: skip


@check(points=2, after=keeps_nothing_unheard, runs="social_service", on=network, settings=SETTINGS)
def tries_until_it_listens(app: SocialService) -> None:
    """When it cannot connect, or the connection is lost in the middle of LISTEN, another try
    follows, 0.1 s later at the soonest. At the end of `listening` the connection is closed."""
    lonely = people(app, 1)[0]
    keep(app, lonely)
    way = app.system.ways.postgres
    with way.hold(only=CHANNEL):
        for _ in range(2):
            lose_the_connection(app)
            app.wait_until(lambda: app.sql(EAR), "another connection is opened to listen on",
                           "what comes after a connection that was lost")  # fmt: skip
            settle(app)
    keep(app, lonely)
    with way.cut():
        before, began = way.refused, time.monotonic()
        app.wait_until(lambda: way.refused > before, "another try to connect",
                       "what comes after a try that has failed")  # fmt: skip
        app.wait_until(
            lambda: (
                way.refused - before > most_tries(LOOK_ON) or time.monotonic() - began > LOOK_ON
            ),
            "time passes",
        )
        tries, seconds = way.refused - before, time.monotonic() - began
    expect.that(tries <= most_tries(seconds), f"a pause of {PAUSE} s at least between two tries",
                f"{tries} connections within {seconds:.1f} s",
                look="what happens after a try that has failed")  # fmt: skip
    keep(app, lonely)
    with app.altered(APP, TRIAL) as trial:
        reply = trial.get("/trial")
        expect.status(reply, 200)
        app.wait_until(lambda: not app.sql(OF_TRIAL),
                       "the connection is closed when the block of `listening` has ended",
                       "what becomes of the connection, and of what waits for it")  # fmt: skip
    for name, wanted, look in (
        ("keeps", "a feed is kept within `async with cache.listening(connect)`", "who listens"),
        ("keeps again", "feeds are kept again after the connection was lost, and connect() has"
         " raised an asyncpg.InterfaceError and a TimeoutError", "what connect() may raise"),
    ):  # fmt: skip
        expect.that(reply[name], wanted, reply.shown, look=look)


def most_tries(seconds: float) -> float:
    """Connections within so many seconds: a client may knock twice for one try, with encryption and
    without."""
    return 6 + 2 * seconds / PAUSE
