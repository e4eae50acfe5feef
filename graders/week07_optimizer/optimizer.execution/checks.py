"""Statements under measurement. Time is what the check's clock says: it advances while a request
waits for the only connection, for a lock, or for its plan."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from workbench.checking import CheckFailed, Reply, SocialService, check, expect

#: One connection: who takes a second one waits for itself. Who waits has time.
ONE = {"POOL_MAX_SIZE": "1", "POOL_TIMEOUT_MS": "9000", "STATEMENT_TIMEOUT_MS": "9000"}
SOME_PLANS = {**ONE, "POOL_MAX_SIZE": "2", "PLAN_EVERY": "3"}
TWO_KEPT = {**ONE, "PLAN_EVERY": "1", "MEASURED_STATEMENTS": "2"}

#: A route that runs a statement by the method that it is told.
TRIALS = [
    ('    app.router.add_post("/posts", write)\n', '''    app.router.add_post("/posts", write)

    async def try_out(request: web.Request) -> web.Response:
        run = getattr(database, request.query["by"])
        result = await run(request.query["sql"])
        return web.json_response({"rows": result if isinstance(result, int) else len(result)})

    app.router.add_post("/trials", try_out)
'''),
]  # fmt: skip
POSTS = "backend/social/service/posts.py"

#: What stands in the fingerprint of each route's statement.
SHOW = ("select", "from posts", "where id = $1")
WRITE = ("insert into posts",)
LIKE = ("insert into likes",)

NUMBERS = ("calls", "rows", "errors", "wait_ms", "run_ms", "slowest_ms")
FIELDS = {"statement", "plan", *NUMBERS}
NOTHING: dict[str, Any] = {**dict.fromkeys(NUMBERS, 0), "plan": None}

#: While its policy is on, whoever plans a read of posts calls this function. It does something for
#: an EXPLAIN only.
WHEN_EXPLAINED = """
    CREATE OR REPLACE FUNCTION wb_planned() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN
        IF current_query() ILIKE '%explain%' THEN {does}; END IF;
        RETURN true;
    END $$
