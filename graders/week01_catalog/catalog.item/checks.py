"""One product is judged by what it answers, by its row, and by what happens at the same time."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from workbench.checking import App, Reply, check, expect

PRODUCTS = "/api/v1/products"

MOST_STATEMENTS, MOST_ROWS = 6, 10

#: Refused requests in a row: more than the system has connections.
MANY = 8

FIELDS = ("id", "name", "description", "price", "category_id", "stock_quantity", "attributes")
MOMENTS = ("created_at", "updated_at")

DEFAULTS = {"description": "", "stock_quantity": 0, "attributes": {}}


def shop(app: App) -> None:
    """Two categories, and some products besides those that the checks make."""
    app.sql("INSERT INTO categories (name) VALUES ('Lamps'), ('Chairs')")
    app.sql(
        "INSERT INTO products (name, price, category_id) SELECT 'Box ' || n, 1, categories.id"
        " FROM generate_series(1, 50) AS n JOIN categories ON categories.name = 'Lamps'"
    )


def category(app: App, name: str = "Lamps") -> str:
    return str(app.sql("SELECT id FROM categories WHERE name = %s", [name])[0]["id"])


def new_category(app: App) -> str:
    insert = "INSERT INTO categories (name) VALUES (%s) RETURNING id"
    return str(app.sql(insert, [f"category {uuid4()}"])[0]["id"])


def new_product(app: App) -> str:
    """The id of a product of yesterday, whose every field is no default."""
    return str(
        app.sql(
            """
            INSERT INTO products (name, description, price, category_id, stock_quantity, attributes,
                                  created_at, updated_at)
            SELECT 'Lamp', 'Warm', 19.90, id, 7, '{"colour": "red", "watts": 5}',
                   now() - interval '2 days', now() - interval '1 day'
            FROM categories WHERE name = 'Lamps' RETURNING id
            """
        )[0]["id"]
    )


def url(product: str) -> str:
    return f"{PRODUCTS}/{product}"


def row(app: App, product: str) -> dict[str, Any]:
    """The row of a product; ids and the price as texts."""
    found = app.sql(
        "SELECT *, id::text, price::text, category_id::text FROM products WHERE id = %s", [product]
    )
    expect.that(bool(found), f"a row of the product {product}", "none: it is gone",
                look="what a soft deletion leaves")  # fmt: skip
    return found[0]


def whole(app: App, **changes: Any) -> dict[str, Any]:
    """A body for PUT: what is required, and `changes`."""
    return {"name": "Chair", "price": "5.00", "category_id": category(app)} | changes


def agrees(app: App, reply: Reply, product: str) -> dict[str, Any]:
    """The reply shows the product as it is stored; its row."""
    expect.status(reply, 200)
    stored = row(app, product)
    shown = reply.json
    got = set(shown) if isinstance(shown, dict) else set()
    expect.that(got == {*FIELDS, *MOMENTS}, f"the fields {', '.join((*FIELDS, *MOMENTS))}",
                reply.shown, sent=reply.sent, look="how the view shows a product")  # fmt: skip
    for name in FIELDS:
        expect.equal(reply[name], stored[name], f"{name} as it is stored", reply=reply)
    for name in MOMENTS:
        expect.that(moment(reply[name]) == stored[name], f"{name} as it is stored: {stored[name]}",
                    expect.show(reply[name]), sent=reply.sent,
                    look="an object that is older than its row")  # fmt: skip
    return stored


def moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def changed(app: App, product: str, before: dict[str, Any], reply: Reply, **changes: Any) -> None:
    """The row is as it was before, but for these columns and for updated_at."""
    now = row(app, product)
    for name, was in before.items():
        if name != "updated_at":
            look = "what was sent" if name in changes else "what was not sent"
            expect.equal(now[name], changes.get(name, was), f"{name} of the row", reply=reply,
                         look=look)  # fmt: skip


def untouched(app: App, product: str, before: dict[str, Any], reply: Reply) -> None:
    """The row is as it was, updated_at included."""
    now = row(app, product)
    for name, was in before.items():
        expect.equal(now[name], was, f"{name} of the row, as it was", reply=reply,
                     look="what is written before all is known to be right")  # fmt: skip


def all_four(app: App, product: str) -> list[Reply]:
    """The answers to GET, PUT, PATCH and DELETE of this id."""
    where = url(product)
    return [app.get(where), app.put(where, json=whole(app)),
            app.patch(where, json={"name": "Back"}), app.delete(where)]  # fmt: skip


@check(points=1, on=shop)
def shows_a_product(app: App) -> None:
    """GET shows the product as it is stored, and a new product's Location leads there."""
    product = new_product(app)
    agrees(app, app.get(url(product)), product)
    posted = app.post(PRODUCTS, json=whole(app))
    expect.status(posted, 201, look="the log: how creation.py names your view")
    again = app.get(expect.header(posted, "Location"))
    expect.status(again, 200)
    expect.equal(again.json, posted.json, "the product that was posted", reply=again)


