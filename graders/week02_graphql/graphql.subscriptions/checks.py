"""Streams that are told what happens, and what happens in the meantime."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID, uuid4

from workbench.checking import App, CheckFailed, EventStream, Reply, check, expect

#: A heartbeat a second: it tells that a stream lives, and that a client is gone.
SETTINGS = {
    "GRAPHQL_HEARTBEAT_SECONDS": "1",
    "GRAPHQL_STREAMS": "14",
    "DATABASE_POOL_SIZE": "16",
}

SUBSCRIPTION = "subscription($id: ID!) { stockChanged(id: $id) { name stockQuantity } }"
LAMPS = str(UUID(int=1 << 96))
PUBLISHING = ("PUBLISH", "SPUBLISH")
LISTENING = ("SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE")

#: Seconds in which a stream answers that waits for nothing.
SOON = 2.0

#: A commit of a changed product waits for whoever holds this lock.
LOCK = 7_001


def shop(app: App) -> None:
    """A category, and a trigger that lets commits wait, or fail for a product called Cursed."""
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Lamps')", [LAMPS])
    app.sql(
        "CREATE FUNCTION public.at_the_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" PERFORM pg_catalog.pg_advisory_xact_lock_shared({LOCK});"
        " IF NEW.name = 'Cursed' THEN RAISE EXCEPTION 'cursed'; END IF; RETURN NULL; END $$"
    )
    app.sql(
        "CREATE CONSTRAINT TRIGGER at_the_commit AFTER UPDATE ON products"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.at_the_commit()"
    )


def make(app: App, name: str = "Lamp", stock: int = 9) -> str:
    """A product of the check's own; its key."""
    key = str(uuid4())
    app.sql(
        "INSERT INTO products (id, name, price, category_id, stock_quantity)"
        " VALUES (%s, %s, 10, %s, %s)",
        [key, name, LAMPS, stock],
    )
    return key


def global_id(key: str) -> str:
    return b64encode(f"Product:{key}".encode()).decode()


@contextmanager
def listening(app: App, key: str) -> Iterator[EventStream]:
    """A stream of this product, before its first event."""
    with app.subscribe(SUBSCRIPTION, {"id": global_id(key)}) as stream:
        expect.equal(stream.status, 200, "the status of a subscription")
        yield stream


def next_stock(stream: EventStream, when: str) -> int:
    """The stock that the next event tells."""
    try:
        event = stream.next()
    except CheckFailed as failure:
        failure.look = when
        raise
    shown = event.json if event.name == "next" else None
    try:
        found: int = shown["data"]["stockChanged"]["stockQuantity"]
    except (TypeError, LookupError):
        raise CheckFailed(
            "an event `next` with the stock", f"{event.name}: {event.text}", look=when
        ) from None
    return found


def told(stream: EventStream, wanted: int, when: str) -> None:
    """The next event tells this stock."""
    expect.equal(next_stock(stream, when), wanted, "stockQuantity in the next event", look=when)


def change(app: App, key: str, **values: Any) -> Reply:
    """PATCH a product, which must succeed."""
    reply = app.patch(f"/api/v1/products/{key}", json=values)
    expect.status(reply, 200)
    return reply


def reserve(app: App, key: str, quantity: int) -> str:
    """Reserve some of a product; where the reservation is."""
    headers = {"Idempotency-Key": str(uuid4())}
    reply = app.post(
        f"/api/v1/products/{key}/reservations", json={"quantity": quantity}, headers=headers
    )
    expect.status(reply, 201)
    return reply.location


def release(app: App, reservation: str) -> None:
    expect.status(app.delete(reservation), 204)


def published(app: App, since: int) -> list[str]:
    """What the system has published after its first so many commands."""
    return [" ".join(words) for words in app.commands[since:] if words[0] in PUBLISHING]


def listeners(app: App) -> int:
    """How many connections of the system's Redis user are subscribed to something."""
    user = app.redis.connection_pool.connection_kwargs["username"]
    return sum(one.get("user") == user for one in app.redis.client_list(_type="pubsub"))


@check(points=1, on=shop, settings=SETTINGS)
def begins_with_the_stock(app: App) -> None:
    """The first event is the product as it is; one that is not there is refused."""
    lamp = make(app, "Desk lamp", 3)
    with listening(app, lamp) as stream:
        event = stream.next()
        wanted = {"data": {"stockChanged": {"name": "Desk lamp", "stockQuantity": 3}}}
        expect.equal((event.name, event.json), ("next", wanted), "the first event")
    app.sql("UPDATE products SET is_active = false WHERE id = %s", [lamp])
    for key in (lamp, str(uuid4())):
        with app.subscribe(SUBSCRIPTION, {"id": global_id(key)}) as stream:
            expect.equal(stream.status, 400, "the status for a product that is not there")


