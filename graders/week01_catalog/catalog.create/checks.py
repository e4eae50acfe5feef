"""Creation is judged by what it answers, and by what is stored afterwards."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin
from uuid import uuid4

from workbench.checking import App, Reply, check, expect

PRODUCTS = "/api/v1/products"

MOST_STATEMENTS, MOST_ROWS = 6, 10

#: Refused requests in a row: more than the system has connections.
MANY = 8

#: Where a creation without any default differs from one with all of them.
WHOLE = {
    "name": "Lamp, Blåhaj edition",
    "description": " Warm,\nnot bright ",
    "price": "0.10",
    "stock_quantity": 2147483647,
    "attributes": {"colour": "röd", "note": "", "sizes": [1, 2.5, None], "bulb": {"watts": 0}},
}


def shop(app: App) -> None:
    """Many categories, and a few products in the first of them."""
    app.sql("INSERT INTO categories (name) SELECT 'Shelf ' || n FROM generate_series(1, 200) AS n")
    app.sql(
        "INSERT INTO products (name, price, category_id) SELECT 'Box ' || n, 1, categories.id"
        " FROM generate_series(1, 50) AS n JOIN categories ON categories.name = 'Shelf 1'"
    )


def shelf(app: App, number: int = 1) -> str:
    """The id of a category."""
    return str(app.sql("SELECT id FROM categories WHERE name = %s", [f"Shelf {number}"])[0]["id"])


def new_category(app: App) -> str:
    insert = "INSERT INTO categories (name) VALUES (%s) RETURNING id"
    return str(app.sql(insert, [f"category {uuid4()}"])[0]["id"])


def body(app: App, **changes: Any) -> dict[str, Any]:
    return {"name": "Lamp", "price": "19.99", "category_id": shelf(app)} | changes


def count(app: App) -> int:
    return int(app.sql("SELECT count(*) AS n FROM products")[0]["n"])


def created(app: App, **changes: Any) -> Reply:
    """The answer to a POST that succeeds; which 2xx it is, one check alone asks."""
    reply = app.post(PRODUCTS, json=body(app, **changes))
    succeeded(reply)
    return reply


def succeeded(reply: Reply) -> None:
    if not 200 <= reply.status < 300:
        expect.status(reply, 201)


def refused(app: App, sent: dict[str, Any], status: int, field: str | None, look: str = "") -> None:
    """This body is answered with a problem, and no product more is there afterwards."""
    before = count(app)
    reply = app.post(PRODUCTS, json=sent)
    expect.problem(reply, status, field, look)
    expect.equal(count(app) - before, 0, "products more than before", reply=reply,
                 look="what is committed, and when")  # fmt: skip


def followed(app: App, reply: Reply) -> Reply:
    """The answer at a reply's Location, as a client resolves it (RFC 9110, 10.2.2)."""
    location = expect.header(reply, "Location")
    base = app.system.base_url
    try:
        target = urljoin(f"{base}{PRODUCTS}", location)
    except ValueError:  # it is no address
        target = ""
    expect.that(
        target.startswith(f"{base}/"),
        "a Location on this server: relative, or below the address that was asked",
        f"Location: {location}",
        sent=reply.sent,
        look="url_for",
    )
    return app.get(target.removeprefix(base))


@check(points=2, on=shop)
def answers_with_the_product(app: App) -> None:
    """A POST is answered with 201 and the product, all of its nine fields."""
    reply = created(app, **WHOLE)
    expect.status(reply, 201, look="what the view says of its response")
    shown = reply.json
    wanted = {"id", "created_at", "updated_at", *body(app, **WHOLE)}
    got = set(shown) if isinstance(shown, dict) else set()
    expect.that(got == wanted, f"the fields {', '.join(sorted(wanted))}", reply.shown,
                sent=reply.sent, look="how the view says that a product is shown")  # fmt: skip
    for name, value in WHOLE.items():
        expect.equal(reply[name], value, name, reply=reply)


