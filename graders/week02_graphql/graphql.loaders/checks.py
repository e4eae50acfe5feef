"""What a level of an answer shows is compared with a model in Python; statements are counted."""

from __future__ import annotations

from base64 import b64encode
from hashlib import md5
from typing import Any
from uuid import UUID

from workbench.checking import App, GraphReply, check, expect

#: Shelves 1 to FULL have EACH products, MIXED has two and three deleted ones, EMPTY has none.
FULL, EACH = 40, 25
LONG = 101
MIXED, EMPTY = 41, 42
LOOK = "what is asked for, and what is fetched"

FILL = """
INSERT INTO products (id, name, price, category_id, is_active, created_at)
SELECT md5(product)::uuid, product, 1, categories.id, number > 0,
       timestamptz '2026-01-01 12:00+00' + minutes * interval '1 minute'
FROM categories
JOIN unnest(%s::text[], %s::text[], %s::int[], %s::int[]) AS made (shelf, product, number, minutes)
  ON made.shelf = categories.name
"""


def shelf(number: int) -> str:
    return f"Shelf {number:02}"


def product(of: int, number: int) -> str:
    return f"{of:02}.{number:02}"


def minute(number: int) -> int:
    """When a product was made: in no order of their numbers, and always two at a time."""
    return number * 7 % EACH // 2


def key(name: str) -> UUID:
    """The id of a product, as FILL makes it."""
    return UUID(md5(name.encode(), usedforsecurity=False).hexdigest())


def newest(of: int) -> list[str]:
    """The products of a shelf in the order of the text: newest first, ties by id."""
    numbers = {**dict.fromkeys(range(1, FULL + 1), EACH), MIXED: 2, EMPTY: 0}[of]
    found = [(-minute(number), key(product(of, number)), product(of, number))
             for number in range(1, numbers + 1)]  # fmt: skip
    return [name for _, _, name in sorted(found)]


def shop(app: App) -> None:
    numbers = range(1, EMPTY + 1)
    app.sql("INSERT INTO categories (name) SELECT unnest(%s::text[])", [[*map(shelf, numbers)]])
    made = [(of, number) for of in range(1, FULL + 1) for number in range(1, EACH + 1)]
    made += [(MIXED, number) for number in (-3, 1, -2, 2, -1)]
    made.sort(key=lambda one: one[1] * 11 % 13)  # as they lie, they are in no order
    app.sql(
        FILL,
        [
            [shelf(of) for of, _ in made],
            [product(of, number) for of, number in made],
            [number for _, number in made],
            [minute(number) if number > 0 else 60 for _, number in made],
        ],
    )


def shelf_id(app: App, number: int) -> str:
    found = app.sql("SELECT id FROM categories WHERE name = %s", [shelf(number)])[0]["id"]
    return b64encode(f"Category:{found}".encode()).decode()


def asked(app: App, query: str, variables: dict[str, Any] | None = None) -> GraphReply:
    """The reply to an operation without errors."""
    reply = app.graphql(query, variables)
    if reply.errors:
        expect.graphql_data(reply, None)  # says what the errors are
    return reply


def takes(reply: GraphReply, statements: int) -> None:
    """The operation took so many statements at most."""
    if reply.errors:
        expect.graphql_data(reply, None)
    many = len(reply.statements)
    expect.that(many <= statements, f"at most {statements} statements",
                f"{many}:\n{listed(reply)}", sent=reply.sent, look=LOOK)  # fmt: skip


def fetches(reply: GraphReply, rows: int) -> None:
    """The operation fetched so many rows at most."""
    if reply.errors:
        expect.graphql_data(reply, None)
    fetched = sum(one.rows for one in reply.statements)
    expect.that(fetched <= rows, f"at most {rows} rows", f"{fetched} rows:\n{listed(reply)}",
                sent=reply.sent, look=LOOK)  # fmt: skip


def listed(reply: GraphReply) -> str:
    """The first statements of an operation."""
    return "\n".join(expect.show(one.text) for one in reply.statements[:6])


