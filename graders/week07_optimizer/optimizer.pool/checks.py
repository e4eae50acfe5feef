"""The service is asked by more than there are connections, by clients who leave, and while its
connections end; then its pool is counted, from within and in the server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from workbench.checking import CheckFailed, Reply, SocialService, check, expect

POST, LOCK = "/posts/1", "LOCK TABLE posts"
MANY = 20
#: What a busy machine needs; and no plan is looked at, but at the first call of a statement.
PATIENT = {
    "POOL_TIMEOUT_MS": "30000", "CONNECT_TIMEOUT_MS": "30000", "STATEMENT_TIMEOUT_MS": "30000",
    "PLAN_EVERY": "1000000",
}  # fmt: skip
SIZED = {**PATIENT, "POOL_MIN_SIZE": "2", "POOL_MAX_SIZE": "3"}
#: All are open from the start: to open one takes time as well.
IMPATIENT = {**PATIENT, "POOL_MIN_SIZE": "2", "POOL_MAX_SIZE": "2", "POOL_TIMEOUT_MS": "600"}
#: Also for the first ones, which a busy machine has to open.
LOSABLE = {**SIZED, "CONNECT_TIMEOUT_MS": "2000"}
STRICT = {**PATIENT, "POOL_MAX_SIZE": "4", "STATEMENT_TIMEOUT_MS": "700"}
ALONE = {**STRICT, "POOL_MAX_SIZE": "1"}
LAST = {**PATIENT, "POOL_MIN_SIZE": "3", "POOL_MAX_SIZE": "3"}

APP = "backend/social/service/app.py"
#: Routes that use the pool as nobody else does; and no connection beside the pool's.
TRIALS = [
    ("        async with cache.listening(connect):\n            yield app\n",
     "        _add_trials(app, pool, settings)\n        yield app\n"),
    ("#: Bytes of a request's body: imports are large.\n", '''
def _add_trials(app, pool, settings):
    import asyncio
    from contextlib import suppress

    kept = []

    async def ask(request):
        async with pool.connection() as connection:
            return web.json_response(await connection.fetchval(request.query["sql"]))

    async def leave(_):
        async with pool.connection() as connection:
            await connection.execute("SET lock_timeout = 4321")
            await connection.execute("BEGIN")
            await connection.execute("UPDATE posts SET content = 'Half a transaction'")
            raise KeyError("trial")

    async def time_out(_):
        async with pool.connection():
            raise TimeoutError

    async def lose(_):
        lost = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
        with suppress(*lost):  # a pool may complain about what it gets back
            async with pool.connection() as connection:
                with suppress(*lost):
                    await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
                for _ in range(500):  # until it is noticed; a pool may open another one meanwhile
                    state = pool.state()
                    if state["open"] == state["idle"]:
                        break
                    await asyncio.sleep(0.01)
        return web.json_response([state["open"], state["idle"]])

    async def jsonb(request):
        value, found = (await request.json())["value"], {}
        async with pool.connection() as connection:
            try:
                found["a query"] = await connection.fetchval("SELECT $1::jsonb", value)
                found["of a query"] = await connection.fetchval("SELECT $1::jsonb #>> '{}'", value)
                await connection.execute("CREATE TEMP TABLE IF NOT EXISTS trial (value jsonb)")
                await connection.execute("TRUNCATE trial")
                await connection.copy_records_to_table("trial", records=[(value,)])
                copied = await connection.fetchval("SELECT value FROM trial")
                found["copy_records_to_table"] = copied
                found["json"] = await connection.fetchval("SELECT '[1]'::json")
            except Exception as error:
                found["error"] = f"{type(error).__name__}: {error}"
        return web.json_response(found)

    async def fail_half_way(_):
        pids = []
        try:
            async with open_pool(settings) as other:
                kept.append(other)
                async with other.connection() as connection:
                    pids.append(await connection.fetchval("SELECT pg_backend_pid()"))
                raise KeyError("trial")
        except KeyError:
            return web.json_response(pids)

    app.router.add_get("/trials/ask", ask)
    app.router.add_get("/trials/leave", leave)
    app.router.add_get("/trials/time-out", time_out)
    app.router.add_get("/trials/lose", lose)
    app.router.add_post("/trials/jsonb", jsonb)
    app.router.add_get("/trials/fail-half-way", fail_half_way)


#: Bytes of a request's body: imports are large.
'''),
]  # fmt: skip

HOW_IT_ENDS = "every way out of the block, and every `await` on these ways"


def fill(app: SocialService) -> None:
    """A post, which has been asked for once."""
    app.sql(
        "INSERT INTO users (username, email, password_hash) VALUES ('ada', 'ada@example.org', 'x')"
    )
    app.sql("INSERT INTO posts (user_id, content) VALUES (1, 'Hello')")
    app.get(POST)


def busy(app: SocialService) -> None:
    """A pool of two that may become three."""
    app.seen = (pool_of(app), pids(app))  # type: ignore[attr-defined]
    fill(app)


def impatient(app: SocialService) -> None:
    fill(app)


def strict(app: SocialService) -> None:
    fill(app)


def lost(app: SocialService) -> None:
    fill(app)


def pids(app: SocialService) -> list[int]:
    """The connections of the pool, as the server knows them."""
    found = app.sql(
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'social' ORDER BY pid"
    )
    return [row["pid"] for row in found]


def pool_of(app: SocialService) -> dict[str, int]:
    """The four numbers of GET /pool."""
    reply = app.get("/pool")
    expect.status(reply, 200)
    names = ("max_size", "open", "idle", "waiting")
    return {name: expect.whole(reply[name], name, reply.sent) for name in names}


def numbers(most: int, open_: int, idle: int, waiting: int) -> dict[str, int]:
    return {"max_size": most, "open": open_, "idle": idle, "waiting": waiting}


def becomes(app: SocialService, wanted: dict[str, int], when: str, look: str = "") -> None:
    """GET /pool gives these numbers before long."""
    try:
        app.wait_until(lambda: pool_of(app) == wanted, "")
    except CheckFailed:
        expect.equal(pool_of(app), wanted, f"GET /pool {when}", look=look)


def working(app: SocialService) -> int:
    """How many of the pool's connections run a statement, or wait for a lock in it."""
    return len(app.sql(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name = 'social' AND state = 'active'"
    ))  # fmt: skip