@check(points=2, on=shop)
def says_where_the_product_is(app: App) -> None:
    """`Location` leads to the new product, and every POST makes another one."""
    first, second = created(app, **WHOLE), created(app, **WHOLE)
    for reply in (first, second):
        there = followed(app, reply)
        expect.status(there, 200, look=f"this is where Location: {reply.headers['Location']} leads")
        expect.equal(there["id"], reply["id"], "the id of the product at Location", reply=there)
        expect.equal(there.json, reply.json, "the product at Location", reply=there)
    expect.that(first["id"] != second["id"], "two products", "one id twice", sent=second.sent)


@check(points=2, on=shop)
def stores_every_field(app: App) -> None:
    """Every field is stored as it was sent, and what was not sent gets its default."""
    defaults = {"description": "", "stock_quantity": 0, "attributes": {}}
    for wanted in (
        {**WHOLE, "category_id": shelf(app, 2)},
        {"name": "Lamp", "price": "99999999.99", "category_id": shelf(app, 3), **defaults},
        {"name": "Free", "price": "0.00", "category_id": shelf(app, 4), **defaults},
    ):
        # The second product is sent without what has a default, the third one with it.
        sent = {name: wanted[name] for name in wanted
                if wanted["name"] != "Lamp" or name not in defaults}  # fmt: skip
        reply = app.post(PRODUCTS, json=sent)
        succeeded(reply)
        row = app.sql("SELECT *, price::text, category_id::text FROM products WHERE id = %s",
                      [expect_id(reply)])  # fmt: skip
        expect.that(bool(row), "a row in products", "no row with this id", sent=reply.sent,
                    look="what is committed")  # fmt: skip
        got = {name: row[0][name] for name in wanted}
        expect.equal(got, wanted, "the row", reply=reply)


def expect_id(reply: Reply) -> str:
    """The id in the body, which is expected to be a text."""
    value = reply["id"]
    expect.that(isinstance(value, str), "an id as text", expect.show(value), sent=reply.sent)
    return str(value)


@check(points=2, on=shop)
def is_there_for_everybody(app: App) -> None:
    """What was answered with 201 is committed: another process finds it at once."""
    product = expect_id(created(app, name="Beacon"))
    reply = app.twin.get(f"{PRODUCTS}/{product}")
    expect.status(reply, 200, look="when the transaction is committed")
    expect.equal(reply["name"], "Beacon", "the name", reply=reply)


@check(points=1, on=shop)
def owns_what_is_the_servers(app: App) -> None:
    """Active from the start, made and last changed now, whatever the body says."""
    before = app.sql("SELECT clock_timestamp() - interval '5 s' AS now")[0]["now"]
    reply = created(app)
    row = app.sql("SELECT * FROM products WHERE id = %s", [expect_id(reply)])
    expect.that(bool(row), "a row in products", "no row with this id", sent=reply.sent)
    after = app.sql("SELECT clock_timestamp() + interval '5 s' AS now")[0]["now"]
    expect.equal(row[0]["is_active"], True, "is_active of the row", reply=reply)
    for name in ("created_at", "updated_at"):
        expect.that(before < row[0][name] < after, f"{name} of the row is now, about {after}",
                    f"{row[0][name]}", sent=reply.sent)  # fmt: skip
    for name, value in {"id": str(uuid4()), "is_active": False, "created_at": "2020-01-01T00:00Z",
                        "updated_at": "2020-01-01T00:00Z", "colour": "red"}.items():  # fmt: skip
        refused(app, body(app, **{name: value}), 422, name, look="who reads the body?")


