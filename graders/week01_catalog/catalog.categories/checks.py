"""Categories are judged by what the API promises, also where two requests meet."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from workbench.checking import App, Reply, check, expect

CATEGORIES, PRODUCTS = "/api/v1/categories", "/api/v1/products"

FIELDS = {"id", "name", "description", "product_count", "created_at"}

MOST_STATEMENTS = 2

#: Categories of the warehouse: more than one list may show.
SHELVES = 120


def shop(app: App) -> None:
    """One empty system for all checks: each makes categories of its own."""


def warehouse(app: App) -> None:
    """SHELVES categories, made in another order than that of their names, each with a product."""
    app.sql(
        "INSERT INTO categories (name) SELECT 'shelf ' || to_char(n * 77 %% %s, 'FM000')"
        " FROM generate_series(0, %s) AS n ORDER BY n",
        [SHELVES, SHELVES - 1],
    )
    app.sql("INSERT INTO products (name, price, category_id) SELECT 'Box', 1, id FROM categories")


def shelf(number: int) -> str:
    return f"shelf {number:03}"


def new_name() -> str:
    return f"category {uuid4()}"


def created(app: App, **fields: Any) -> Reply:
    reply = app.post(CATEGORIES, json={"name": new_name()} | fields)
    expect.status(reply, 201)
    return reply


def at(category: Reply) -> str:
    return f"{CATEGORIES}/{category['id']}"


def new_product(app: App, category: Reply, is_active: bool = True) -> str:
    insert = (
        "INSERT INTO products (name, price, category_id, is_active)"
        " VALUES ('Box', 1, %s, %s) RETURNING id"
    )
    return str(app.sql(insert, [category["id"], is_active])[0]["id"])


def listed(app: App, **query: Any) -> Reply:
    reply = app.get(CATEGORIES, params=query)
    expect.status(reply, 200)
    return reply


def names(reply: Reply) -> list[Any]:
    return [reply["categories", at, "name"] for at in range(len(reply["categories"]))]


def stays(app: App, category: Reply, look: str = "") -> None:
    """The category is what it was."""
    reply = app.get(at(category))
    expect.status(reply, 200, look=look)
    for field in ("id", "name", "description", "created_at"):
        expect.equal(reply[field], category[field], f"{field}, as before", reply=reply, look=look)


@check(points=2, on=shop)
def creates_a_category(app: App) -> None:
    """POST answers 201 with the category, and its `Location` leads to it."""
    name = new_name()
    reply = app.post(CATEGORIES, json={"name": f" {name} ", "description": "For tea"})
    expect.status(reply, 201)
    shown = set(reply.json) if isinstance(reply.json, dict) else set()
    expect.that(shown == FIELDS, f"the fields {', '.join(sorted(FIELDS))}", reply.shown,
                sent=reply.sent, look="CategorySchema, and what is handed to it")  # fmt: skip
    wanted = {"name": name, "description": "For tea", "product_count": 0}
    got = {field: reply[field] for field in wanted}
    expect.equal(got, wanted, "the category", reply=reply)
    found = app.get(reply.location)
    expect.status(found, 200, look=f"this is where Location: {reply.headers['location']} leads")
    expect.equal(found.json, reply.json, "the category at its Location", reply=found)


@check(points=1, after=creates_a_category, on=shop)
def refuses_what_breaks_a_rule(app: App) -> None:
    """A body that breaks a rule is 422 and names the field, for POST and PUT alike."""
    category = created(app)
    for field, value in (
        ("name", "  "), ("name", "x" * 101), ("name", None), ("description", "\0"),
        ("product_count", 1), ("colour", "red"),
    ):  # fmt: skip
        body = {"name": new_name(), field: value}
        expect.problem(app.post(CATEGORIES, json=body), 422, field, look="CategorySchema")
        expect.problem(app.put(at(category), json=body), 422, field, look="CategorySchema")
    expect.problem(app.put(at(category), json={}), 422, "name", look="PUT replaces the whole")
    stays(app, category)


@check(points=1, after=creates_a_category, on=shop)
def knows_no_other_ids(app: App) -> None:
    """GET, PUT and DELETE of an id that no category has are 404."""
    for key in (uuid4(), "books"):
        path = f"{CATEGORIES}/{key}"
        body = {"name": new_name()}
        for reply in (app.get(path), app.put(path, json=body), app.delete(path)):
            expect.problem(reply, 404)
        reply = app.post(CATEGORIES, json=body)
        expect.status(reply, 201, look="what a PUT that was answered with 404 has left behind")


@check(points=2, after=creates_a_category, on=shop)
def refuses_a_taken_name(app: App) -> None:
    """A POST of a name that is taken is 409 and blames `name`; capitals make another name."""
    category = created(app)
    name = category["name"]
    for spelling in (name, f"  {name}\n"):
        expect.problem(app.post(CATEGORIES, json={"name": spelling}), 409, "name",
                       look="the member errors of the problem")  # fmt: skip
    created(app, name=name.upper())
    stays(app, category)


@check(points=2, after=refuses_a_taken_name, on=shop)
def gives_a_name_to_one_of_two(app: App) -> None:
    """Of two POSTs of one name at the same time, one is 201, the other 409 and blames `name`."""
    look = "between a look for the name and the insert, somebody else stores it"
    body = {"name": new_name()}
    # Whoever stores this name now waits to see what becomes of this row.
    with app.sql.holding(
        "INSERT INTO categories (name) VALUES (%s)", [body["name"]], keep=False
    ) as held:
        held.send_together(
            lambda: app.post(CATEGORIES, json=body), lambda: app.twin.post(CATEGORIES, json=body)
        )
    replies = held.replies
    one, other = sorted(replies, key=lambda reply: reply.status)
    expect.status(one, 201, look=look)
    expect.problem(other, 409, "name", look=look)


@check(points=2, after=refuses_a_taken_name, on=shop)
def replaces_a_category(app: App) -> None:
    """PUT gives all fields anew, also when the name stays; a description left out becomes `""`."""
    category = created(app, description="For tea")
    new_product(app, category)
    for body in ({"name": new_name(), "description": "New"}, {"name": new_name()}):
        for _ in range(2):  # the second time, the category itself has this name
            reply = app.put(at(category), json=body)
            expect.status(reply, 200, look="who has the name that is sent")
            wanted = category.json | {"description": "", "product_count": 1} | body
            expect.equal(reply.json, wanted, "the category", reply=reply)
        expect.equal(app.get(at(category)).json, wanted, "what GET shows then", reply=reply)


@check(points=2, after=replaces_a_category, on=shop)
def refuses_to_rename_to_a_taken_name(app: App) -> None:
    """A PUT of a name that another category has, or just gets, is 409: nothing changes."""
    other, category = created(app), created(app, description="For tea")
    reply = app.put(at(category), json={"name": other["name"]})
    expect.problem(reply, 409, "name", look="the unique name, when it is changed")
    stays(app, category)
    body = {"name": new_name()}
    with app.sql.holding("INSERT INTO categories (name) VALUES (%s)", [body["name"]]) as held:
        held.send_together(lambda: app.put(at(category), json=body))
    (reply,) = held.replies
    expect.problem(reply, 409, "name", look="a name that was stored after you looked")
    stays(app, category)


@check(points=2, after=creates_a_category, on=shop)
def deletes_what_is_empty(app: App) -> None:
    """DELETE of a category without products is 204 without a body; then it is gone: 404."""
    category = created(app)
    reply = app.delete(at(category))
    expect.status(reply, 204)
    expect.equal(reply.text, "", "the body", reply=reply)
    body = {"name": new_name()}
    for again in (
        app.get(at(category)),
        app.put(at(category), json=body),
        app.delete(at(category)),
    ):
        expect.problem(again, 404, look="whether the deletion was committed, and a second one")
    created(app, name=category["name"])  # the name is free again


@check(points=2, after=creates_a_category, on=shop)
def keeps_what_is_in_use(app: App) -> None:
    """DELETE of a category with products is 409, and category and products stay."""
    category = created(app, description="For tea")
    product = new_product(app, category)
    expect.problem(app.delete(at(category)), 409, look="what the foreign key of products says")
    stays(app, category)
    reply = app.get(f"{PRODUCTS}/{product}")
    expect.status(reply, 200, look="what became of the product")
    expect.equal(reply["category_id"], category["id"], "its category_id", reply=reply)


@check(points=2, after=keeps_what_is_in_use, on=shop)
def keeps_what_deleted_products_refer_to(app: App) -> None:
    """Products that are deleted count for this, too: 409, and their rows stay."""
    category = created(app)
    product = new_product(app, category)
    expect.status(app.delete(f"{PRODUCTS}/{product}"), 204)
    look = "a deleted product is a row whose is_active is false"
    expect.problem(app.delete(at(category)), 409, look=look)
    stays(app, category)
    rows = app.sql("SELECT category_id FROM products WHERE id = %s", [product])
    expect.equal([str(row["category_id"]) for row in rows], [category["id"]],
                 "the category_id of the deleted product", look=look)  # fmt: skip


@check(points=1, after=keeps_what_is_in_use, on=shop, hidden=True)
def keeps_what_is_just_being_used(app: App) -> None:
    """DELETE while a first product is being stored is 409: it does not come between."""
    category = created(app)
    insert = "INSERT INTO products (name, price, category_id) VALUES ('Box', 1, %s)"
    with app.sql.holding(insert, [category["id"]]) as held:
        held.send_together(lambda: app.delete(at(category)))
    (reply,) = held.replies
    expect.problem(reply, 409, look="a look for products cannot see what is not committed yet")
    stays(app, category)


@check(points=1, on=warehouse)
def lists_in_order_of_name(app: App) -> None:
    """GET of the whole shows the first 100 categories, in ascending order of name."""
    reply = listed(app)
    wanted = [shelf(number) for number in range(100)]
    expect.equal(names(reply), wanted, "the names", reply=reply, look="order and default limit")
    first = reply["categories", 0]
    expect.that(isinstance(first, dict) and set(first) == FIELDS,
                f"categories with the fields {', '.join(sorted(FIELDS))}", expect.show(first),
                sent=reply.sent)  # fmt: skip
    expect.equal(first["product_count"], 1, "product_count", reply=reply)


@check(points=2, after=lists_in_order_of_name, on=warehouse)
def goes_on_after_a_name(app: App) -> None:
    """`limit` bounds the list, and `after` begins it behind a name."""
    for after, limit, first, last in (
        (None, 7, 0, 7), (shelf(6), 7, 7, 14), (shelf(99), 100, 100, SHELVES),
        (f"{shelf(50)} and a half", 1, 51, 52), (shelf(SHELVES - 1), 5, 0, 0), ("", 2, 0, 2),
    ):  # fmt: skip
        query = {"limit": limit} | ({} if after is None else {"after": after})
        reply = listed(app, **query)
        wanted = [shelf(number) for number in range(first, last)]
        expect.equal(names(reply), wanted, "the names", reply=reply, look="`after` and `limit`")
    for name, value in (("limit", "0"), ("limit", "101"), ("after", "\0"), ("page", "1")):
        expect.problem(app.get(CATEGORIES, params={name: value}), 422, name,
                       look="CategoryQuerySchema")  # fmt: skip


@check(points=1, after=goes_on_after_a_name, on=shop)
def tells_capitals_apart_in_the_list(app: App) -> None:
    """Names that differ only in capitals are names of their own: page by page, each comes once."""
    begin = f"{new_name()} "
    app.sql(
        "INSERT INTO categories (name) VALUES (%s || 'shelf'), (%s || 'SHELF'), (%s || 'Shelf')",
        [begin] * 3,
    )
    app.sql(
        "INSERT INTO products (name, price, category_id)"
        " SELECT 'Box', 1, id FROM categories WHERE starts_with(name, %s)",
        [begin],
    )
    rows = app.sql("SELECT name FROM categories WHERE starts_with(name, %s) ORDER BY name", [begin])
    after = begin
    for row in rows:
        reply = listed(app, after=after, limit=1)
        after = row["name"]
        expect.equal(names(reply), [after], "the name that comes next, as PostgreSQL sorts them",
                     reply=reply, look="whether `after` compares as the order does")  # fmt: skip


@check(points=2, after=lists_in_order_of_name, on=shop)
def counts_what_is_for_sale(app: App) -> None:
    """`product_count` is the number of products that are not deleted; 0 is a number, too."""
    full, sold_out, empty = created(app), created(app), created(app)
    for is_active in (True, True, False):
        new_product(app, full, is_active)
    new_product(app, sold_out, is_active=False)
    for category, wanted in ((full, 2), (sold_out, 0), (empty, 0)):
        reply = app.get(at(category))
        expect.equal(reply["product_count"], wanted, "product_count", reply=reply,
                     look="is_active, and a category without any product")  # fmt: skip
    # Just these three, however many there are: what comes after is the next name.
    for category, wanted in ((full, 2), (sold_out, 0), (empty, 0)):
        reply = listed(app, after=category["name"][:-1], limit=100)
        listing = expect.items(reply["categories"], "categories", reply.sent)
        every = [expect.fields(one, "a category", reply.sent) for one in listing]
        found = [one for one in every if one.get("id") == category["id"]]
        expect.equal([one.get("product_count") for one in found], [wanted],
                     "product_count in the list", reply=reply,
                     look="a join keeps only what finds a partner")  # fmt: skip


@check(points=2, after=lists_in_order_of_name, on=warehouse)
def leaves_the_work_to_the_database(app: App) -> None:
    """A list takes at most 2 SQL statements, and fetches no more rows than it shows."""
    for limit in (2, 100):
        reply = listed(app, limit=limit)
        ran = "\n".join(expect.show(one.text) for one in reply.statements[:6])
        rows = sum(one.rows for one in reply.statements)
        expect.that(
            1 <= len(reply.statements) <= MOST_STATEMENTS,
            f"1 to {MOST_STATEMENTS} statements for {limit} categories",
            f"{len(reply.statements)}:\n{ran}",
            sent=reply.sent,
            look="a query for each category",
        )
        expect.that(
            rows <= MOST_STATEMENTS * limit,
            f"at most {MOST_STATEMENTS} rows for each of {limit} categories",
            f"{rows} rows\n{ran}",
            sent=reply.sent,
            look="count, order and cut in SQL, not in Python",
        )