def at_lock(app: SocialService) -> list[int]:
    """The connections of the pool that wait for a lock."""
    found = app.sql(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock' AND application_name = 'social'"
    )
    return [row["pid"] for row in found]


def locked(app: SocialService, count: int) -> None:
    """Return once so many connections wait for a lock."""
    app.wait_until(
        lambda: len(at_lock(app)) == count,
        f"{count} connections called social in pg_stat_activity which wait for the table",
        look="how many requests can be at work at once, and `application_name`",
    )


@contextmanager
def asked_at_once(app: SocialService, count: int) -> Iterator[list[Future[Reply]]]:
    """So many requests for a post, which is locked until the block ends."""
    with ThreadPoolExecutor(count) as threads, app.sql.holding(LOCK):
        yield [threads.submit(app.get, POST) for _ in range(count)]


def answered(replies: list[Future[Reply]], look: str) -> None:
    """All these requests got the post."""
    for future in replies:
        expect.status(future.result(), 200, look=look)


def in_hand(app: SocialService) -> int:
    """How many requests have a connection, or wait for one."""
    now = pool_of(app)
    return now["open"] - now["idle"] + now["waiting"]


def is_whole(app: SocialService, most: int, after: str) -> None:
    """All connections are back, and can be had."""
    with asked_at_once(app, most) as replies:
        app.wait_until(lambda: len(at_lock(app)) == most,
                       f"{most} requests at work at once, {after}", HOW_IT_ENDS)  # fmt: skip
    answered(replies, HOW_IT_ENDS)
    expect.equal(app.sql.left_open, 0, f"transactions left open {after}", look=HOW_IT_ENDS)


@check(points=1, runs="social_service", on=busy, settings=SIZED)
def opens_no_more_than_are_needed(app: SocialService) -> None:
    """At the start `POOL_MIN_SIZE` connections are open, all idle, and requests that come one after
    the other need no further one."""
    state, first = app.seen  # type: ignore[attr-defined]
    look = "what is opened as the block of `open_pool` is entered, and what later"
    expect.equal(len(first), 2, "connections called social in pg_stat_activity at the start, with"
                 " POOL_MIN_SIZE=2", look=look)  # fmt: skip
    expect.equal(state, numbers(3, 2, 2, 0), "GET /pool at the start", look=look)
    before = pids(app)
    look = "when a new one is opened, and what becomes of one that comes back"
    for _ in range(MANY):
        expect.status(app.get(POST), 200)
        app.wait_until(lambda: pool_of(app)["idle"] == len(before),
                       "GET /pool: all are idle after a request", look)  # fmt: skip
    expect.equal(pids(app), before, f"the server's processes after {MANY} requests, one by one",
                 look=look)  # fmt: skip