@check(points=3, after=begins_with_the_stock, on=shop, settings=SETTINGS)
def tells_each_change(app: App) -> None:
    """Whoever changes the stock, by PATCH, PUT, a mutation or a reservation: it is told."""
    lamp = make(app)
    with listening(app, lamp) as stream:
        told(stream, 9, "the beginning")
        change(app, lamp, stock_quantity=8)
        told(stream, 8, "after a PATCH")
        body = {"name": "Lamp", "price": "10.00", "category_id": LAMPS, "stock_quantity": 7}
        expect.status(app.put(f"/api/v1/products/{lamp}", json=body), 200)
        told(stream, 7, "after a PUT")
        reply = app.graphql(
            "mutation($id: ID!) { updateProduct(id: $id, input: {stockQuantity: 0})"
            " { errors { code } } }",
            {"id": global_id(lamp)},
        )
        expect.graphql_data(reply, {"updateProduct": {"errors": []}})
        told(stream, 0, "after the mutation updateProduct")
        change(app, lamp, stock_quantity=5, name="Lantern")
        told(stream, 5, "after a PATCH of stock and name")
        reserve(app, lamp, 2)
        told(stream, 3, "after a reservation")
        change(app, lamp, stock_quantity=9)
        told(stream, 9, "after a PATCH, back to the stock of the beginning")


@check(points=2, after=begins_with_the_stock, on=shop, settings=SETTINGS)
def tells_what_comes_back(app: App) -> None:
    """When a reservation is released, the stock that comes back is told."""
    lamp = make(app)
    reservation = reserve(app, lamp, 4)
    with listening(app, lamp) as stream:
        told(stream, 5, "the beginning, with 4 reserved")
        release(app, reservation)
        told(stream, 9, "after DELETE of a reservation: how is the product changed there?")


@check(points=2, after=begins_with_the_stock, on=shop, settings=SETTINGS)
def tells_nothing_else(app: App) -> None:
    """Another name, the same stock again, and what happens to other products is not told."""
    lamp, chair = make(app), make(app, "Chair")
    reservation = reserve(app, chair, 1)
    with listening(app, lamp) as stream:
        told(stream, 9, "the beginning")
        change(app, lamp, name="Lantern")
        change(app, lamp, stock_quantity=9)
        change(app, chair, stock_quantity=2)
        release(app, reservation)
        change(app, lamp, stock_quantity=4)
        look = "9 was told; then came another name, 9 again, changes of another product, and 4"
        told(stream, 4, look)


@check(points=3, after=begins_with_the_stock, on=shop, settings=SETTINGS)
def tells_after_the_commit(app: App) -> None:
    """A change is published when it is committed and not before; nothing is, of one that is rolled
    back."""
    lamp, cursed = make(app), make(app, "Cursed")
    look = "when you publish"
    with listening(app, lamp) as stream:
        told(stream, 9, "the beginning")
        before = len(app.commands)
        with app.sql.holding("SELECT pg_catalog.pg_advisory_xact_lock(%s)", [LOCK]) as held:
            held.send(lambda: change(app, lamp, stock_quantity=8))
            # Another session commits meanwhile, and has changed no product.
            expect.status(app.post("/api/v1/categories", json={"name": f"Pots {lamp}"}), 201)
            expect.equal(published(app, before), [], "what is published before the commit",
                         look=look)  # fmt: skip
        for reply in held.replies:
            expect.status(reply, 200)
        told(stream, 8, "after a commit that took its time")
        before = len(app.commands)
        reply = app.patch(f"/api/v1/products/{cursed}", json={"stock_quantity": 8})
        expect.that(reply.status >= 400, "a commit that fails", reply.shown, sent=reply.sent)
        expect.equal(published(app, before), [], "what is published of a rollback", reply=reply,
                     look=look)  # fmt: skip


@check(points=2, after=begins_with_the_stock, on=shop, settings=SETTINGS, hidden=True)
def misses_nothing_at_the_beginning(app: App) -> None:
    """A change in the moment of the subscription is told as well."""
    lamp = make(app)
    twin = app.twin
    with ThreadPoolExecutor(1) as pool, ExitStack() as opened:
        with app.system.ways.redis.hold(only="SUBSCRIBE") as held:
            opening = pool.submit(opened.enter_context, listening(app, lamp))
            held(1, 5.0)
            # Whoever tells the stock before he has subscribed has done so by then.
            wait([opening], SOON)
            change(twin, lamp, stock_quantity=8)
        stream = opening.result()
        look = "Redis was slow to take the subscription, and meanwhile the stock went from 9 to 8"
        if next_stock(stream, look) != 8:
            told(stream, 8, look)


@check(points=2, after=begins_with_the_stock, on=shop, settings=SETTINGS)
def reaches_every_stream(app: App) -> None:
    """Several streams are told, of all processes, whichever process makes the change."""
    lamp, chair = make(app), make(app, "Chair", 20)
    with (
        listening(app, lamp) as first,
        listening(app.twin, lamp) as second,
        listening(app, chair) as third,
    ):
        for stream, stock in ((first, 9), (second, 9), (third, 20)):
            told(stream, stock, "the beginning")
        for changer, stock in ((app, 8), (app.twin, 7)):
            change(changer, lamp, stock_quantity=stock)
            for stream in (first, second):
                told(stream, stock, "two streams of one product, in two processes")
        change(app.twin, chair, stock_quantity=21)
        told(third, 21, "a stream of another product")


