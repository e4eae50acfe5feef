"""Stampedes are forced: PostgreSQL is held up until everybody has missed, then statements count.

The cache around the answer is the reference's: each request asks for the label once, looks at the
copy, and only then comes to the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from workbench.checking import App, CheckFailed, Reply, check, expect

PRODUCTS = "/api/v1/products"
COPIES = "cache:listing:"
LABEL = ("GET", "shelf:listing")
SOMEBODY = "somebody else's token"

WAIT = 8.0  # seconds that a busy machine may take for what should take none
CROWD = 5  # requests to each process
LEASE = 60
FLIGHTS = 18  # more than a process has threads
EXPIRY = {"EX", "PX", "EXAT", "PXAT"}

#: Who waits here waits longer than a check would: nobody helps himself because the machine is busy.
PATIENT = {"CACHE_SECONDS": "1000", "REDIS_TIMEOUT_MS": "8000",
           "CACHE_LOCK_SECONDS": str(LEASE), "CACHE_WAIT_SECONDS": "30"}  # fmt: skip
IMPATIENT = PATIENT | {"CACHE_WAIT_SECONDS": "1"}
#: Who hears nothing of Redis hears nothing for a second.
QUICK = PATIENT | {"REDIS_TIMEOUT_MS": "1000"}


@dataclass
class Flight:
    """Requests that have missed, while PostgreSQL answers none of them.

    held: for each process, whether so many of its connections wait for PostgreSQL.
    """

    sent: list[Future[Reply]]
    held: list[Callable[[int, float], bool]]

    @property
    def replies(self) -> list[Reply]:
        """For after the flight. Raises CheckFailed for one that did not get the listing."""
        return [one.result() for one in self.sent]

    @property
    def computing(self) -> int:
        """How many of them wait for PostgreSQL now."""
        return sum(next(n for n in range(64) if not held(n + 1, 0.0)) for held in self.held)


def shop(app: App) -> None:
    """Two products, and a Redis without copies."""
    app.redis.flushdb()
    app.sql("INSERT INTO categories (name) VALUES ('Lamps')")
    app.sql(
        "INSERT INTO products (name, price, category_id)"
        " SELECT given.name, 10, id FROM categories, unnest(ARRAY['Lamp', 'Bulb']) AS given (name)"
    )


def ask(app: App, query: str) -> Reply:
    """The listing for a query string: it must come, and hold both products."""
    reply = app.get(f"{PRODUCTS}?{query}")
    expect.status(reply, 200, look="what `run` does in this situation")
    found = sorted(item["name"] for item in reply["products"])
    expect.equal(found, ["Bulb", "Lamp"], "the names of the products", reply=reply)
    return reply


def until(holds: Callable[[], bool]) -> bool:
    """Wait until it holds, for a while at most; whether it does."""
    deadline = time.monotonic() + WAIT
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


@contextmanager
def under_way(*apps: App, query: str, each: int = 1) -> Iterator[Flight]:
    """So many requests to each process have missed the copy, and PostgreSQL answers none of them
    until the end of the block."""
    with ThreadPoolExecutor(each * len(apps)) as pool, ExitStack() as postgres:
        held = [postgres.enter_context(app.system.ways.postgres.hold()) for app in apps]
        with ExitStack() as door:
            # Nobody comes past Redis before the last one has arrived there.
            arrivals = [door.enter_context(app.system.ways.redis.hold()) for app in apps]
            before = [app.commands.count(LABEL) for app in apps]
            sent = [pool.submit(ask, app, query) for app in apps for _ in range(each)]
            for arrived in arrivals:
                arrived(each, WAIT)
        for app, known in zip(apps, before, strict=True):
            until(lambda: app.commands.count(LABEL) >= known + each)  # noqa: B023
            until(lambda: looks(app) >= each)  # noqa: B023
        yield Flight(sent, held)


def looks(app: App) -> int:
    """How often the newest copy was looked for."""
    asked = [one for one in app.commands if one[0] == "GET" and one[1].startswith(COPIES)]
    return sum(command == asked[-1] for command in asked) if asked else 0


def the_key(app: App, query: str) -> str:
    """The key of a query's copy, which is not there any more."""
    ask(app, query)
    (key,) = app.redis.keys(f"{COPIES}*")
    app.redis.delete(key)
    return str(key)


def tries(app: App, key: str) -> int:
    """How many commands have named the lock of a key."""
    return sum(f"lock:{key}" in one for one in app.commands)


def named(app: App, key: str) -> int:
    """How many commands have named a key or its lock."""
    return sum(any(word.endswith(key) for word in one) for one in app.commands)


def locks(app: App) -> list[str]:
    return sorted(app.redis.keys("lock:*"))


def cost(app: App, query: str) -> int:
    """How many statements one computation takes."""
    return len(ask(app, query).statements)


def computations(app: App, before: int, one: int) -> float:
    return (len(app.statements) - before) / one