@check(points=1, on=shop)
def finds_nothing_that_is_not_there(app: App) -> None:
    """An id that no product has, or that is no UUID at all, is 404 for every method."""
    for product in (str(uuid4()), "42", "lamp"):
        for reply in all_four(app, product):
            expect.problem(reply, 404, look="the path of the view; ProductNotFound")


@check(points=2, on=shop)
def replaces_a_product(app: App) -> None:
    """PUT stores what it sends, and takes what it leaves out back to its default."""
    product = new_product(app)
    before = row(app, product)
    for sent in (
        whole(app, category_id=category(app, "Chairs"), description="Four legs",
              stock_quantity=3, attributes={"legs": 4, "note": None, "parts": [{"oak": True}]}),
        whole(app),
    ):  # fmt: skip
        reply = app.put(url(product), json=sent)
        agrees(app, reply, product)
        changed(app, product, before, reply, **{**DEFAULTS, **sent})


@check(points=2, on=shop)
def modifies_what_is_sent(app: App) -> None:
    """PATCH stores the fields that it sends, zero and empty ones too; the others stay."""
    for sent in (
        {"name": "Torch"}, {"description": ""}, {"price": "0.00"}, {"stock_quantity": 0},
        {"attributes": {}}, {"category_id": category(app, "Chairs")},
        {"name": "Torch", "price": "1.50", "stock_quantity": 8}, {},
    ):  # fmt: skip
        product = new_product(app)
        before = row(app, product)
        reply = app.patch(url(product), json=sent)
        agrees(app, reply, product)
        changed(app, product, before, reply, **sent)


@check(points=1, on=shop)
def takes_attributes_as_one_value(app: App) -> None:
    """The `attributes` that a PATCH sends take the place of all that were there."""
    product = new_product(app)
    before = row(app, product)
    for attributes in ({"colour": "blue"}, {"colour": None, "sizes": [1, {"xl": ""}]}):
        reply = app.patch(url(product), json={"attributes": attributes})
        agrees(app, reply, product)
        changed(app, product, before, reply, attributes=attributes)


@check(points=1, on=shop)
def validates_what_is_sent(app: App) -> None:
    """A body that breaks a rule is 422 (or 400, 415) for PUT and PATCH, and changes nothing."""
    product = new_product(app)
    before, where = row(app, product), url(product)
    for name in ("name", "price", "category_id"):
        incomplete = whole(app)
        del incomplete[name]
        expect.problem(app.put(where, json=incomplete), 422, name, look="which fields PUT requires")
    for name, value in {"name": " ", "price": "9.999", "stock_quantity": -1, "attributes": None,
                        "id": str(uuid4()), "is_active": False, "created_at": "2020-01-01T00:00Z",
                        "colour": "red"}.items():  # fmt: skip
        expect.problem(app.put(where, json=whole(app, **{name: value})), 422, name)
        reply = app.patch(where, json={"description": "New", name: value})
        expect.problem(reply, 422, name, look="`arguments`")
        untouched(app, product, before, reply)
    for method in ("PUT", "PATCH"):
        json = {"content-type": "application/json"}
        expect.problem(app.request(method, where, content=b"{", headers=json), 400)
        text = {"content-type": "text/plain"}
        expect.problem(app.request(method, where, content=b"red", headers=text), 415)


@check(points=2, on=shop)
def needs_a_category_that_exists(app: App) -> None:
    """With a category that does not exist PUT and PATCH are 422, and nothing has changed."""
    product, unknown = new_product(app), str(uuid4())
    before, where = row(app, product), url(product)
    for reply in (
        app.put(where, json=whole(app, category_id=unknown)),
        app.patch(where, json={"category_id": unknown}),
        app.patch(where, json={"name": "New", "category_id": unknown, "stock_quantity": 1}),
    ):
        expect.problem(reply, 422, "category_id", look="who asks whether the category exists?")
        untouched(app, product, before, reply)


@check(points=1, on=shop)
def deletes_softly(app: App) -> None:
    """DELETE is answered with 204 and an empty body; the row stays, with `is_active` false."""
    product = new_product(app)
    before = row(app, product)
    reply = app.delete(url(product))
    expect.status(reply, 204)
    expect.equal(reply.text, "", "the body", reply=reply)
    changed(app, product, before, reply, is_active=False)


@check(points=2, on=shop)
def is_gone_for_every_method(app: App) -> None:
    """A deleted product is 404 for GET, PUT, PATCH and another DELETE, and stays as it is."""
    product = new_product(app)
    app.sql("UPDATE products SET is_active = false WHERE id = %s", [product])
    before = row(app, product)
    for reply in all_four(app, product):
        expect.problem(reply, 404, look="is_active")
        untouched(app, product, before, reply)