"""
LOCK = 77


def network(app: SocialService) -> None:
    """Five users and six posts."""
    app.sql(
        "INSERT INTO users (username, email, password_hash)"
        " SELECT 'user_' || n, 'user_' || n || '@example.org', 'x' FROM generate_series(1, 5) AS n"
    )
    app.sql(
        "INSERT INTO posts (user_id, content)"
        " SELECT id, 'post ' || n FROM users, generate_series(1, 2) AS n WHERE id <= 3"
    )


def few(app: SocialService) -> None:
    """The same with two connections, where one read in three has its plan sampled."""
    network(app)


def forgetful(app: SocialService) -> None:
    """The same, where two fingerprints are kept, and every read has its plan sampled."""
    network(app)


def posts(app: SocialService) -> list[int]:
    rows = app.sql("SELECT id FROM posts WHERE content ~ '^post ' ORDER BY id")
    return [row["id"] for row in rows]


def users(app: SocialService) -> list[int]:
    return [row["id"] for row in app.sql("SELECT id FROM users ORDER BY id")]


def summary(app: SocialService) -> list[dict[str, Any]]:
    """What /statements shows, if it has the right fields."""
    reply = app.get("/statements")
    expect.status(reply, 200)
    rows = expect.items(reply["statements"], "statements", reply.sent)
    for row in rows:
        if not isinstance(row, dict) or FIELDS - set(row):
            raise CheckFailed(f"each with {', '.join(sorted(FIELDS))}", reply.shown, reply.sent,
                              "what summary() returns")  # fmt: skip
        if not all(type(row[name]) in (int, float) for name in NUMBERS):
            raise CheckFailed(f"numbers for {', '.join(NUMBERS)}", reply.shown, reply.sent,
                              "what summary() returns")  # fmt: skip
        for name in NUMBERS:
            expect.number(row[name], name, reply.sent)  # NaN and Infinity are of that type, too
    return rows


def measured(app: SocialService, words: tuple[str, ...]) -> dict[str, Any]:
    """What is known of the statement with these words; zeros when it is not known."""
    found = [
        row for row in summary(app)
        if all(word in " ".join(str(row["statement"]).lower().split()) for word in words)
    ]  # fmt: skip
    if len(found) > 1:
        raise CheckFailed("one row of /statements for each fingerprint",
                          "\n".join(str(row["statement"]) for row in found),
                          "GET /statements", "by what calls are grouped")  # fmt: skip
    return found[0] if found else dict(NOTHING)


class Grown:
    """How much more is known of a statement at the end of the block."""

    def __init__(self) -> None:
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        return self.after[name] - self.before[name]

    def count(self, look: str = "", **wanted: int) -> None:
        """calls, rows and errors have grown by so much."""
        got = {name: self[name] for name in wanted}
        expect.equal(got, wanted, f"more for {self.after.get('statement')}", look=look)

    def time(self, look: str = "", **wanted: float) -> None:
        """Times have grown by so many ms."""
        got = {name: self[name] for name in wanted}
        near = all(abs(got[name] - wanted[name]) < 1 for name in wanted)
        expect.that(near, f"{wanted} more for {self.after.get('statement')}", str(got), look=look)


@contextmanager
def growing(app: SocialService, words: tuple[str, ...]) -> Iterator[Grown]:
    grown = Grown()
    grown.before = measured(app, words)
    yield grown
    grown.after = measured(app, words)


def is_explain(statement: Any) -> bool:
    return "explain" in statement.text.lower()


def explains(reply: Reply) -> list[str]:
    """The EXPLAINs that a request has sent."""
    return [one.text for one in reply.statements if is_explain(one)]


def sent(reply: Reply, word: str) -> int:
    """How many statements with that word a request has sent, without EXPLAINs."""
    return sum(word in one.text.lower() for one in reply.statements if not is_explain(one))


def run_before(app: SocialService, post: int) -> None:
    """The first call, whose plan is sampled, is over: the next one is nothing but the statement."""
    expect.status(app.get(f"/posts/{post}"), 200)


@contextmanager
def when_explained(app: SocialService, does: str) -> Iterator[None]:
    """Within the block, an EXPLAIN of a read of posts does that."""
    app.sql(WHEN_EXPLAINED.format(does=does))
    with only_rows(app, "wb_planned()"):
        yield


@contextmanager
def only_rows(app: SocialService, condition: str) -> Iterator[None]:
    """Within the block, only posts of which the condition is true are there for the service."""
    app.sql("ALTER TABLE posts ENABLE ROW LEVEL SECURITY")
    app.sql("ALTER TABLE posts FORCE ROW LEVEL SECURITY")
    app.sql(f"CREATE POLICY wb_all ON posts USING ({condition}) WITH CHECK (true)")
    try:
        yield
    finally:
        app.sql("DROP POLICY wb_all ON posts")
        app.sql("ALTER TABLE posts NO FORCE ROW LEVEL SECURITY")
        app.sql("ALTER TABLE posts DISABLE ROW LEVEL SECURITY")


@check(points=1, runs="social_service", on=network, settings=ONE)
def returns_what_it_should(app: SocialService) -> None:
    """`fetch` returns the rows, `execute` the number of rows that were affected."""
    (first, *_), (ada, bob, *_) = posts(app), users(app)
    reply = app.get(f"/posts/{first}")
    expect.status(reply, 200)
    expect.equal(reply["content"], "post 1", "content", reply=reply)
    expect.status(app.get("/posts/999999"), 404)
    reply = app.post("/posts", json={"user_id": ada, "content": "new"})
    expect.status(reply, 201)
    expect.equal(reply["user_id"], ada, "user_id", reply=reply)
    for changed in (1, 0):
        reply = app.put(f"/posts/{first}/likes/{bob}")
        expect.status(reply, 200)
        expect.equal(reply["changed"], changed, "changed", reply=reply, look="the status tag")


@check(points=2, runs="social_service", on=network, settings=ONE)
def calls_and_rows(app: SocialService) -> None:
    """Calls and rows are counted: of reads the rows that came, of writes those that were
    affected."""
    (first, second, *_), (ada, bob, *_) = posts(app), users(app)
    with growing(app, SHOW) as shown:
        for post in (first, second, 999_999, first):
            app.get(f"/posts/{post}")
    shown.count("fetch: how many records it returns", calls=4, rows=3, errors=0)
    with growing(app, LIKE) as liked:
        for _ in range(2):
            app.put(f"/posts/{second}/likes/{bob}")
        app.put(f"/posts/{second}/likes/{ada}")
    liked.count("execute: the number in the status tag", calls=3, rows=2, errors=0)
    with growing(app, WRITE) as written:
        app.post("/posts", json={"user_id": ada, "content": "new"})
    written.count("a write that returns rows", calls=1, rows=1, errors=0)


@check(points=1, runs="social_service", on=network, settings=ONE)
def by_fingerprint(app: SocialService) -> None:
    """A statement is known by its fingerprint, and all calls of one fingerprint are one row."""
    reply = app.get(f"/posts/{posts(app)[0]}")
    texts = [one.text for one in reply.statements if "posts" in one.text and not is_explain(one)]
    expect.that(len(texts) == 1, "one statement is sent", str(texts), sent=reply.sent)
    (wanted,) = app.post("/fingerprints", json={"statements": texts})["fingerprints"]
    expect.equal(measured(app, SHOW).get("statement"), wanted, "statement", look="fingerprint(sql)")


@check(points=3, runs="social_service", on=network, settings=ONE)
def waiting_is_not_running(app: SocialService) -> None:
    """The wait for a connection and the run of the statement are measured apart."""
    (first, *_), (*_, eve, flo) = posts(app), users(app)
    run_before(app, first)
    with (
        growing(app, SHOW) as shown,
        growing(app, LIKE) as liked,
        ThreadPoolExecutor(2) as pool,
        app.sql.holding("LOCK TABLE posts", keep=False) as held,
    ):
        held.send(lambda: app.get(f"/posts/{first}"))
        later = [pool.submit(app.put, f"/posts/{first}/likes/{one}") for one in (eve, flo)]
        app.wait_until(lambda: app.get("/pool")["waiting"] == 2,
                       "two more requests wait for the only connection")  # fmt: skip
        app.clock.advance(3)
    for one in later:
        expect.status(one.result(), 200)
    expect.status(held.replies[0], 200)
    look = "what the clock says before a connection is asked for, once it is there, and at the end"
    shown.time(look, wait_ms=0, run_ms=3000)
    liked.time(look, wait_ms=6000, run_ms=0)


@check(points=2, runs="social_service", on=network, settings=ONE)
def slowest_and_dearest(app: SocialService) -> None:
    """The slowest run is kept, and what ran longest in all comes first."""
    first, *_ = posts(app)
    run_before(app, first)
    for seconds in (8, 20, 7):
        with app.sql.holding("LOCK TABLE posts", keep=False) as held:
            held.send(lambda: app.get(f"/posts/{first}"))
            app.clock.advance(seconds)
        expect.status(held.replies[0], 200)
    slow = measured(app, SHOW)
    expect.that(abs(slow["slowest_ms"] - 20_000) < 1, "slowest_ms: 20000", str(slow["slowest_ms"]))
    author = users(app)[0]
    with app.sql.holding("LOCK TABLE posts", keep=False) as held:
        held.send(lambda: app.post("/posts", json={"user_id": author, "content": "new"}))
        app.clock.advance(30)
    times = [row["run_ms"] for row in summary(app)]
    expect.equal(times, sorted(times, reverse=True), "run_ms of all statements, in their order",
                 look="the order of summary()")  # fmt: skip
    big = [time for time in times if time > 29_000]
    expect.equal(len(big), 2, "statements that ran for 30 s or more", look="35 s and 30 s")


@check(points=2, runs="social_service", on=network, settings=ONE)
def errors_count_and_go_on(app: SocialService) -> None:
    """A statement that fails is counted as a call and as an error, its time counts, and its error
    is raised on."""
    first, *_ = posts(app)
    with growing(app, LIKE) as liked, growing(app, WRITE) as written:
        expect.status(app.put(f"/posts/{first}/likes/999999"), 409,
                      "the error that asyncpg raised must come out, as it was")  # fmt: skip
        expect.status(app.post("/posts", json={"user_id": 999_999, "content": "x"}), 409)
        with app.sql.holding("LOCK TABLE posts", keep=False) as held:
            held.send(lambda: app.post("/posts", json={"user_id": 999_999, "content": "x"}))
            app.clock.advance(2)
    expect.status(held.replies[0], 409)
    liked.count("a statement that fails", calls=1, rows=0, errors=1)
    written.count("a statement that fails", calls=2, rows=0, errors=2)
    written.time("the time of a statement that fails", run_ms=2000, wait_ms=0)
    expect.status(app.get(f"/posts/{first}"), 200)


@check(points=2, runs="social_service", on=network, settings=ONE, hidden=True)
def a_client_leaves(app: SocialService) -> None:
    """A statement that is cancelled, because its client has left, is an error as well."""
    first, *_ = posts(app)
    run_before(app, first)
    before = measured(app, SHOW)
    with app.sql.holding("LOCK TABLE posts", keep=False) as held:
        with app.leaving("GET", f"/posts/{first}"):
            app.wait_until(lambda: held.waiting == 1, "the statement runs")
            app.clock.advance(4)
        app.wait_until(lambda: measured(app, SHOW)["errors"] > before["errors"],
                       "one more error of the statement",
                       "what ends a statement, and is no Exception")  # fmt: skip
    after = measured(app, SHOW)
    got = {name: after[name] - before[name] for name in ("calls", "errors", "rows")}
    expect.equal(got, {"calls": 1, "errors": 1, "rows": 0}, "counted for it")
    expect.that(abs(after["run_ms"] - before["run_ms"] - 4000) < 1, "run_ms: 4000 more",
                f"{after['run_ms']} after {before['run_ms']}")  # fmt: skip


@check(points=3, runs="social_service", on=few, settings=SOME_PLANS)
def some_plans(app: SocialService) -> None:
    """The plan of a read is sampled at its first call and at each PLAN_EVERY-th after it, for each
    fingerprint on its own, and without running it."""
    ids = posts(app)
    replies = [app.get(f"/posts/{ids[number % 3]}") for number in range(4)]
    others = [app.get(f"/overview?users={user}") for user in users(app)[:2]]
    replies += [app.get(f"/posts/{ids[0]}") for _ in range(4)]
    got = [len(explains(reply)) for reply in replies]
    expect.equal(got, [1, 0, 0, 1, 0, 0, 1, 0], "EXPLAINs of eight calls, with PLAN_EVERY=3",
                 look="which calls of a statement are the samples")  # fmt: skip
    expect.equal([len(explains(reply)) for reply in others], [1, 0],
                 "EXPLAINs of two calls of another statement",
                 look="whose calls are counted")  # fmt: skip
    for reply in (*replies, *others):
        for text in explains(reply):
            runs = re.search(r"\banalyze\b(?! *(false|off|0))", text.lower())
            expect.that(not runs, "an EXPLAIN without ANALYZE", text, sent=reply.sent)
    expect.equal([sent(reply, "from posts") for reply in replies], [1] * 8, "the statement is sent")
    with only_rows(app, "1 / (id - id) > 0"):
        expect.status(app.get(f"/posts/{ids[0]}"), 422)
    reply = app.get(f"/posts/{ids[0]}")
    expect.equal(len(explains(reply)), 1, "EXPLAINs of the tenth call, when the ninth has failed",
                 reply=reply, look="which calls are counted")  # fmt: skip
    for words in (SHOW, ("count", "from follows")):
        plan = measured(app, words)["plan"]
        expect.that(isinstance(plan, dict) and isinstance(plan.get("Node Type"), str),
                    'a plan: an object with "Node Type"', expect.show(plan),
                    look="what EXPLAIN (FORMAT JSON) returns, and of which type")  # fmt: skip


@check(points=2, runs="social_service", on=few, settings=SOME_PLANS)
def writes_only_once(app: SocialService) -> None:
    """A write is never explained, and never sent twice: also one that returns rows, or begins with
    WITH. What begins with SELECT is a read by either method."""
    author = users(app)[0]
    (before,) = app.sql("SELECT count(*) AS n FROM posts")
    replies = [app.post("/posts", json={"user_id": author, "content": "once"}) for _ in range(4)]
    replies += [app.put(f"/posts/{posts(app)[0]}/likes/{author}") for _ in range(4)]
    expect.equal([reply.status for reply in replies], [201] * 4 + [200] * 4, "statuses")
    expect.equal([explains(reply) for reply in replies], [[]] * 8, "EXPLAINs of writes",
                 look="how you tell a read from a write")  # fmt: skip
    expect.equal([sent(reply, "insert into") for reply in replies], [1] * 8, "statements sent")
    (after,) = app.sql("SELECT count(*) AS n FROM posts")
    expect.equal(after["n"] - before["n"], 4, "posts more")
    expect.equal([measured(app, words)["plan"] for words in (WRITE, LIKE)], [None, None], "plans")
    written = f"INSERT INTO posts (user_id, content) VALUES ({author}, 'with') RETURNING id"
    with app.altered(POSTS, TRIALS) as trial:
        for by, sql, wanted in (
            ("fetch", f"WITH written AS ({written}) SELECT id FROM written", 0),
            ("execute", "SELECT count(*) FROM users", 1),
        ):
            reply = trial.post(f"/trials?by={by}&sql={quote(sql)}")
            expect.status(reply, 200)
            expect.equal(len(explains(reply)), wanted, f"EXPLAINs for {by}({sql!r})", reply=reply,
                         look="how you tell a read from a write")  # fmt: skip


@check(points=2, runs="social_service", on=few, settings=SOME_PLANS)
def several_at_once(app: SocialService) -> None:
    """Statements that run at the same time are measured each on its own."""
    author = users(app)[0]

    def write() -> Reply:
        return app.post("/posts", json={"user_id": author, "content": "at once"})

    with (
        growing(app, WRITE) as written,
        app.sql.holding("LOCK TABLE posts", keep=False) as held,
    ):
        held.send(write)
        app.clock.advance(100)
        held.send(write)
        app.clock.advance(300)
    expect.equal([reply.status for reply in held.replies], [201, 201], "statuses")
    look = "where the beginning of each is kept"
    written.count(look, calls=2, rows=2, errors=0)
    written.time(look, wait_ms=0, run_ms=700_000)


@check(points=2, runs="social_service", on=forgetful, settings=TWO_KEPT)
def the_least_recent_go(app: SocialService) -> None:
    """At most MEASURED_STATEMENTS fingerprints are kept: the one that was not called for the
    longest time goes."""
    first, author = posts(app)[0], users(app)[0]
    app.get(f"/posts/{first}")
    with app.sql.holding("LOCK TABLE users", keep=False) as held:
        held.send(lambda: app.post("/posts", json={"user_id": author, "content": "new"}))
        app.clock.advance(6)
    app.post("/posts", json={"user_id": 999_999, "content": "of nobody"})
    app.get(f"/posts/{first}")
    look = "what a call changes in the order"
    expect.equal(len(summary(app)), 2, "statements known, after two of them", look=look)
    app.put(f"/posts/{first}/likes/{author}")
    rows = summary(app)
    expect.equal(len(rows), 2, "statements known, after a third one", look=look)
    calls = [measured(app, words)["calls"] for words in (SHOW, WRITE, LIKE)]
    expect.equal(calls, [2, 0, 1], "calls of the three, MEASURED_STATEMENTS=2", look=look)
    app.post("/posts", json={"user_id": author, "content": "new"})
    calls = [measured(app, words)["calls"] for words in (SHOW, WRITE, LIKE)]
    expect.equal(calls, [0, 1, 1], "calls of the three, when the second comes back", look=look)
    again = measured(app, WRITE)
    got = {name: again[name] for name in NUMBERS if again[name]}
    expect.equal(got, {"calls": 1, "rows": 1}, "what is known of the one that comes back, if not 0",
                 look="all that was kept of one that goes")  # fmt: skip


@check(points=1, runs="social_service", on=forgetful, settings=TWO_KEPT)
def the_latest_plan(app: SocialService) -> None:
    """The plan that is shown is the latest one: plans change."""
    first, *_ = posts(app)
    app.get("/posts/987654")
    plan = measured(app, SHOW)["plan"]
    expect.that("987654" in json.dumps(plan), "a plan for GET /posts/987654 with this number in it",
                expect.show(plan), look="with which values EXPLAIN is sent")  # fmt: skip
    look = "which of the samples is kept"
    with only_rows(app, "content <> 'out of reach'"):
        app.get(f"/posts/{first}")
        plan = measured(app, SHOW)["plan"]
        expect.that("out of reach" in json.dumps(plan), "a plan with that condition",
                    expect.show(plan), look=look)  # fmt: skip
    app.get(f"/posts/{first}")
    plan = measured(app, SHOW)["plan"]
    expect.that(isinstance(plan, dict) and "out of reach" not in json.dumps(plan),
                "a plan that reads all posts", expect.show(plan), look=look)  # fmt: skip


@check(points=2, runs="social_service", on=forgetful, settings=TWO_KEPT)
def looking_is_not_running(app: SocialService) -> None:
    """The time that an EXPLAIN takes is no part of the statement's."""
    first, *_ = posts(app)
    with (
        when_explained(app, f"PERFORM pg_advisory_xact_lock({LOCK})"),
        growing(app, SHOW) as shown,
        app.sql.holding(f"SELECT pg_advisory_xact_lock({LOCK})") as held,
    ):
        held.send(lambda: app.get(f"/posts/{first}"))
        expect.that(held.waiting == 1, "an EXPLAIN is sent, with PLAN_EVERY=1",
                    "none has asked for a plan", sent=f"GET /posts/{first}")  # fmt: skip
        app.clock.advance(5)
    expect.status(held.replies[0], 200)
    shown.time("what stands between two readings of the clock", run_ms=0, wait_ms=0)


@check(points=2, runs="social_service", on=forgetful, settings=TWO_KEPT)
def no_plan_no_harm(app: SocialService) -> None:
    """When a plan cannot be had, the request is answered all the same, and no error is counted."""
    first, *_ = posts(app)
    with when_explained(app, "RAISE 'nobody may explain this'"), growing(app, SHOW) as shown:
        replies = [app.get(f"/posts/{first}") for _ in range(2)]
    for reply in replies:
        expect.status(reply, 200, "what becomes of an error of EXPLAIN")
        expect.equal(reply["content"], "post 1", "content", reply=reply)
    shown.count("an EXPLAIN that fails", calls=2, rows=2, errors=0)
    expect.equal(app.get("/pool")["idle"], 1, "idle connections afterwards")
