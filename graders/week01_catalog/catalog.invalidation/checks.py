"""Writers and readers are brought into the order in which a stale page would come out."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from workbench.checking import App, Reply, check, expect

PRODUCTS = "/api/v1/products"
COPIES = "cache:listing:*"

WAIT = 10.0  # seconds that a busy machine may take for what should take none

SECONDS = 1000
CLOCK = 1  # seconds by which Redis' clock may be behind when it stores
SETTINGS = {"CACHE_SECONDS": str(SECONDS), "REDIS_TIMEOUT_MS": "8000"}

#: Keys that are no notes of the shelf's: copies, and what others keep.
NO_NOTES = ("cache:", "celery:", "lock:", "ratelimit:")

#: What makes Redis walk over all that it has, or forget it.
WALKS = ("KEYS", "SCAN", "FLUSHDB", "FLUSHALL", "RANDOMKEY")

#: At the commit of a change of products, wait for whoever holds the advisory lock 7.
SLOW_COMMIT = """
CREATE FUNCTION public.wait_for_the_check() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT OR UPDATE ON public.products
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.wait_for_the_check();
"""

WAITING = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def shop(app: App) -> str:
    """One lamp for 10.00, and a Redis without copies. The lamp's id."""
    app.redis.flushdb()
    app.sql("INSERT INTO categories (name) VALUES ('Lamps')")
    rows = app.sql(
        "INSERT INTO products (name, price, category_id)"
        " SELECT 'Lamp', 10, id FROM categories RETURNING id"
    )
    return str(rows[0]["id"])


def listing(app: App, query: str = "per_page=50") -> Reply:
    reply = app.get(f"{PRODUCTS}?{query}")
    expect.status(reply, 200)
    return reply


def price(app: App, lamp: str, wanted: str, look: str) -> Reply:
    """The listing, which shows the lamp at this price."""
    reply = listing(app)
    shown = [item.get("price") for item in reply.objects("products") if item.get("id") == lamp]
    mark = reply.headers.get("x-cache")
    expect.that(shown == [wanted], f"the lamp for {wanted}",
                f"{expect.show(shown)} (X-Cache: {mark})", sent=reply.sent, look=look)  # fmt: skip
    return reply


def hit(app: App, look: str, query: str = "per_page=50") -> None:
    reply = listing(app, query)
    expect.equal(reply.headers.get("x-cache"), "HIT", "X-Cache", reply=reply, look=look)


def change(app: App, lamp: str, to: str) -> Reply:
    reply = app.patch(f"{PRODUCTS}/{lamp}", json={"price": to})
    expect.status(reply, 200, look="what happens after the commit")
    return reply


def until(holds: Callable[[], bool]) -> bool:
    """Wait until it holds, for a while at most; whether it does."""
    deadline = time.monotonic() + WAIT
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@check(points=2, settings=SETTINGS, seconds=30)
def writers_read_what_they_wrote(app: App) -> None:
    """After POST, PUT, PATCH and DELETE the next listing shows the change, and is kept again."""
    lamp = shop(app)
    category = listing(app)["products", 0, "category_id"]
    body = {"name": "Bulb", "price": "2.00", "category_id": category}
    writes = (
        ("POST", PRODUCTS, body, ["Bulb", "Lamp"]),
        ("PATCH", f"{PRODUCTS}/{lamp}", {"name": "Lantern"}, ["Bulb", "Lantern"]),
        ("PUT", f"{PRODUCTS}/{lamp}", body | {"name": "Torch"}, ["Bulb", "Torch"]),
        ("DELETE", f"{PRODUCTS}/{lamp}", None, ["Bulb"]),
    )
    for method, path, sent, wanted in writes:
        hit(app, f"the listing before the {method}")
        reply = app.request(method, path, json=sent)
        expect.that(reply.status < 300, "status 200, 201 or 204", reply.shown, sent=reply.sent)
        after = listing(app)
        names = sorted(item["name"] for item in after["products"])
        expect.equal(names, wanted, f"the names after {method}", reply=after,
                     look="what becomes of the copies after a commit")  # fmt: skip


@check(points=2, after=writers_read_what_they_wrote, settings=SETTINGS, seconds=30)
def every_process_reads_it(app: App) -> None:
    """What one process has changed, the other shows from its next answer on."""
    lamp = shop(app)
    for writer, reader, to in ((app, app.twin, "11.00"), (app.twin, app, "12.00")):
        listing(reader)
        hit(reader, "the second of two equal requests")
        change(writer, lamp, to)
        price(reader, lamp, to, "how a process learns what another one has changed")
        price(writer, lamp, to, "what the writer itself reads")