def made_once(replies: list[Reply], made: float, look: str) -> None:
    """One computation for all of them, and one of them says that it made the page."""
    sent = f"{len(replies)} requests {replies[0].sent} at once"
    expect.that(made == 1, "one computation: the SQL of one request", f"the SQL of {made:g}",
                sent=sent, look=look)  # fmt: skip
    marks = sorted(reply.headers.get("x-cache", "none") for reply in replies)
    expect.equal(
        marks, ["HIT"] * (len(replies) - 1) + ["MISS"], "X-Cache of all answers", look=look
    )
    bodies = {reply.body for reply in replies}
    expect.equal(len(bodies), 1, "different bodies", look=look)


@check(points=2, settings=PATIENT, seconds=30)
def computes_once_in_a_process(app: App) -> None:
    """Of five requests that miss at once, one computes; all get the same page."""
    shop(app)
    one = cost(app, "per_page=50")
    before = len(app.statements)
    with under_way(app, query="per_page=51", each=CROWD) as flight:
        pass
    made_once(
        flight.replies, computations(app, before, one), "who may compute, and what the others do"
    )


@check(points=3, settings=PATIENT, seconds=40)
def computes_once_across_processes(app: App) -> None:
    """Two processes with five requests each still compute once."""
    shop(app)
    one = cost(app, "per_page=50")
    ask(app.twin, "per_page=50")
    before, before_twin = len(app.statements), len(app.twin.statements)
    with under_way(app, app.twin, query="per_page=51", each=CROWD) as flight:
        pass
    made = computations(app, before, one) + computations(app.twin, before_twin, one)
    made_once(flight.replies, made, "where the lock lives that both processes see")


@check(points=2, after=computes_once_in_a_process, settings=PATIENT, seconds=30)
def locks_each_key_for_itself(app: App) -> None:
    """Who wants another page does not wait: two pages are computed at the same time."""
    shop(app)
    ask(app, "per_page=50")
    with ThreadPoolExecutor(2) as pool:
        with app.system.ways.postgres.hold() as held:
            flight = [pool.submit(ask, app, f"per_page={size}") for size in (51, 52)]
            both = held(2, WAIT)
        replies = [one.result() for one in flight]
    expect.that(both, "both requests reach PostgreSQL", "one of them waited for the other",
                sent=f"{replies[0].sent} and {replies[1].sent} at once",
                look="the name of the lock")  # fmt: skip


@check(points=2, settings=PATIENT, seconds=30)
def holds_a_lock_that_expires(app: App) -> None:
    """While a page is computed, its lock stands in Redis and has a lifetime; then it is gone."""
    shop(app)
    key = the_key(app, "per_page=50")
    with under_way(app, query="per_page=50") as flight:
        until(lambda: bool(app.redis.exists(f"lock:{key}")))
        lifetime = app.redis.ttl(f"lock:{key}")
    flight.sent[0].result()
    expect.that(0 < lifetime <= LEASE, f"the key lock:{key} with a lifetime of at most {LEASE} s",
                {-2: "no such key", -1: "it never expires"}.get(lifetime, f"{lifetime} s"),
                sent="TTL, while PostgreSQL is held up",
                look="what happens to the lock when its owner is killed")  # fmt: skip
    expect.equal(locks(app), [], "locks that are left", look="the end of a flight")
    mine = [one for one in app.commands if f"lock:{key}" in one]
    unsafe = [
        one[0] for one in mine if one[0] == "SETNX" or (one[0] == "SET" and not EXPIRY & {*one})
    ]
    expect.equal(unsafe, [], "commands that set a lock and no lifetime with it",
                 look="what is there if the process dies after this command")  # fmt: skip
    names = {one[0] for one in mine}
    expect.that("WATCH" in names or not names & {"DEL", "UNLINK", "GETDEL"},
                "the lock compared and deleted in one step", f"{sorted(names)}, one after another",
                look="who may get the lock between two commands")  # fmt: skip


@check(points=2, after=computes_once_in_a_process, settings=PATIENT, seconds=30)
def gives_back_only_its_own_lock(app: App) -> None:
    """An owner that was too slow leaves the lock of the next owner alone."""
    shop(app)
    key = the_key(app, "per_page=50")
    with under_way(app, query="per_page=50") as flight:
        until(lambda: bool(app.redis.exists(f"lock:{key}")))
        # As if it had expired, and somebody else had it now.
        app.redis.set(f"lock:{key}", SOMEBODY, ex=LEASE)
    flight.sent[0].result()
    expect.equal(app.redis.get(f"lock:{key}"), SOMEBODY, "the lock of the next owner, afterwards",
                 look="whose lock is deleted at the end")  # fmt: skip