@check(points=2, on=shop)
def validates_the_body(app: App) -> None:
    """A body that breaks a rule is 422 and names the field, one that is no JSON 400 or 415."""
    look = "`arguments`: parse and validate before anything else"
    for name in ("name", "price", "category_id"):
        whole = body(app)
        del whole[name]
        refused(app, whole, 422, name, look)
    for name, value in {"name": "  ", "price": "-1", "category_id": "books", "stock_quantity": 2.5,
                        "attributes": [], "description": None}.items():  # fmt: skip
        refused(app, body(app, **{name: value}), 422, name, look)
    json = {"content-type": "application/json"}
    expect.problem(app.post(PRODUCTS, content=b'{"name": ', headers=json), 400, look=look)
    text = {"content-type": "text/plain"}
    expect.problem(app.post(PRODUCTS, content=b"a lamp", headers=text), 415, look=look)


@check(points=2, on=shop)
def needs_a_category_that_exists(app: App) -> None:
    """A category that does not exist is 422 with `errors.category_id`, and no row is left."""
    look = "whose words are better: yours before the INSERT, or PostgreSQL's after it?"
    refused(app, body(app, category_id=str(uuid4())), 422, "category_id", look)
    gone = new_category(app)
    created(app, category_id=gone)  # whoever remembers it is wrong from now on
    app.sql("DELETE FROM products WHERE category_id = %s", [gone])
    app.sql("DELETE FROM categories WHERE id = %s", [gone])
    refused(app, body(app, category_id=gone), 422, "category_id", look)


@check(points=2, on=shop)
def recovers_from_refusals(app: App) -> None:
    """After any number of refused products the next one is created, and nothing is left open."""
    for _ in range(MANY):
        reply = app.post(PRODUCTS, json=body(app, category_id=str(uuid4())))
        expect.that(400 <= reply.status < 500, "4xx", reply.shown, sent=reply.sent,
                    look="what a failed statement leaves behind in its session")  # fmt: skip
        nothing_open(app)
    created(app)
    nothing_open(app)


def nothing_open(app: App) -> None:
    """No connection of the system is still in a transaction."""
    expect.equal(app.sql.left_open, 0, "transactions that are open after the answer",
                 look="whose session is it, and who closes it?")  # fmt: skip


@check(points=2, on=shop)
def loses_its_category_with_grace(app: App) -> None:
    """A category that is deleted while the product is being created: a 4xx problem, no 500."""
    before, category = count(app), new_category(app)
    sent = body(app, category_id=category)
    with app.sql.holding("DELETE FROM categories WHERE id = %s", [category]) as deletion:
        answer = deletion.send(lambda: app.post(PRODUCTS, json=sent))
    reply = answer.result()
    expect.that(400 <= reply.status < 500, "4xx: the category was deleted before the COMMIT",
                reply.shown, sent=reply.sent, look="the log")  # fmt: skip
    expect.problem(reply, reply.status)
    expect.equal(count(app) - before, 0, "products more than before", reply=reply)
    nothing_open(app)
    created(app)


@check(points=1, on=shop)
def waits_for_no_other_creation(app: App) -> None:
    """Two products of one category are created at the same time: neither waits for the other."""
    before, sent = count(app), body(app)
    # Readers may pass and no row may be inserted: whoever holds something else meanwhile shows.
    with app.sql.holding("LOCK TABLE products IN SHARE MODE") as held:
        answers = [held.send(lambda: app.post(PRODUCTS, json=sent)) for _ in range(2)]
        behind, unanswered = held.behind_each_other, held.unanswered
        together = held.waiting
    for answer in answers:
        succeeded(answer.result())
    expect.that(
        together == unanswered and behind == 0,
        "two creations that are held up at the INSERT only",
        "one of them waits for the other",
        sent=answers[1].result().sent,
        look="how strong the lock on the category is",
    )
    expect.equal(count(app) - before, 2, "products more than before")