@check(points=2, after=writers_read_what_they_wrote, settings=SETTINGS, seconds=30)
def refused_writes_change_nothing(app: App) -> None:
    """A write that is refused leaves the copies in use."""
    lamp = shop(app)
    listing(app)
    nobody = "00000000-0000-4000-8000-000000000000"
    refused = (
        ("PATCH", lamp, {"category_id": nobody}, 422),
        ("PATCH", lamp, {"price": "-1"}, 422),
        ("PATCH", nobody, {"price": "1"}, 404),
        ("DELETE", nobody, None, 404),
    )
    for method, product, body, status in refused:
        reply = app.request(method, f"{PRODUCTS}/{product}", json=body)
        expect.status(reply, status)
        hit(app, f"the listing after {method} was answered with {status}")


@contextmanager
def slow_commits(app: App) -> Iterator[None]:
    """Until the end of the block, whoever commits a change of products waits in the COMMIT."""
    app.sql(SLOW_COMMIT)
    with app.sql.holding("SELECT pg_advisory_xact_lock(7)"):
        yield


@check(points=3, after=writers_read_what_they_wrote, settings=SETTINGS, seconds=40)
def comes_after_the_commit(app: App) -> None:
    """A reader that looks while the writer commits leaves no old price behind."""
    lamp = shop(app)
    listing(app)
    with ThreadPoolExecutor(1) as pool:
        with slow_commits(app):
            writer = pool.submit(change, app, lamp, "11.00")
            until(lambda: bool(app.sql(WAITING)))
            price(app, lamp, "10.00", "a change that has not been committed")
        writer.result()
    price(app, lamp, "11.00", "the moment at which the copies go out of use")


@check(points=3, after=every_process_reads_it, settings=SETTINGS, seconds=40)
def a_late_reader_does_no_harm(app: App) -> None:
    """A reader that has read the old rows, and keeps its page after the write, misleads nobody."""
    lamp = shop(app)
    price(app.twin, lamp, "10.00", "the price in the database")
    app.redis.delete(*app.redis.keys(COPIES))
    with ThreadPoolExecutor(1) as pool:
        with app.system.ways.postgres.hold() as asked:
            reader = pool.submit(listing, app)
            asked(1, WAIT)
            redis = app.system.ways.redis.hold()
            keeping = redis.__enter__()
        # PostgreSQL has answered with the old price, and Redis does not hear of it yet.
        try:
            keeping(1, WAIT)
            change(app.twin, lamp, "11.00")
        finally:
            redis.__exit__(None, None, None)
        reader.result()
    for one in (app, app.twin):
        price(one, lamp, "11.00", "under which key a slow reader keeps what it has read")


@check(points=3, after=writers_read_what_they_wrote, settings=SETTINGS, seconds=60)
def the_worker_sweeps(app: App) -> None:
    """A worker removes the copies that are out of use, and nothing else; no writer waits for it."""
    lamp = shop(app)
    foreign = ("cache:other:1", "session:1")
    for key in foreign:
        app.redis.set(key, "mine")
    old = set()
    for to in ("11.00", "12.00"):
        for size in range(50, 60):
            listing(app, f"per_page={size}")
        old |= set(app.redis.keys(COPIES))
        change(app, lamp, to)
    listing(app)
    current = set(app.redis.keys(COPIES)) - old
    expect.that(len(old) >= 20 and bool(current), "20 copies of two labels, and a new one",
                f"{len(old)} and {len(current)}", sent="twice: 10 listings, a change",
                look="what a copy's key begins with")  # fmt: skip
    expect.equal(app.redis.exists(*old), len(old), "copies that are left to the worker",
                 look="what the process that serves does after a commit")  # fmt: skip
    worker = app.worker
    gone = until(lambda: not app.redis.exists(*old))
    left = app.redis.exists(*old)
    expect.that(gone, "no copy that is out of use, once the worker runs",
                f"{left} of {len(old)} are left; the worker's log ends:\n{worker.output[-400:]}",
                look="what the worker is asked to do, and how it finds the copies")  # fmt: skip
    kept = [key for key in (*foreign, *current) if not app.redis.exists(key)]
    expect.equal(kept, [], "keys that are gone and should not be", look="what the worker removes")
    hit(app, "the listing that was kept after the last change")
    walks = [one[0] for one in (*app.commands, *worker.commands.since(0)[0]) if _walks(one)]
    expect.equal(walks, [], "commands that make Redis look at all that it has",
                 look="how the copies of a label are found")  # fmt: skip