@check(points=1, after=begins_with_the_stock, on=shop, settings=SETTINGS)
def stays_in_its_database(app: App) -> None:
    """Channels are named `stock:<number of the Redis database>:...`, so that nobody hears what
    others on the same server publish."""
    lamp = make(app)
    before = len(app.commands)
    with listening(app, lamp) as stream:
        told(stream, 9, "the beginning")
        change(app, lamp, stock_quantity=8)
        told(stream, 8, "after a PATCH")
    number = app.redis.connection_pool.connection_kwargs["db"]
    for name, *words in app.commands[before:]:
        channels = words if name in LISTENING else words[:1] if name in PUBLISHING else []
        for channel in channels:
            expect.that(channel.startswith(f"stock:{number}:"),
                        f"a channel whose name begins with stock:{number}:", channel,
                        look="who else is on this server")  # fmt: skip


@check(points=2, after=begins_with_the_stock, on=shop, settings=SETTINGS)
def waits_quietly(app: App) -> None:
    """While nothing happens, a stream asks the database nothing, has no transaction open, and its
    heartbeat goes on."""
    lamp, chair = make(app), make(app, "Chair")
    reservation = reserve(app, chair, 1)
    with listening(app, lamp) as stream:
        told(stream, 9, "the beginning")
        release(app, reservation)  # which may let it look, for nothing
        quiet, asked = 0, list[str]()
        for _ in range(6):
            before = len(app.statements)
            stream.comment()
            ran = [one.text for one in app.statements[before:]]
            quiet, asked = (0, ran) if ran else (quiet + 1, asked)
            if quiet == 2:
                break
        else:
            expect.equal(asked, [], "SQL between two heartbeats",
                         look="what the stream does until it is told")  # fmt: skip
        expect.equal(app.sql.left_open, 0, "transactions that are left open",
                     look="what the session holds while the stream waits")  # fmt: skip


@check(points=2, after=begins_with_the_stock, on=shop, settings=SETTINGS, seconds=30)
def leaves_with_its_client(app: App) -> None:
    """When a client goes away, its subscription ends as well; the others go on."""
    lamp, chair = make(app), make(app, "Chair")
    with listening(app, chair) as other:
        told(other, 9, "the beginning")
        before = listeners(app)
        with listening(app, lamp) as stream:
            told(stream, 9, "the beginning")
        # The other one's heartbeat is the clock: by the second one the server knows who is gone.
        for _ in range(12):
            other.comment()
            if listeners(app) <= before:
                break
        else:
            raise CheckFailed(
                "no more connections that listen for messages than before this client came",
                f"{listeners(app)} instead of {before}, 12 heartbeats after it left",
                look="what ends your generator",
            )
        change(app, chair, stock_quantity=8)
        told(other, 8, "a change of the product whose client is still there")


@check(points=2, after=begins_with_the_stock, on=shop, settings=SETTINGS)
def ends_with_the_product(app: App) -> None:
    """When the product is deleted its stream ends."""
    lamp = make(app)
    with listening(app, lamp) as stream:
        told(stream, 9, "the beginning")
        expect.status(app.delete(f"/api/v1/products/{lamp}"), 204)
        event = stream.next()
        expect.equal((event.name, event.text), ("complete", ""), "the event after DELETE",
                     look="what is published when a product is deleted")  # fmt: skip


def ends_with_errors(stream: EventStream, look: str) -> None:
    """A stream that has begun says that it cannot go on."""
    while (event := stream.next()).name == "next" and '"errors"' not in event.text:
        pass
    expect.equal(event.name, "next", "an event with errors, while Redis is away", look=look)


@check(points=1, after=begins_with_the_stock, on=shop, settings=SETTINGS)
def changes_without_redis(app: App) -> None:
    """While Redis is away, or does not answer, the stock can be changed; whoever subscribes, or
    has subscribed, is told that it does not work."""
    lamp = make(app)
    with listening(app, lamp) as early:
        told(early, 9, "the beginning")
        with app.system.ways.redis.cut():
            change(app, lamp, stock_quantity=8)
            ends_with_errors(early, "a stream that had begun when Redis went away")
            with app.subscribe(SUBSCRIPTION, {"id": global_id(lamp)}) as stream:
                if stream.status == 200:
                    ends_with_errors(stream, "a stream that began without Redis")
                else:
                    expect.equal(stream.status, 503, "the status of a subscription without Redis")
    rows = app.sql("SELECT stock_quantity FROM products WHERE id = %s", [lamp])
    expect.equal(rows[0]["stock_quantity"], 8, "the stock that is stored")
    with app.system.ways.redis.hold():
        change(app, lamp, stock_quantity=7)