@check(points=1, on=shop)
def keeps_its_moments(app: App) -> None:
    """`created_at` and `id` never change; `updated_at` moves forward with every change."""
    product = new_product(app)
    last = row(app, product)
    for number in range(3):
        for method, sent in (("PUT", whole(app, name=f"Put {number}")),
                             ("PATCH", {"name": f"Patched {number}"})):  # fmt: skip
            reply = app.request(method, url(product), json=sent)
            stored = agrees(app, reply, product)
            expect.equal(stored["created_at"], last["created_at"], "created_at of the row")
            expect.that(stored["updated_at"] > last["updated_at"],
                        f"updated_at after {last['updated_at']}", f"{stored['updated_at']}",
                        sent=reply.sent, look="what sets updated_at on a change")  # fmt: skip
            last = stored


@check(points=1, on=shop)
def is_true_for_everybody(app: App) -> None:
    """What PUT, PATCH and DELETE have answered is committed: another process sees it at once."""
    product = new_product(app)
    other, where = app.twin, url(product)
    expect.status(app.put(where, json=whole(app, name="Put")), 200)
    expect.equal(other.get(where)["name"], "Put", "the name, as another process shows it")
    expect.status(app.patch(where, json={"name": "Patched"}), 200)
    expect.equal(other.get(where)["name"], "Patched", "the name, as another process shows it")
    gone = app.delete(where)
    expect.that(200 <= gone.status < 300, "the deletion succeeds", gone.shown, sent=gone.sent)
    expect.status(other.get(where), 404)


@check(points=2, on=shop)
def loses_no_change(app: App) -> None:
    """Two changes of different fields at the same time: both succeed, and both stay."""
    look = "what is read before the wait, and written after it"
    product = new_product(app)
    before = row(app, product)
    with app.sql.holding("SELECT FROM products WHERE id = %s FOR UPDATE", [product]) as held:
        answers = [held.send(lambda sent=sent: app.patch(url(product), json=sent))
                   for sent in ({"name": "Torch"}, {"stock_quantity": 8})]  # fmt: skip
    for answer in answers:
        expect.status(answer.result(), 200, look)
    changed(app, product, before, answers[1].result(), name="Torch", stock_quantity=8)
    change = "UPDATE products SET price = 5, attributes = '{}' WHERE id = %s"
    with app.sql.holding(change, [product]) as held:
        answer = held.send(lambda: app.patch(url(product), json={"description": "Bright"}))
    expect.status(answer.result(), 200, look)
    changed(app, product, before, answer.result(), name="Torch", stock_quantity=8, price="5.00",
            attributes={}, description="Bright")  # fmt: skip


@check(points=2, on=shop)
def changes_nothing_after_a_deletion(app: App) -> None:
    """A PUT or PATCH that has waited for a deletion is 404, and leaves the row as it is."""
    for method in ("PATCH", "PUT"):
        product = new_product(app)
        sent = {"name": "Back"} if method == "PATCH" else whole(app)
        delete = "UPDATE products SET is_active = false WHERE id = %s"
        with app.sql.holding(delete, [product]) as deletion:
            waiting = deletion.send(lambda: app.request(method, url(product), json=sent))  # noqa: B023 - used at once
        reply = waiting.result()
        expect.problem(reply, 404, look="what was true before the wait may not be true after it")
        stored = row(app, product)
        expect.equal((stored["name"], stored["is_active"]), ("Lamp", False), "name and is_active",
                     reply=reply)  # fmt: skip


@check(points=2, on=shop)
def deletes_once(app: App) -> None:
    """Of several deletions at the same time one is answered with 204, the others with 404."""
    product = new_product(app)
    with app.sql.holding("SELECT FROM products WHERE id = %s FOR UPDATE", [product]) as held:
        answers = [held.send(lambda: app.delete(url(product))) for _ in range(3)]
    replies = [answer.result() for answer in answers]
    expect.that(
        sorted(reply.status for reply in replies) == [204, 404, 404],
        "one 204 and two 404",
        ", ".join(str(reply.status) for reply in replies),
        sent=f"three times at once: {replies[0].sent}",
        look="what each of them knows about the row when it writes",
    )
    expect.equal(row(app, product)["is_active"], False, "is_active of the row")


@check(points=1, on=shop, hidden=True)
def deletes_what_it_finds(app: App) -> None:
    """A deletion that waits for a change leaves that change as it is."""
    product = new_product(app)
    before = row(app, product)
    change = "UPDATE products SET price = 5, name = 'Torch', attributes = '{}' WHERE id = %s"
    with app.sql.holding(change, [product]) as held:
        answer = held.send(lambda: app.delete(url(product)))
    reply = answer.result()
    expect.that(200 <= reply.status < 300, "the deletion succeeds", reply.shown, sent=reply.sent)
    changed(app, product, before, reply, name="Torch", price="5.00", attributes={}, is_active=False)