def _walks(command: tuple[str, ...]) -> bool:
    script = command[0].startswith("EVAL") or command[0] == "SCRIPT"
    text = " ".join(command[1:]).upper()
    return command[0] in WALKS or (
        script and any(f"{quote}{walk}{quote}" in text for walk in WALKS for quote in "'\"")
    )


@check(points=2, after=writers_read_what_they_wrote, settings=SETTINGS, seconds=40)
def a_write_costs_the_same(app: App) -> None:
    """However many copies there are, a write asks Redis as often."""
    lamp = shop(app)
    listing(app)
    change(app, lamp, "11.00")  # the first one opens connections
    asked = []
    for count in (2, 30):
        for size in range(50, 50 + count):
            listing(app, f"per_page={size}")
        reply = change(app, lamp, "12.00")
        asked.append([one[:2] for one in reply.commands if not _of_others(one)])
    few, many = asked
    expect.that(len(few) == len(many), f"{len(few)} commands with 30 copies, as with 2",
                f"{len(many)}: {expect.show([' '.join(one)[:60] for one in many[:12]])}",
                sent=f"PATCH {PRODUCTS}/{lamp}", look="what a caller has to wait for")  # fmt: skip


def _of_others(command: tuple[str, ...]) -> bool:
    return any(word.startswith("celery:") for word in command[1:3]) or command[0] in (
        "MULTI", "EXEC", "INCR", "EXPIRE", "PTTL", "PING", "HELLO", "CLIENT", "SELECT", "AUTH",
        "SCRIPT",
    )  # fmt: skip


@check(points=2, after=writers_read_what_they_wrote, settings=SETTINGS, seconds=30)
def writes_succeed_without_redis(app: App) -> None:
    """A write that is committed is answered as one, whatever Redis does, and its queue."""
    lamp = shop(app)
    listing(app)
    with no_new_connections(app):  # nobody has sent a task yet, and whoever does needs one
        change(app, lamp, "10.50")
    with app.system.ways.redis.cut():
        change(app, lamp, "11.00")
        price(app, lamp, "11.00", "an answer without Redis")
    change(app, lamp, "12.00")
    price(app, lamp, "12.00", "the time after Redis has come back")


@contextmanager
def no_new_connections(app: App) -> Iterator[None]:
    """Meanwhile Redis answers on the connections that are there, and takes no other."""
    port = app.system.ways.redis.port
    with ExitStack() as taken:
        while True:
            one = taken.enter_context(socket.create_connection(("127.0.0.1", port), WAIT))
            try:
                one.sendall(b"PING\r\n")
                served = bool(one.recv(64))
            except ConnectionError:
                served = False
            if not served:
                break  # this was one too many
        yield


@check(points=1, after=the_worker_sweeps, settings=SETTINGS, seconds=30, hidden=True)
def leaves_nothing_for_ever(app: App) -> None:
    """Without a worker, all but the label (and the tasks that wait) expires, and notes of keys not
    before the copies."""
    lamp = shop(app)
    began = app.redis.time()[0]
    for to in ("11.00", "12.00", "13.00", "14.00"):
        for size in (50, 51):
            listing(app, f"per_page={size}")
        change(app, lamp, to)
    lasting = [
        key
        for key in app.redis.keys("*")
        if not key.startswith("celery:") and app.redis.ttl(key) < 0
    ]
    expect.that(len(lasting) <= 1, "one key without a lifetime: the label",
                expect.show(sorted(lasting)), sent="four changes, each after two listings",
                look="what a worker that never comes leaves behind")  # fmt: skip
    short = {
        key: app.redis.expiretime(key) - began
        for key in app.redis.keys("*")
        if not key.startswith(NO_NOTES) and app.redis.ttl(key) >= 0
    }
    expect.that(all(left >= SECONDS - CLOCK for left in short.values()),
                f"notes that are kept for {SECONDS} s at least, as copies may be",
                expect.show(short), sent="four changes, each after two listings",
                look="what the worker finds when it comes late")  # fmt: skip