@check(points=2, runs="social_service", on=busy, settings=SIZED)
def is_never_larger(app: SocialService) -> None:
    """Eight requests at once share `POOL_MAX_SIZE` connections. All are answered, and the
    connections stay open and are used again."""
    look = "where the bound is, and what becomes of a connection that comes back"
    with asked_at_once(app, 8) as replies:
        locked(app, 3)
        becomes(app, numbers(3, 3, 0, 5), "during eight requests that wait for a lock", look)
        largest = pids(app)
        expect.equal(len(largest), 3, "connections for eight requests, with POOL_MAX_SIZE=3",
                     look=look)  # fmt: skip
    answered(replies, look)
    with asked_at_once(app, 8) as replies:
        locked(app, 3)
        expect.equal(pids(app), largest, "the server's processes for eight requests more",
                     look=look)  # fmt: skip
    answered(replies, look)
    expect.equal(pids(app), largest, "the server's processes after sixteen requests", look=look)


@check(points=2, runs="social_service", on=busy, settings=SIZED)
def tells_its_state(app: SocialService) -> None:
    """`GET /pool` tells how many are open and idle and how many requests wait, under load, when one
    of them leaves, and afterwards."""
    look = "what changes when one is lent, comes back, or is waited for"
    with asked_at_once(app, 3) as replies:
        becomes(app, numbers(3, 3, 0, 0), "during three requests", look)
        with ExitStack() as clients:
            clients.enter_context(app.leaving("GET", POST))
            becomes(app, numbers(3, 3, 0, 1), "when a fourth one waits", look)
            with app.leaving("GET", POST), app.leaving("GET", POST):
                becomes(app, numbers(3, 3, 0, 3), "when three wait", look)
            becomes(app, numbers(3, 3, 0, 1), "when two of these have left", look)
        becomes(app, numbers(3, 3, 0, 0), "when the third one has left", look)
    answered(replies, look)
    becomes(app, numbers(3, 3, 3, 0), "when all are answered", look)


@check(points=2, runs="social_service", on=impatient, settings=IMPATIENT)
def gives_up_the_wait(app: SocialService) -> None:
    """When all connections are in use for longer than `POOL_TIMEOUT_MS`, a request is 503 with
    `Retry-After`, and does not wait any more."""
    look = "what bounds the wait, and what is raised then"
    with asked_at_once(app, 2) as replies:
        locked(app, 2)
        for _ in range(2):
            reply = app.get(POST)
            expect.status(reply, 503, look)
            expect.header(reply, "retry-after", look)
        expect.equal(pool_of(app), numbers(2, 2, 0, 0), "GET /pool after that", look=look)
    answered(replies, look)
    expect.status(app.get(POST), 200, "what becomes of a connection nobody waits for any more")


@check(points=2, runs="social_service", on=impatient, settings=IMPATIENT)
def bounds_the_wait_alone(app: SocialService) -> None:
    """A request that has a connection may keep it for longer than `POOL_TIMEOUT_MS`."""
    with asked_at_once(app, 2) as replies:
        locked(app, 2)
        app.get(POST)  # once it is sent away, the two others have had theirs for longer
        locked(app, 2)
    answered(replies, "what stands within the deadline")


@check(points=2, runs="social_service", on=strict, settings=STRICT)
def ends_slow_statements(app: SocialService) -> None:
    """A statement that takes longer than `STATEMENT_TIMEOUT_MS` is cancelled: 504, at the first use
    of a connection and at every later one, and the connection can be used again."""
    for _ in range(3):
        expect.status(app.get(POST), 200)
    with app.sql.holding(LOCK):
        for use in ("first", "second"):
            reply = app.get(POST)
            expect.status(reply, 504, look=f"which settings are there at the {use} statement that"
                          " is too slow, after several that were not")  # fmt: skip
    expect.status(app.get(POST), 200)