@check(points=1, on=shop)
def takes_few_statements(app: App) -> None:
    """A creation takes at most 6 SQL statements and 10 rows, however full the shop is."""
    reply = created(app)
    ran = "\n".join(expect.show(one.text) for one in reply.statements[:8])
    expect.that(1 <= len(reply.statements) <= MOST_STATEMENTS, f"1 to {MOST_STATEMENTS} statements",
                f"{len(reply.statements)}:\n{ran}", sent=reply.sent)  # fmt: skip
    rows = sum(one.rows for one in reply.statements)
    expect.that(rows <= MOST_ROWS, f"at most {MOST_ROWS} rows", f"{rows}:\n{ran}", sent=reply.sent,
                look="what you fetch in order to look at one category")  # fmt: skip


@check(points=1, on=shop)
def is_documented(app: App) -> None:
    """The API's document knows the POST: that it takes a body, and may refuse it with 422."""
    reply = app.get("/api/v1/openapi.json")
    operation = reply["paths", PRODUCTS, "post"]
    got = list(operation.get("responses", {})) if isinstance(operation, dict) else []
    expect.that("422" in got and any(one.startswith("2") for one in got),
                f"422 and a success among the responses of POST {PRODUCTS}",
                expect.show(got), sent=reply.sent, look="`response` and `problems`")  # fmt: skip
    expect.that("requestBody" in operation, "a requestBody", expect.show(sorted(operation)),
                sent=reply.sent, look="`arguments`")  # fmt: skip


@check(points=2, on=shop)
def blames_only_what_is_to_blame(app: App) -> None:
    """What PostgreSQL refuses for another reason, even at COMMIT, is a 4xx, and not the category's
    fault."""
    app.sql("ALTER TABLE products ADD CONSTRAINT no_bombs CHECK (name <> 'Bomb')")
    app.sql(
        "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'too late' USING ERRCODE = 'check_violation'; END$$"
    )
    app.sql(
        "CREATE CONSTRAINT TRIGGER too_late AFTER INSERT ON products DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW WHEN (NEW.name = 'Mine') EXECUTE FUNCTION public.refuse()"
    )
    before = count(app)
    for name, when in (("Bomb", "at the INSERT"), ("Mine", "at COMMIT")):
        for _ in range(2):
            reply = app.post(PRODUCTS, json=body(app, name=name))
            expect.that(400 <= reply.status < 500, f"4xx for a row that is refused {when}",
                        reply.shown, sent=reply.sent,
                        look="what you catch, and what is confirmed when")  # fmt: skip
            expect.problem(reply, reply.status)
            blamed = reply.json.get("errors") or {}
            expect.that("category_id" not in blamed, "errors without category_id: it exists",
                        reply.shown, sent=reply.sent, look="which error you catch")  # fmt: skip
    expect.equal(count(app) - before, 0, "products more than before")
    created(app)


@check(points=1, on=shop)
def leaves_no_half(app: App) -> None:
    """A creation that fails halfway leaves no row, not even one with some of the fields."""
    app.sql(
        "CREATE FUNCTION public.refuse_more() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'no change' USING ERRCODE = 'check_violation'; END$$"
    )
    app.sql(
        "CREATE TRIGGER no_change BEFORE UPDATE ON products"
        " FOR EACH ROW WHEN (OLD.name = 'Half') EXECUTE FUNCTION public.refuse_more()"
    )
    before = count(app)
    reply = app.post(PRODUCTS, json=body(app, **{**WHOLE, "name": "Half"}))
    if not 200 <= reply.status < 300:
        expect.equal(count(app) - before, 0, "products more than before", reply=reply,
                     look="how often you commit: an UPDATE of the new row is refused")  # fmt: skip


@check(points=1, on=shop)
def survives_the_loss_of_its_database(app: App) -> None:
    """Without its database the answer is 503; once it is back, products are created again."""
    sent = body(app)
    created(app)
    with app.system.ways.postgres.cut():
        expect.problem(app.post(PRODUCTS, json=sent), 503,
                       look="an error that is not yours to explain: let it pass")  # fmt: skip
    created(app)
