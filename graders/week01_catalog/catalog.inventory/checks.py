"""Reservations are judged by the stock that is left, above all where requests meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from workbench.checking import App, Reply, check, expect

PRODUCTS, RESERVATIONS = "/api/v1/products", "/api/v1/reservations"

FIELDS = {"id", "product_id", "quantity", "created_at"}

MOST_STATEMENTS = 8

#: The lock of an UPDATE that changes no key. The foreign key's lock goes beside it, so requests
#: that insert first come as far as they can, and only then meet.
LOCK = "SELECT id FROM products WHERE id = %s FOR NO KEY UPDATE"


def shop(app: App) -> None:
    """One system with a category for all checks: each makes products of its own."""
    app.sql("INSERT INTO categories (name) VALUES ('Lighting')")


def new_product(app: App, stock: int = 10, is_active: bool = True) -> str:
    insert = (
        "INSERT INTO products (name, price, category_id, stock_quantity, is_active)"
        " SELECT 'Lamp', 1, id, %s, %s FROM categories RETURNING id"
    )
    return str(app.sql(insert, [stock, is_active])[0]["id"])


def new_key() -> str:
    return str(uuid4())


def reserve(app: App, product: str, quantity: Any = 1, key: str | None = None) -> Reply:
    """Ask for a reservation; without a key, with a new one."""
    return app.post(
        f"{PRODUCTS}/{product}/reservations",
        json={"quantity": quantity},
        headers={"Idempotency-Key": key or new_key()},
    )


def reserved(app: App, product: str, quantity: int = 1, key: str | None = None) -> Reply:
    reply = reserve(app, product, quantity, key)
    expect.status(reply, 201)
    return reply


def at(reservation: Reply) -> str:
    return f"{RESERVATIONS}/{reservation['id']}"


def left(app: App, product: str, wanted: int, look: str = "") -> None:
    """So many of the product are left."""
    reply = app.get(f"{PRODUCTS}/{product}")
    expect.status(reply, 200)
    expect.equal(reply["stock_quantity"], wanted, "stock_quantity", reply=reply, look=look)


def statuses(replies: list[Reply]) -> list[int]:
    return sorted(reply.status for reply in replies)


def buyers(app: App, product: str, number: int) -> list[Callable[[], Reply]]:
    """Requests for one each, half of them to a second process of the system."""
    doors = [app, app.twin]
    return [lambda door=doors[one % 2]: reserve(door, product) for one in range(number)]  # type: ignore[misc]


@check(points=2, on=shop)
def reserves(app: App) -> None:
    """A reservation is answered with 201 and what was reserved, and so much less is left."""
    product = new_product(app, 10)
    reply = reserve(app, product, 3)
    expect.status(reply, 201)
    shown = set(reply.json) if isinstance(reply.json, dict) else set()
    expect.that(shown == FIELDS, f"the fields {', '.join(sorted(FIELDS))}", reply.shown,
                sent=reply.sent, look="ReservationSchema, and what is handed to it")  # fmt: skip
    wanted = {"product_id": product, "quantity": 3}
    got = {field: reply[field] for field in wanted}
    expect.equal(got, wanted, "the reservation", reply=reply)
    left(app, product, 7, look="stock and reservation belong into one transaction")
    reserved(app, product, 7)
    left(app, product, 0, look="all that is left can be had")


@check(points=1, after=reserves, on=shop)
def tells_where_it_is(app: App) -> None:
    """`Location` leads to the reservation, in every process of the system."""
    reply = reserved(app, new_product(app))
    for door in (app, app.twin):
        found = door.get(reply.location)
        expect.status(found, 200, look="where the Location leads, and where reservations are kept")
        expect.equal(found.json, reply.json, "the reservation at its Location", reply=found)
    expect.problem(app.get(f"{RESERVATIONS}/{uuid4()}"), 404)


@check(points=1, after=reserves, on=shop)
def sells_no_more_than_there_is(app: App) -> None:
    """More than there is, is 409, and nothing has changed."""
    product = new_product(app, 2)
    for quantity in (3, 2147483647):
        expect.problem(reserve(app, product, quantity), 409, look="what is left")
        left(app, product, 2)
    rows = app.sql("SELECT count(*) AS rows FROM reservations WHERE product_id = %s", [product])
    expect.equal(rows[0]["rows"], 0, "rows in reservations", look="what was rolled back")


@check(points=1, after=reserves, on=shop)
def knows_no_other_products(app: App) -> None:
    """Of an unknown or deleted product nothing can be reserved: 404."""
    expect.problem(reserve(app, str(uuid4())), 404)
    product = new_product(app)
    expect.status(app.delete(f"{PRODUCTS}/{product}"), 204)
    expect.problem(reserve(app, product), 404, look="a deleted product is a row, too")
    rows = app.sql("SELECT stock_quantity FROM products WHERE id = %s", [product])
    expect.equal(rows[0]["stock_quantity"], 10, "the stock of the deleted product")


@check(points=1, after=reserves, on=shop)
def checks_the_quantity(app: App) -> None:
    """A body without a JSON integer from 1 to 2147483647 as `quantity`, or with more, is 422."""
    product = new_product(app)
    for quantity in (0, -1, 1.5, "2", True, None, 2**31):
        expect.problem(reserve(app, product, quantity), 422, "quantity", look="ReservationSchema")
    headers = {"Idempotency-Key": new_key()}
    for body, field in (({}, "quantity"), ({"quantity": 1, "price": 0}, "price")):
        reply = app.post(f"{PRODUCTS}/{product}/reservations", json=body, headers=headers)
        expect.problem(reply, 422, field, look="ReservationSchema")
    left(app, product, 10)


@check(points=2, after=reserves, on=shop)
def asks_for_a_key(app: App) -> None:
    """Without an `Idempotency-Key`, or with one of 256 characters: 400, and the text names it."""
    product = new_product(app)
    path = f"{PRODUCTS}/{product}/reservations"
    for headers in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "x" * 256}):
        reply = app.post(path, json={"quantity": 1}, headers=headers)
        expect.problem(reply, 400, look="the headers of the request")
        named = "idempotency-key" in str(reply["detail"]).lower()
        expect.that(named, "a detail that names Idempotency-Key", reply.shown, sent=reply.sent)
    left(app, product, 10)
    short = f"tunnel {new_key()}"
    for number, key in enumerate((short.ljust(255, "x"), short, f'"{short}"', short.upper())):
        reserved(app, product, 1, key)
        left(app, product, 9 - number, look="four keys: each is taken as it is")


@check(points=2, after=reserves, on=shop)
def repeats_its_answer(app: App) -> None:
    """The same request with the same key is answered like the first time, and takes nothing."""
    product, key = new_product(app), new_key()
    first = reserved(app, product, 4, key)
    for door in (app, app.twin, app):
        again = reserve(door, product, 4, key)
        expect.status(again, 201, look="a repeated request is no error")
        expect.equal(again.json, first.json, "the reservation of the first time", reply=again)
        expect.equal(again.location, first.location, "where the Location leads", reply=again)
        left(app, product, 6, look="what is done before it is known that the key is old")
    other = reserved(app, product, 4)
    expect.that(other["id"] != first["id"], "another reservation for another key", other.shown,
                sent=other.sent)  # fmt: skip
    left(app, product, 2)


@check(points=1, after=repeats_its_answer, on=shop)
def repeats_it_whatever_happened_since(app: App) -> None:
    """A repetition is answered alike when the product is sold out, and when it was deleted."""
    product, key = new_product(app, 4), new_key()
    first = reserved(app, product, 4, key)
    for _ in range(2):
        again = reserve(app, product, 4, key)
        expect.status(again, 201, look="which question comes first: the key, or the product?")
        expect.equal(again["id"], first["id"], "the reservation of the first time", reply=again)
        app.delete(f"{PRODUCTS}/{product}")


@check(points=2, after=repeats_its_answer, on=shop)
def refuses_a_key_for_another_request(app: App) -> None:
    """A key that came with another quantity or for another product is 422; nothing changes."""
    product, other, key = new_product(app), new_product(app), new_key()
    first = reserved(app, product, 4, key)
    look = "what a key stands for: this product and this quantity"
    for wanted, quantity in ((product, 3), (product, 5), (other, 4)):
        expect.problem(reserve(app, wanted, quantity, key), 422, look=look)
    left(app, product, 6)
    left(app, other, 10)
    expect.equal(app.get(at(first)).json, first.json, "the first reservation")


@check(points=1, after=repeats_its_answer, on=shop, hidden=True)
def uses_no_key_for_a_refusal(app: App) -> None:
    """A key whose request was refused can be used again."""
    product, key = new_product(app, 1), new_key()
    expect.problem(reserve(app, product, 2, key), 409)
    expect.problem(reserve(app, str(uuid4()), 2, key), 404)
    expect.status(app.patch(f"{PRODUCTS}/{product}", json={"stock_quantity": 2}), 200)
    look = "a key is stored in the transaction of its reservation, or not at all"
    expect.status(reserve(app, product, 2, key), 201, look=look)
    left(app, product, 0)


@check(points=2, after=reserves, on=shop)
def never_oversells(app: App) -> None:
    """Of six buyers at the same time and three things, three get one and three get 409."""
    product = new_product(app, 3)
    with app.sql.holding(LOCK, [product]) as held:
        held.send_together(*buyers(app, product, 6))
    replies = held.replies
    look = "what you read before you held the lock is old when you write"
    expect.equal(statuses(replies), [201] * 3 + [409] * 3, "the statuses", reply=replies[0],
                 look=look)  # fmt: skip
    left(app, product, 0, look=look)


@check(points=2, after=repeats_its_answer, on=shop)
def reserves_once_for_two_at_once(app: App) -> None:
    """Two requests with one key at the same time: both are 201, with one reservation."""
    product, key = new_product(app), new_key()
    with app.sql.holding(LOCK, [product]) as held:
        held.send_together(
            lambda: reserve(app, product, 4, key), lambda: reserve(app.twin, product, 4, key)
        )
    one, other = held.replies
    look = "the key was looked for before the other request had stored it"
    for reply in (one, other):
        expect.status(reply, 201, look=look)
    expect.equal(other["id"], one["id"], "the reservation of both", reply=other, look=look)
    left(app, product, 6, look=look)


@check(points=1, after=refuses_a_key_for_another_request, on=shop, hidden=True)
def takes_a_key_for_one_of_two_products(app: App) -> None:
    """Two requests with one key for two products at the same time: one is 201, one 422."""
    first, second, key = new_product(app), new_product(app), new_key()
    # Whoever stores this key now waits to see what becomes of this row.
    with app.sql.holding(
        "INSERT INTO reservations (product_id, quantity, idempotency_key) VALUES (%s, 1, %s)",
        [new_product(app), key],
        keep=False,
    ) as held:
        held.send_together(
            lambda: reserve(app, first, 4, key), lambda: reserve(app.twin, second, 4, key)
        )
    replies = held.replies
    look = "what the unique constraint says must become an answer"
    got = statuses(replies)
    expect.equal(got, [201, 422], "the statuses", reply=replies[0], look=look)
    expect.problem(max(replies, key=lambda reply: reply.status), 422, look=look)
    left(app, first, 6 if replies[0].status == 201 else 10, look=look)
    left(app, second, 6 if replies[1].status == 201 else 10, look=look)


@check(points=2, after=reserves, on=shop)
def goes_with_a_change_of_the_product(app: App) -> None:
    """A PATCH of the product and two reservations at the same time all succeed."""
    product = new_product(app)
    change = {"description": "Warm"}
    with app.sql.holding(LOCK, [product]) as held:
        held.send_together(lambda: app.patch(f"{PRODUCTS}/{product}", json=change))
        held.send_together(lambda: reserve(app, product, 4), lambda: reserve(app.twin, product, 4))
    changed, *made = held.replies
    look = "a deadlock: who shares the product already while waiting to have it alone?"
    expect.status(changed, 200, look=look)
    for reply in made:
        expect.status(reply, 201, look=look)
    left(app, product, 2, look="what was read before the others were done")
    reply = app.get(f"{PRODUCTS}/{product}")
    expect.equal(reply["description"], "Warm", "the description of the PATCH", reply=reply)


@check(points=2, after=reserves, on=shop)
def releases(app: App) -> None:
    """DELETE of a reservation is 204 and gives its stock back, once; then it is gone: 404."""
    product = new_product(app)
    kept, reservation = reserved(app, product, 1), reserved(app, product, 4)
    reply = app.delete(at(reservation))
    expect.status(reply, 204)
    expect.equal(reply.text, "", "the body", reply=reply)
    left(app, product, 9, look="what is given back")
    for again in (
        app.get(at(reservation)),
        app.delete(at(reservation)),
        app.twin.delete(at(reservation)),
    ):
        expect.problem(again, 404, look="how a released reservation is told from the others")
    left(app, product, 9, look="what a second release gives back")
    expect.equal(app.get(at(kept)).json, kept.json, "the other reservation")
    expect.problem(app.delete(f"{RESERVATIONS}/{uuid4()}"), 404)


@check(points=2, after=releases, on=shop)
def releases_once_for_two_at_once(app: App) -> None:
    """Of two releases at the same time, one is 204 and one 404; the stock comes back once."""
    product = new_product(app)
    path = at(reserved(app, product, 4))
    with app.sql.holding(LOCK, [product]) as held:
        held.send_together(lambda: app.delete(path), lambda: app.twin.delete(path))
    replies = held.replies
    look = "whether it is released already was asked before the other had done it"
    expect.equal(statuses(replies), [204, 404], "the statuses", reply=replies[0], look=look)
    left(app, product, 10, look=look)


@check(points=1, after=releases, on=shop)
def gives_back_to_what_is_there_then(app: App) -> None:
    """A release while somebody else changes the stock loses neither of the two."""
    product = new_product(app)
    path = at(reserved(app, product, 4))
    sale = "UPDATE products SET stock_quantity = stock_quantity - 3 WHERE id = %s"
    with app.sql.holding(sale, [product]) as held:
        held.send(lambda: app.delete(path))
    (reply,) = held.replies
    look = "the stock that you read before you waited is old when you write"
    expect.status(reply, 204)
    left(app, product, 7, look=look)


@check(points=1, after=releases, on=shop, hidden=True)
def takes_no_key_again_after_a_release(app: App) -> None:
    """A key whose reservation was released is used up: its request is 409 and takes nothing."""
    product, key = new_product(app), new_key()
    expect.status(app.delete(at(reserved(app, product, 4, key))), 204)
    expect.problem(reserve(app, product, 4, key), 409, look="a late copy of the first request")
    left(app, product, 10, look="a late copy of the first request")


@check(points=1, after=releases, on=shop, hidden=True)
def gives_back_to_a_deleted_product(app: App) -> None:
    """The stock of a reservation also comes back to a product that was deleted meanwhile."""
    product = new_product(app)
    reservation = reserved(app, product, 4)
    expect.status(app.delete(f"{PRODUCTS}/{product}"), 204)
    expect.status(app.delete(at(reservation)), 204, look="which products are looked for")
    rows = app.sql("SELECT stock_quantity FROM products WHERE id = %s", [product])
    expect.equal(rows[0]["stock_quantity"], 10, "the stock of the deleted product")


@check(points=1, after=releases, on=shop)
def takes_few_statements(app: App) -> None:
    """A reservation and a release take at most 8 SQL statements each, however large they are."""
    product = new_product(app, 1000)
    for quantity in (1, 500):
        made = reserved(app, product, quantity)
        for reply in (made, app.delete(at(made))):
            ran = "\n".join(expect.show(one.text) for one in reply.statements[:12])
            expect.that(1 <= len(reply.statements) <= MOST_STATEMENTS,
                        f"1 to {MOST_STATEMENTS} statements for {quantity}",
                        f"{len(reply.statements)}:\n{ran}", sent=reply.sent,
                        look="a statement for each piece")  # fmt: skip