@check(points=2, runs="social_service", on=strict, settings=STRICT)
def leaves_that_to_the_server(app: SocialService) -> None:
    """It is PostgreSQL that cancels it: also when the service is cut off while it runs."""
    expect.status(app.get(POST), 200)
    with ThreadPoolExecutor(1) as threads, app.sql.holding(LOCK) as held:
        for _ in range(5):  # a busy machine may see it too late
            reply = threads.submit(app.get, POST)
            app.wait_until(lambda now=reply: at_lock(app) or now.done(),
                           "a statement that waits for the table, or its end")  # fmt: skip
            if at_lock(app):
                break
        with app.system.ways.postgres.cut():
            app.wait_until(
                lambda: held.waiting == 0,
                "the statement ends in the server, with nobody there to ask for it",
                look="who looks at the watch",
            )
            reply.result()


@check(points=2, runs="social_service", settings=SIZED)
def is_whole_after_errors(app: SocialService) -> None:
    """After 20 requests whose statements fail, all connections can be had, and nothing is left
    open."""
    fill(app)
    for _ in range(MANY):
        reply = app.post("/posts", json={"user_id": 4711, "content": "By nobody"})
        expect.status(reply, 409, look=HOW_IT_ENDS)
    is_whole(app, 3, f"after {MANY} requests that failed")


@check(points=3, runs="social_service", settings=SIZED, seconds=30)
def is_whole_after_clients_left(app: SocialService) -> None:
    """After 20 clients who left while their statement ran, and 20 who left while they waited for
    a connection, all can be had."""
    fill(app)
    with app.sql.holding(LOCK):
        for _ in range(MANY):
            with app.leaving("GET", POST):
                app.wait_until(lambda: working(app), "the statement of a client runs",
                               look=HOW_IT_ENDS)  # fmt: skip
            app.wait_until(lambda: not working(app), "a statement is cancelled whose client left",
                           look=HOW_IT_ENDS)  # fmt: skip
    is_whole(app, 3, f"after {MANY} clients who left")
    with asked_at_once(app, 3) as replies:
        locked(app, 3)
        with ExitStack() as clients:
            for _ in range(MANY):
                clients.enter_context(app.leaving("GET", POST))
            app.wait_until(
                lambda: in_hand(app) == 3 + MANY, f"GET /pool: {MANY} more wait", HOW_IT_ENDS
            )
        app.wait_until(lambda: pool_of(app)["waiting"] == 0,
                       f"GET /pool: nobody waits when these {MANY} have left",
                       HOW_IT_ENDS)  # fmt: skip
    answered(replies, HOW_IT_ENDS)
    is_whole(app, 3, f"after {MANY} clients who left the queue")


@check(points=2, runs="social_service", on=lost, settings=LOSABLE)
def gives_out_no_dead_one(app: SocialService) -> None:
    """Connections that the server has ended are not open any more and not given out: the next
    requests get others."""
    look = "what may have happened to a connection while nobody had it"
    with asked_at_once(app, 3) as replies:
        locked(app, 3)
    answered(replies, look)
    dead = pids(app)
    for pid in dead:
        app.sql("SELECT pg_terminate_backend(%s)", [pid])

    def told() -> bool:
        before, found = pool_of(app)["open"], pids(app)
        after = pool_of(app)["open"]
        return not set(dead) & set(found) and before == len(found) == after

    app.wait_until(told, "`open` in GET /pool is the number of connections that the server has left"
                   f", after it has ended {len(dead)}", look=look)  # fmt: skip
    for _ in range(6):
        expect.status(app.get(POST), 200, look=look)
    is_whole(app, 3, "after the server had ended its connections")


@check(points=1, runs="social_service", on=lost, settings=LOSABLE)
def gives_up_a_silent_server(app: SocialService) -> None:
    """A connection that is not made within `CONNECT_TIMEOUT_MS` is given up: the request gets an
    error, and another one can have the place."""
    with asked_at_once(app, 2) as replies:
        locked(app, 2)
        for pid in set(pids(app)) - set(at_lock(app)):
            app.sql("SELECT pg_terminate_backend(%s)", [pid])
        app.wait_until(lambda: pool_of(app)["open"] == 2,
                       "GET /pool: two are open, the server has ended others")  # fmt: skip
        with app.system.ways.postgres.hold():
            reply = app.get(POST)
            expect.that(reply.status in (503, 504), "503 or 504 when the server lets nobody in",
                        reply.shown, sent=reply.sent, look="`connect_timeout_ms`")  # fmt: skip
    answered(replies, HOW_IT_ENDS)
    is_whole(app, 3, "after a connection that could not be made")