@check(points=2, settings=PATIENT, seconds=30, hidden=True)
def has_a_token_for_every_flight(app: App) -> None:
    """No two flights use the same token."""
    shop(app)
    key = the_key(app, "per_page=50")
    tokens = []
    for _ in range(FLIGHTS):
        app.redis.delete(key)
        with under_way(app, query="per_page=50") as flight:
            until(lambda: bool(app.redis.exists(f"lock:{key}")))
            tokens.append(app.redis.get(f"lock:{key}"))
        flight.sent[0].result()
    expect.that(None not in tokens and len(set(tokens)) == FLIGHTS,
                f"{FLIGHTS} different values of the lock", expect.show(sorted(map(str, tokens))),
                sent=f"{FLIGHTS} flights, one after another",
                look="what tells one owner from another")  # fmt: skip


@check(points=2, after=computes_once_in_a_process, settings=IMPATIENT, seconds=30)
def does_not_wait_for_ever(app: App) -> None:
    """When nothing comes, a waiter computes for itself after CACHE_WAIT_SECONDS."""
    shop(app)
    key = the_key(app, "per_page=50")
    app.redis.set(f"lock:{key}", SOMEBODY, ex=1000)
    reply = ask(app, "per_page=50")
    expect.equal(reply.headers.get("x-cache"), "MISS", "X-Cache", reply=reply)
    expect.equal(app.redis.get(f"lock:{key}"), SOMEBODY, "the lock of somebody else, afterwards",
                 reply=reply, look="whose lock is deleted at the end")  # fmt: skip


@check(points=3, after=computes_once_in_a_process, settings=PATIENT, seconds=40)
def one_takes_over_from_the_dead(app: App) -> None:
    """When a lock disappears and no copy has come, one of those who wait computes, and only one."""
    shop(app)
    one = cost(app, "per_page=51")
    app.redis.delete(*app.redis.keys(f"{COPIES}*"))
    key = the_key(app, "per_page=50")
    app.redis.set(f"lock:{key}", SOMEBODY, ex=1000)
    before = len(app.statements)
    with under_way(app, query="per_page=50", each=CROWD) as flight:
        # Everybody has come to the lock, and looked again: one look each is not enough to know.
        until(lambda: tries(app, key) >= 5 * CROWD)
        early = len(app.statements) - before
        app.redis.delete(f"lock:{key}")
        until(lambda: bool(app.redis.exists(f"lock:{key}")) or flight.computing >= CROWD)
        computing = flight.computing
    sent = f"{CROWD} requests GET {PRODUCTS}?per_page=50 at once"
    expect.that(early == 0, "no SQL while somebody else has the lock", f"{early} statements",
                sent=sent, look="who may compute")  # fmt: skip
    look = "what those who wait do when a lock disappears"
    expect.that(computing <= 1, "one that computes when the lock has disappeared",
                f"{computing} at the same time", sent=sent, look=look)  # fmt: skip
    made_once(flight.replies, computations(app, before, one), look)


@check(points=2, after=computes_once_in_a_process, settings=PATIENT, seconds=30)
def an_error_ends_the_flight(app: App) -> None:
    """When computing fails, the error is answered and the lock is given back."""
    shop(app)
    ask(app, "per_page=50")
    with app.system.ways.postgres.cut():
        expect.problem(app.get(f"{PRODUCTS}?per_page=51"), 503, look="an error inside `make`")
    expect.equal(locks(app), [], "locks that are left", look="the end of a flight that failed")
    reply = ask(app, "per_page=51")
    expect.equal(reply.headers.get("x-cache"), "MISS", "X-Cache", reply=reply)


@check(points=2, after=computes_once_in_a_process, settings=QUICK, seconds=60)
def a_redis_that_goes_away_costs_no_answer(app: App) -> None:
    """Redis may vanish or fall silent while a page is computed, or while somebody waits for it: the
    page is answered all the same."""
    shop(app)
    key = the_key(app, "per_page=50")
    ways = (app.system.ways.redis.cut, app.system.ways.redis.hold)
    for size, away in enumerate(ways, 51):
        for lock in locks(app):
            app.redis.delete(lock)  # the flight before could not give it back
        with ExitStack() as redis, under_way(app, query=f"per_page={size}") as flight:
            until(lambda: bool(locks(app)))
            redis.enter_context(away())
            # From here on no command to Redis succeeds, neither to keep the page nor to unlock.
        answered(
            flight.sent[0], "which commands of yours may fail, and what becomes of the page then"
        )
    for away in ways:
        app.redis.set(f"lock:{key}", SOMEBODY, ex=1000)
        before = named(app, key)
        with ThreadPoolExecutor(1) as pool:
            waiter = pool.submit(ask, app, "per_page=50")
            until(lambda: waiter.done() or named(app, key) > before + 4)  # noqa: B023
            with away():
                wait([waiter])
        answered(waiter, "what becomes of one who waits when Redis is lost, or silent")


def answered(reply: Future[Reply], look: str) -> None:
    """The listing came."""
    try:
        reply.result()
    except CheckFailed as failure:
        failure.look = look
        raise