def as_products(names: list[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


@check(points=2, on=shop)
def gives_each_product_its_category(app: App) -> None:
    """Every product of a list has its own category, also where many share one."""
    reply = asked(app, "{ products(limit: 60) { name category { name } } }")
    got = reply.data["products"]
    expect.equal(len(got or []), 60, "how many products", reply=reply)
    wanted = [{"name": one["name"], "category": {"name": f"Shelf {one['name'][:2]}"}}
              for one in got]  # fmt: skip
    expect.equal(got, wanted, "products and their categories", reply=reply,
                 look="which key a row belongs to")  # fmt: skip


@check(points=2, on=shop)
def gives_each_category_its_products(app: App) -> None:
    """Every category has its own newest products, ties by id; one without any has an empty list."""
    reply = asked(app, "{ categories(limit: 100) { name products(first: 7) { name } } }")
    got = [one for one in reply.data.objects("categories") if one.get("name") != shelf(MIXED)]
    wanted = [{"name": shelf(of), "products": as_products(newest(of)[:7])}
              for of in range(1, EMPTY + 1) if of != MIXED]  # fmt: skip
    expect.equal(got, wanted, "categories and their products", reply=reply,
                 look="which key a row belongs to, and in which order rows come")  # fmt: skip


@check(points=1, on=shop)
def hides_deleted_products(app: App) -> None:
    """A deleted product is in no category's list, and takes no place in it."""
    reply = asked(app, "query($id: ID!) { category(id: $id) { products(first: 2) { name } } }",
                  {"id": shelf_id(app, MIXED)})  # fmt: skip
    names = [one.get("name") for one in reply.data.objects("category", "products")]
    expect.equal(sorted(names, key=str), sorted(newest(MIXED)), "the products", reply=reply,
                 look="deleting a product only clears its is_active")  # fmt: skip


@check(points=2, on=shop)
def each_list_has_its_own_length(app: App) -> None:
    """Lists of several lengths are asked for at once, of one category and of several: each is as
    long as it was asked for, and they take one statement together."""
    query = """query($one: ID!, $other: ID!) {
        one: category(id: $one) {
            two: products(first: 2) { name }
            five: products(first: 5) { name }
            again: products(first: 2) { name }
        }
        other: category(id: $other) { products(first: 100) { name } }
    }"""
    made = [product(EMPTY, number) for number in range(1, LONG + 1)]
    app.sql(
        "INSERT INTO products (name, price, category_id)"
        " SELECT unnest(%s::text[]), 1, id FROM categories WHERE name = %s",
        [made, shelf(EMPTY)],
    )
    try:
        reply = asked(app, query, {"one": shelf_id(app, 1), "other": shelf_id(app, EMPTY)})
    finally:
        app.sql("DELETE FROM products WHERE name = ANY(%s)", [made])
    names = {
        key: [one["name"] for one in reply.data[path] or []]
        for key, path in (("two", ("one", "two")), ("five", ("one", "five")),
                          ("again", ("one", "again")), ("other", ("other", "products")))
    }  # fmt: skip
    got = {key: (len(found), {name[:3] for name in found}) for key, found in names.items()}
    wanted = {"two": (2, {"01."}), "five": (5, {"01."}), "again": (2, {"01."}),
              "other": (100, {f"{EMPTY}."})}  # fmt: skip
    expect.that(got == wanted, f"2, 5 and 2 products of shelf 1, and 100 of shelf {EMPTY}",
                reply.shown, sent=reply.sent, look="the key is a pair")  # fmt: skip
    takes(reply, 3)


@check(points=3, on=shop)
def asks_once_for_all_categories(app: App) -> None:
    """The categories of 10 products and those of 100 are one statement, in whichever fields the
    products stand, and whatever is asked of a category."""
    for many in (10, 100):
        takes(asked(app, f"{{ productsConnection(first: {many}) {{ edges {{ node {{"
                         " category { id name description createdAt } } } } }"), 2)  # fmt: skip
    reply = asked(app, """{
        some: products(limit: 10) { category { name } }
        others: productsConnection(last: 10) { edges { node { category { name } } } }
    }""")  # fmt: skip
    takes(reply, 4)


@check(points=3, on=shop)
def asks_once_for_all_lists(app: App) -> None:
    """The products of 2 categories and those of 100 are one statement, also when lists are asked
    for twice, and whatever is asked of a product."""
    for many in (2, 40):
        takes(asked(app, f"{{ categories(limit: {many}) {{ products(first: 5) {{ name }} }} }}"), 2)
    app.sql(
        "WITH made AS (INSERT INTO categories (name)"
        " SELECT 'Zone ' || generate_series(1, 60) RETURNING id)"
        " INSERT INTO products (name, price, category_id) SELECT 'Zone ' || id, 1, id FROM"
        " (SELECT id FROM made UNION SELECT id FROM categories WHERE name = %s) AS bare",
        [shelf(EMPTY)],
    )
    try:
        takes(asked(app, """{ categories(limit: 100) {
            products(first: 3) { name } again: products(first: 3) { name }
        } }"""), 2)  # fmt: skip
    finally:
        for table in ("products", "categories"):
            app.sql(f"DELETE FROM {table} WHERE starts_with(name, 'Zone ')")
    takes(asked(app, """{ categories(limit: 2) { products(first: 5) {
        id name description price stockStatus attributes createdAt updatedAt
    } } }"""), 2)  # fmt: skip


@check(points=2, on=shop)
def asks_once_a_level(app: App) -> None:
    """A level of 10 objects and one of 1,000 take as many statements: one each."""
    query = """query($many: Int!, $each: Int!) {
        categories(limit: $many) { name products(first: $each) { name category { name } } }
    }"""
    for many, each in ((2, 5), (FULL, EACH)):
        reply = asked(app, query, {"many": many, "each": each})
        got = sum(len(one["products"] or []) for one in reply.data["categories"] or [])
        expect.equal(got, many * each, "how many products", reply=reply)
        takes(reply, 3)
    deep = "{ categories(limit: 5) { products(first: 4) { category { products(first: 3) {"
    takes(asked(app, f"{deep} category {{ name }} }} }} }} }} }}"), 5)


@check(points=3, on=shop)
def fetches_only_what_is_shown(app: App) -> None:
    """No row is fetched in vain: a category that many products share comes once, and a long list of
    one category makes no other one longer."""
    reply = asked(app, f"{{ categories(limit: {FULL}) {{ products(first: 2) {{ name }} }} }}")
    fetches(reply, FULL + FULL * 2)
    reply = asked(app, "query($id: ID!) { category(id: $id) { products(first: 25) {"
                       " category { name } } } }", {"id": shelf_id(app, 3)})  # fmt: skip
    fetches(reply, 1 + 25 + 1)
    reply = asked(
        app,
        """query($id: ID!) {
            categories(limit: 20) { a: products(first: 1) { name } b: products(first: 2) { name } }
            category(id: $id) { products(first: 25) { name } }
        }""",
        {"id": shelf_id(app, 30)},
    )
    fetches(reply, 20 + 20 * 2 + 1 + 25)


@check(points=2, on=shop)
def keeps_the_gaps(app: App) -> None:
    """A category that has gone between two statements is null, the other products keep theirs, and
    it takes no statement more."""
    app.sql("INSERT INTO categories (name) VALUES ('Passing')")
    app.sql(
        "INSERT INTO products (name, price, category_id, created_at)"
        " SELECT 'Moved', 1, id, '2100-01-01' FROM categories WHERE name = 'Passing'"
    )
    gone = f"""
        LOCK TABLE categories IN ACCESS EXCLUSIVE MODE;
        UPDATE products SET category_id = (SELECT id FROM categories WHERE name = '{shelf(EMPTY)}')
        WHERE name = 'Moved';
        DELETE FROM categories WHERE name = 'Passing'
    """
    query = "{ productsConnection(first: 5) { edges { node { name category { name } } } } }"
    try:
        with app.sql.holding(gone) as held:
            future = held.send(lambda: app.graphql(query))
        reply = future.result()
        usual = app.graphql(query)  # nothing has gone
    finally:
        app.sql("DELETE FROM products WHERE name = 'Moved'")
        app.sql("DELETE FROM categories WHERE name = 'Passing'")
    if reply.errors:
        expect.graphql_data(reply, None, "what belongs to a key that nothing has")
    nodes = [reply.data["productsConnection", "edges", at, "node"] for at in range(5)]
    wanted = [{"name": "Moved", "category": None}]
    wanted += [{"name": one["name"], "category": {"name": f"Shelf {one['name'][:2]}"}}
               for one in nodes[1:]]  # fmt: skip
    expect.equal(nodes, wanted, "products and their categories", reply=reply,
                 look="what belongs to a key that nothing has")  # fmt: skip
    takes(reply, max(2, len(usual.statements)))


@check(points=2, on=shop)
def remembers_nothing(app: App) -> None:
    """What was changed since the last operation is seen by the next one."""
    query = """query($id: ID!) { category(id: $id) {
        products(first: 1) { name category { name } } } }"""
    full, empty = ({"id": shelf_id(app, number)} for number in (7, EMPTY))
    for variables in (full, empty):
        app.graphql(query, variables)
    app.sql("UPDATE categories SET name = 'Renamed' WHERE name = %s", [shelf(7)])
    app.sql(
        "INSERT INTO products (name, price, category_id, created_at)"
        " SELECT 'New', 1, id, '2100-01-01' FROM categories WHERE name IN ('Renamed', %s)",
        [shelf(EMPTY)],
    )
    try:
        replies = [asked(app, query, variables) for variables in (full, empty)]
    finally:
        app.sql("DELETE FROM products WHERE name = 'New'")
        app.sql("UPDATE categories SET name = %s WHERE name = 'Renamed'", [shelf(7)])
    for reply, name in zip(replies, ("Renamed", shelf(EMPTY)), strict=True):
        wanted = {"products": [{"name": "New", "category": {"name": name}}]}
        expect.graphql_data(reply, {"category": wanted}, "what outlives an operation")


@check(points=2, on=shop)
def sees_what_mutations_change(app: App) -> None:
    """The second mutation of an operation shows what both have changed."""
    query = """mutation($id: ID!) {
        one: createProduct(input: {name: "First", price: "1.00", categoryId: $id}) { ...Shown }
        two: createProduct(input: {name: "Second", price: "1.00", categoryId: $id}) { ...Shown }
    }
    fragment Shown on CreateProduct { product { category { products(first: 2) { name } } } }"""
    try:
        reply = app.graphql(query, {"id": shelf_id(app, EMPTY)})
    finally:
        app.sql("DELETE FROM products WHERE name IN ('First', 'Second')")
    shown = [{"product": {"category": {"products": as_products(names)}}}
             for names in (["First"], ["Second", "First"])]  # fmt: skip
    expect.graphql_data(reply, {"one": shown[0], "two": shown[1]}, "how long a loader remembers")


@check(points=1, on=shop, hidden=True)
def serves_several_at_once(app: App) -> None:
    """Operations that run at the same time in one process get each its own."""
    query = "query($id: ID!) { category(id: $id) { products(first: 9) { name } } }"
    numbers = (11, 12, 13)
    ids = [shelf_id(app, number) for number in numbers]
    with app.sql.holding("LOCK TABLE products IN ACCESS EXCLUSIVE MODE") as held:
        futures = held.send_together(
            *(lambda id=one: app.graphql(query, {"id": id}) for one in ids)  # noqa: A006
        )
    for number, future in zip(numbers, futures, strict=True):
        reply = future.result()
        if reply.errors:
            expect.graphql_data(reply, None, "what operations share")
        names = [one["name"][:3] for one in reply.data["category", "products"] or []]
        expect.that(names == [f"{number:02}."] * 9, f"9 products of {shelf(number)}", reply.shown,
                    sent=reply.sent, look="what operations share")  # fmt: skip