@check(points=1, on=shop)
def loses_its_category_with_grace(app: App) -> None:
    """A category that is deleted while a product moves there: a 4xx problem, nothing changed."""
    for method in ("PATCH", "PUT"):
        product, gone = new_product(app), new_category(app)
        before = row(app, product)
        sent = {"category_id": gone} if method == "PATCH" else whole(app, category_id=gone)
        with app.sql.holding("DELETE FROM categories WHERE id = %s", [gone]) as deletion:
            answer = deletion.send(lambda: app.request(method, url(product), json=sent))  # noqa: B023 - used at once
        reply = answer.result()
        expect.that(400 <= reply.status < 500, "4xx: the category is deleted", reply.shown,
                    sent=reply.sent, look="the log")  # fmt: skip
        expect.problem(reply, reply.status)
        untouched(app, product, before, reply)


@check(points=1, on=shop)
def meets_the_deletion_of_its_category(app: App) -> None:
    """When a PUT meets a DELETE of the category, the PUT is 200 and the DELETE 409: no deadlock."""
    product, mine = new_product(app), new_category(app)
    app.sql("UPDATE products SET category_id = %s WHERE id = %s", [mine, product])
    sent = whole(app, name="Stool", category_id=mine)
    # Both wait for the product, the PUT first: what it has when it goes on, the deletion wants.
    with app.sql.holding("SELECT FROM products WHERE id = %s FOR UPDATE", [product]) as held:
        put = held.send(lambda: app.put(url(product), json=sent))
        deletion = held.send(lambda: app.delete(f"/api/v1/categories/{mine}"))
    look = "a deadlock: how strong a lock is, or which one comes first"
    expect.status(put.result(), 200, look)
    expect.problem(deletion.result(), 409, look=look)
    expect.equal(row(app, product)["name"], "Stool", "name of the row", reply=put.result())


@check(points=1, on=shop)
def leaves_nothing_open(app: App) -> None:
    """After any number of refused requests no transaction is open, and the next one succeeds."""
    product = new_product(app)
    for _ in range(MANY):
        for reply in (
            app.patch(url(product), json={"category_id": str(uuid4())}),
            app.put(url(str(uuid4())), json=whole(app)),
            app.delete(url(str(uuid4()))),
        ):
            expect.that(400 <= reply.status < 500, "4xx", reply.shown, sent=reply.sent)
            expect.equal(app.sql.left_open, 0, "transactions that are open after the answer",
                         reply=reply, look="whose session is it, and who closes it?")  # fmt: skip
    expect.status(app.patch(url(product), json={"name": "Torch"}), 200)


@check(points=1, on=shop)
def takes_few_statements(app: App) -> None:
    """Each of the four takes at most 6 SQL statements and 10 rows, however full the shop is."""
    product = new_product(app)
    for method, sent in (("GET", None), ("PUT", whole(app)), ("PATCH", {"name": "Torch"}),
                         ("DELETE", None)):  # fmt: skip
        reply = app.request(method, url(product), **({"json": sent} if sent else {}))
        expect.that(200 <= reply.status < 300, "2xx", reply.shown, sent=reply.sent)
        ran = "\n".join(expect.show(one.text) for one in reply.statements[:8])
        expect.that(1 <= len(reply.statements) <= MOST_STATEMENTS,
                    f"1 to {MOST_STATEMENTS} statements", f"{len(reply.statements)}:\n{ran}",
                    sent=reply.sent)  # fmt: skip
        rows = sum(one.rows for one in reply.statements)
        expect.that(rows <= MOST_ROWS, f"at most {MOST_ROWS} rows", f"{rows}:\n{ran}",
                    sent=reply.sent, look="what you fetch to find one product")  # fmt: skip


@check(points=1, on=shop)
def is_documented(app: App) -> None:
    """The API's document knows the four operations, and that each of them may answer with 404."""
    path = f"{PRODUCTS}/{{product_id}}"
    reply = app.get("/api/v1/openapi.json")
    for method in ("get", "put", "patch", "delete"):
        operation = reply["paths", path, method]
        got = list(operation.get("responses", {})) if isinstance(operation, dict) else []
        expect.that("404" in got, f"404 among the responses of {method.upper()} {path}",
                    expect.show(got), sent=reply.sent, look="`problems`")  # fmt: skip
        expect.that(("requestBody" in operation) == (method in ("put", "patch")),
                    f"{method.upper()}: PUT and PATCH take a body, GET and DELETE none",
                    expect.show(sorted(operation)), look="`arguments`")  # fmt: skip