@check(points=2, runs="social_service", on=lost, settings=LOSABLE)
def survives_a_cut(app: SocialService) -> None:
    """While PostgreSQL cannot be reached, requests are answered with an error; when it is back, all
    connections can be had, without a new start."""
    with app.system.ways.postgres.cut():
        for _ in range(6):
            reply = app.get(POST)
            expect.that(reply.status in (503, 504), "503 or 504 without a database", reply.shown,
                        sent=reply.sent)  # fmt: skip
    look = "what becomes of a place in the pool when no connection could be made for it"
    for _ in range(6):
        expect.status(app.get(POST), 200, look)
    is_whole(app, 3, "after the server was away")


@check(points=2, runs="social_service", on=fill, settings=ALONE, seconds=30)
def speaks_json(app: SocialService) -> None:
    """`jsonb` is what Python makes of JSON, in queries and in `copy_records_to_table`; `json` stays
    a text."""
    value = {"a": [1, None, 2.5, True], "ü": {"b": "'\\\""}}
    with app.altered(APP, TRIALS) as other:
        for one in (value, [], "text", 0):
            reply = other.post("/trials/jsonb", json={"value": one})
            expect.status(reply, 200)
            got = expect.fields(reply.json, "what came back", reply.sent)
            text = got.pop("of a query", None)
            wanted = {"a query": one, "copy_records_to_table": one, "json": "[1]"}
            expect.equal(got, wanted, f"what came back, when {expect.show(one)} was sent",
                         look="the codec, and its format")  # fmt: skip
            expect.that(not isinstance(one, str) or text == one, f"stored as {one!r}", repr(text),
                        look="the codec")  # fmt: skip


@check(points=2, runs="social_service", on=fill, settings=ALONE, hidden=True)
def hands_on_nothing(app: SocialService) -> None:
    """The next one who gets the connection finds no transaction and no changed setting of the one
    before. An error of the block comes out as it is. A connection that the server ends while
    somebody has it is not open any more, and has no place."""
    with app.altered(APP, TRIALS) as other:
        expect.status(other.get("/trials/leave"), 500)
        expect.equal(other.get("/trials/ask?sql=SHOW lock_timeout").json, "0", "lock_timeout, which"
                     " the one before had changed")  # fmt: skip
        expect.equal(other.get(POST)["content"], "Hello", "what the one before had changed, and not"
                     " committed")  # fmt: skip
        expect.equal(app.sql.left_open, 0, "transactions left open")
        for name, wanted in (("application_name", "social"), ("statement_timeout", "700ms")):
            expect.equal(other.get(f"/trials/ask?sql=SHOW {name}").json, wanted, name)
        expect.status(other.get("/trials/time-out"), 504, "which TimeoutErrors are the pool's own")
        reply = other.get("/trials/lose")
        expect.status(reply, 200)
        open_, idle = reply[0], reply[1]
        expect.equal(open_, idle, "`open` in Pool.state(), when the server has ended the only one"
                     " that is not `idle`", look="what `open` is counted from")  # fmt: skip
        expect.status(other.get(POST), 200, "what becomes of the place of one that has ended")


@check(points=2, runs="social_service", settings=LAST, seconds=30)
def closes_in_the_end(app: SocialService) -> None:
    """All connections are closed properly when the service ends, and when a step after `open_pool`
    fails as it starts."""
    look = "what stands behind the `yield`, and when that is run"
    what = "sessions that PostgreSQL counts as abandoned"
    with app.altered(APP, TRIALS) as other:
        before = abandoned(app)
        reply = other.get("/trials/fail-half-way")
        expect.status(reply, 200)
        made = expect.items(reply.json, "what came back", reply.sent)
        expect.that(len(made) == 1, "a connection of the second pool", reply.shown)
        app.wait_until(lambda: len(pids(app)) == 6, "only the connections of the two services are"
                       " open, when the block of a third pool was left by an exception",
                       look)  # fmt: skip
        expect.equal(abandoned(app), before, what, look=look)
        other.system.terminate()
        expect.that(other.system.wait_end(20), "the process ends after SIGTERM", "it goes on",
                    look="what `open_pool` waits for in the end")  # fmt: skip
        app.wait_until(lambda: len(pids(app)) == 3, "its connections are closed", look)
        expect.equal(abandoned(app), before, what, look=look)


def abandoned(app: SocialService) -> int:
    """How many sessions of this database ended without a word of the client's."""
    found = app.sql(
        "SELECT sessions_abandoned FROM pg_stat_database WHERE datname = current_database()"
    )
    return int(found[0]["sessions_abandoned"])
