"""The entrances to the graph are compared with a model in Python of the shop."""

from __future__ import annotations

import functools
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from workbench.checking import App, GraphReply, check, expect

#: name, description, price, category. No two names share their first letter, no two a price.
SHOP = (
    ("Chair", "Folds flat", "49.90", "Garden"),
    ("Inkstand", "Of brass", "149.00", "Garden"),
    ("Trowel", "For the GARDEN bed", "9.99", "Gardening"),
    ("Poppy seed", "100% organic", "2.50", "Gardening"),
    ("Almanac", "Free of charge", "0.00", "Books"),
    ("Sticker", "Also free, nearly", "0.50", "Books"),
    ("Lunch box", "1/2 price", "35.00", "Kitchen"),
    ("Hammock", "Our #1", "199.00", "Garden"),
    ("Bowl", "", "7.00", "Kitchen"),
)
GONE = UUID(int=7)
MORE = 30
#: Field -> its type and the types of its arguments.
FIELDS = {
    "node": ("Node", {"id": "ID!"}),
    "product": ("Product", {"id": "ID!"}),
    "category": ("Category", {"id": "ID!"}),
    "categories": ("[Category!]", {"limit": "Int!"}),
    "products": ("[Product!]", {
        "category": "String", "minPrice": "Money", "maxPrice": "Money", "search": "String",
        "sortBy": "ProductSort!", "sortOrder": "SortOrder!", "limit": "Int!"}),
}  # fmt: skip
OTHERS = {"productsConnection"}  # of another file
MEMBERS = {
    "ProductSort": ["CREATED_AT", "NAME", "PRICE", "UPDATED_AT"],
    "SortOrder": ["ASC", "DESC"],
}
SCHEMA = """{
    query: __type(name: "Query") { fields { name args { name type { ...T } } type { ...T } } }
    ProductSort: __type(name: "ProductSort") { enumValues { name } }
    SortOrder: __type(name: "SortOrder") { enumValues { name } } }
fragment T on __Type { kind name ofType { kind name ofType { kind name } } }"""
#: Enum of the graph -> what a row is put in order by.
SORTS = {"NAME": "name", "PRICE": "price", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at"}


@dataclass(frozen=True)
class Item:
    """One product of the shop; moments are minutes of one day."""

    key: UUID
    name: str
    description: str
    price: Decimal
    category: str
    created_at: int
    updated_at: int


ITEMS = tuple(
    Item(UUID(int=(99 - number) << 96), name, description, Decimal(price), category, number,
         60 + number * 5 % len(SHOP))
    for number, (name, description, price, category) in enumerate(SHOP)
)  # fmt: skip


def shop(app: App) -> None:
    for name in ("Kitchen", "Garden", "Books", "Gardening"):
        app.sql("INSERT INTO categories (name) VALUES (%s)", [name])
    for item in sorted(ITEMS, key=lambda item: item.name):  # as they lie, they are in no order
        add(app, item)
    add(app, Item(GONE, "Withdrawn", "", Decimal(3), "Books", 30, 90), active=False)


# The schema may be asked for in the system of these checks.
on_shop = functools.partial(check, on=shop, settings={"GRAPHQL_INTROSPECTION": "1"})


def add(app: App, item: Item, *, active: bool = True) -> None:
    app.sql(
        """
        INSERT INTO products
            (id, name, description, price, category_id, is_active, created_at, updated_at)
        SELECT %s, %s, %s, %s, id, %s,
               timestamptz '2026-01-01 00:00+00' + %s * interval '1 minute',
               timestamptz '2026-01-01 00:00+00' + %s * interval '1 minute'
        FROM categories WHERE name = %s
        """,
        [item.key, item.name, item.description, item.price, active, item.created_at,
         item.updated_at, item.category],
    )  # fmt: skip


def crowd(app: App) -> None:
    """MORE categories with a product each; the products differ in nothing but their ids."""
    app.sql(
        """
        WITH made AS (
            INSERT INTO categories (name)
            SELECT 'Shelf ' || 100 + (number * 7) %% %s FROM generate_series(1, %s) AS number
            RETURNING id
        )
        INSERT INTO products (name, price, category_id, created_at, updated_at)
        SELECT 'Box', 1, id, '2026-01-01', '2026-01-01' FROM made
        """,
        [MORE, MORE],
    )


def as_id(kind: str, key: object) -> str:
    return b64encode(f"{kind}:{key}".encode()).decode()


def category_id(app: App, name: str) -> str:
    return as_id("Category", app.sql("SELECT id FROM categories WHERE name = %s", [name])[0]["id"])


def names(app: App, arguments: str = "", variables: dict[str, Any] | None = None,
          declared: str = "") -> tuple[list[str], GraphReply]:  # fmt: skip
    """The names that `products` finds with these arguments."""
    given = f"({arguments})" if arguments else ""
    reply = app.graphql(f"query{declared} {{ products{given} {{ name }} }}", variables)
    if reply.errors:
        expect.graphql_data(reply, None)  # says what the errors are
    return [one["name"] for one in reply.data["products"] or []], reply


def finds(app: App, matches: Callable[[Item], bool], arguments: str, look: str = "",
          variables: dict[str, Any] | None = None, declared: str = "") -> None:  # fmt: skip
    """These arguments find exactly what matches, in whatever order."""
    got, reply = names(app, arguments, variables, declared)
    wanted = [item.name for item in ITEMS if matches(item)]
    expect.equal(sorted(got), sorted(wanted), "the products", reply=reply, look=look)


def written(kind: Any) -> str:
    """A type of the schema as it is written: [Product!]."""
    kind = kind if isinstance(kind, dict) else {}
    if kind.get("kind") == "NON_NULL":
        return f"{written(kind.get('ofType'))}!"
    if kind.get("kind") == "LIST":
        return f"[{written(kind.get('ofType'))}]"
    return str(kind.get("name"))


def everything(_: Item) -> bool:
    return True


@on_shop(points=1)
def has_these_fields_and_no_others(app: App) -> None:
    """The fields, their arguments and the members of the enums are those of the text and no
    others, each of its type."""
    reply = app.graphql(SCHEMA)
    expect.that(not reply.errors, "the schema, without errors", reply.shown, sent=reply.sent)
    found = {one["name"]: one for one in reply.data["query", "fields"]}
    expect.equal(sorted(found.keys() - OTHERS), sorted(FIELDS), "the fields of Queries")
    for name, (kind, arguments) in FIELDS.items():
        expect.equal(written(found[name]["type"]), kind, f"the type of {name}")
        got = {one["name"]: written(one["type"]) for one in found[name]["args"]}
        expect.equal(got, arguments, f"the arguments of {name}")
    for name, members in MEMBERS.items():
        got = sorted(one["name"] for one in reply.data[name, "enumValues"] or [])
        expect.equal(got, members, f"the members of {name}")


@on_shop(points=2)
def finds_things_by_their_ids(app: App) -> None:
    """`product`, `category` and `node` find what has this id; what nothing has is null, without an
    error."""
    item, books = ITEMS[2], category_id(app, "Books")
    query = """query($p: ID!, $c: ID!) {
        product(id: $p) { name } category(id: $c) { name }
        one: node(id: $p) { id ... on Product { name } }
        other: node(id: $c) { id ... on Category { name } } }"""
    reply = app.graphql(query, {"p": as_id("Product", item.key), "c": books})
    wanted = {
        "product": {"name": item.name},
        "category": {"name": "Books"},
        "one": {"id": as_id("Product", item.key), "name": item.name},
        "other": {"id": books, "name": "Books"},
    }
    expect.graphql_data(reply, wanted)
    nobody = UUID(int=1)
    reply = app.graphql(query, {"p": as_id("Product", nobody), "c": as_id("Category", nobody)})
    expect.graphql_data(reply, dict.fromkeys(wanted), look="what get_product raises")


@on_shop(points=2)
def knows_nothing_of_deleted_products(app: App) -> None:
    """A deleted product is reached by no path: for `product` and `node` it is what never was, and
    no list has it."""
    for field in ("product", "node"):
        query = f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}"
        gone = app.graphql(query, {"id": as_id("Product", GONE)})
        never = app.graphql(query, {"id": as_id("Product", UUID(int=1))})
        look = "deleting a product only clears its is_active"
        expect.equal(gone.data[field], None, f"data.{field}", reply=gone, look=look)
        expect.equal(gone.codes, never.codes, "the codes of the errors", reply=gone, look=look)
    for arguments in ("", 'search: "Withdrawn"', 'category: "Books"', "minPrice: 3, maxPrice: 3"):
        got, reply = names(app, arguments)
        expect.that("Withdrawn" not in got, "no product that was deleted", expect.show(got),
                    sent=reply.sent, look="what list_products lists")  # fmt: skip


@on_shop(points=2)
def refuses_ids_of_other_kinds(app: App) -> None:
    """An id of another kind, or none at all, is BAD_USER_INPUT in its field; no SQL runs."""
    product, category = as_id("Product", ITEMS[0].key), category_id(app, "Books")
    user = as_id("User", ITEMS[0].key)
    for field, wrong in (("product", category), ("category", product), ("node", user),
                         ("product", user), ("product", "nonsense"), ("category", "nonsense"),
                         ("node", "nonsense"), ("node", "")):  # fmt: skip
        reply = app.graphql(f"query($id: ID!) {{ {field}(id: $id) {{ id }} }}", {"id": wrong})
        expect.graphql_error(reply, "BAD_USER_INPUT", [field], "parse_global_id and key_of")
        expect.equal(len(reply.statements), 0, "SQL statements", reply=reply)


@on_shop(points=2)
def sorts_products(app: App) -> None:
    """`sortBy` and `sortOrder` take the enums of the text, as literals and as variables; each of
    them has its own default."""
    by_name = sorted((item.name for item in ITEMS), reverse=True)
    oldest = [item.name for item in ITEMS]
    for arguments, expected in (
        ("", oldest[::-1]), ("sortBy: NAME", by_name), ("sortOrder: ASC", oldest)
    ):  # fmt: skip
        got, reply = names(app, arguments)
        expect.equal(got, expected, "the products in their order", reply=reply,
                     look="the default of each argument")  # fmt: skip
    for sort, column in SORTS.items():
        for order in ("ASC", "DESC"):
            wanted = sorted(ITEMS, key=lambda item: getattr(item, column),
                            reverse=order == "DESC")  # fmt: skip
            for arguments, variables, declared in (
                (f"sortBy: {sort}, sortOrder: {order}", None, ""),
                ("sortBy: $by, sortOrder: $in", {"by": sort, "in": order},
                 "($by: ProductSort!, $in: SortOrder!)"),
            ):  # fmt: skip
                got, reply = names(app, arguments, variables, declared)
                expect.equal(got, [item.name for item in wanted], "the products in their order",
                             reply=reply)  # fmt: skip
    for arguments in ("sortBy: STOCK", 'sortBy: "NAME"', "sortOrder: desc", "sortBy: null",
                      "sortOrder: null"):  # fmt: skip
        reply = app.graphql(f"{{ products({arguments}) {{ name }} }}")
        expect.graphql_not_executed(reply, "GRAPHQL_VALIDATION_FAILED",
                                    "the type of the argument")  # fmt: skip


@on_shop(points=2)
def filters_products(app: App) -> None:
    """`category`, `minPrice`, `maxPrice` and `search` mean what they do in the listing."""
    for name in ("Garden", "garden", " Garden ", "Gard%", ""):
        finds(app, lambda item: item.category == name,  # noqa: B023 - used at once
              f'category: "{name}"', "the exact name")  # fmt: skip
    finds(app, lambda item: item.price >= Decimal("9.99"), 'minPrice: "9.99"')
    finds(app, lambda item: item.price >= Decimal("9.99"), "minPrice: 9.99")
    finds(app, lambda item: item.price <= Decimal("9.99"), "maxPrice: 9.99")
    finds(app, lambda item: 7 <= item.price <= 35, "minPrice: 7, maxPrice: 35")
    finds(app, lambda item: item.price <= Decimal("9.989"), "maxPrice: 9.989", "an exact bound")
    finds(app, everything, "maxPrice: 99999999.99")
    finds(app, lambda item: item.name == "Trowel", 'search: "gARden"')
    finds(app, lambda item: item.name == "Poppy seed", 'search: "%"', "a character like others")
    finds(app, lambda item: "_" in item.name, 'search: "_"', "a character like others")
    finds(app, everything, 'search: "  "', "a search for white space is none")
    finds(app, lambda item: "x" * 100 in item.name, f'search: " {"x" * 100} "',
          "what is dropped does not count")  # fmt: skip
    finds(app, lambda item: item.category == "Books" and item.price <= Decimal("0.25"),
          'category: "Books", maxPrice: 0.25, search: "free"', "all filters at once")  # fmt: skip


@on_shop(points=3)
def tells_zero_from_null(app: App) -> None:
    """`maxPrice: 0` lists what is free, however zero is written; a filter that is null is none."""
    for zero in ("0", "0.00", '"0"'):
        finds(app, lambda item: item.price <= 0, f"maxPrice: {zero}",
              "what was given, and what is false")  # fmt: skip
    finds(app, lambda item: item.price <= 0, "maxPrice: $most", "what was given, and what is false",
          {"most": 0}, "($most: Money)")  # fmt: skip
    finds(app, everything, "minPrice: 0")
    finds(app, everything, "category: null, minPrice: null, maxPrice: null, search: null",
          "null is a value that resolvers get")  # fmt: skip
    declared = "($text: String, $price: Money)"
    arguments = "category: $text, search: $text, minPrice: $price, maxPrice: $price"
    for variables in ({"text": None, "price": None}, {}):
        finds(app, everything, arguments, "null is a value that resolvers get", variables, declared)


@on_shop(points=3)
def says_which_arguments_break_a_rule(app: App) -> None:
    """Arguments that break a rule are BAD_USER_INPUT with their names in `extensions.fields`; no
    SQL runs."""
    long = "x" * 101
    for arguments, fields in (
        ("limit: 0", ["limit"]), ("limit: -1", ["limit"]), ("limit: 101", ["limit"]),
        ("minPrice: -1", ["minPrice"]), ("maxPrice: 100000000", ["maxPrice"]),
        ("minPrice: 100000000", ["minPrice"]), ('search: "a\\u0000b"', ["search"]),
        ("minPrice: 2, maxPrice: 1", ["minPrice"]), (f'search: "{long}"', ["search"]),
        ('category: "\\u0000"', ["category"]),
        ("limit: 0, minPrice: -1, maxPrice: -0.01", ["limit", "maxPrice", "minPrice"]),
    ):  # fmt: skip
        reply = app.graphql(f"{{ products({arguments}) {{ name }} }}")
        error = expect.graphql_error(reply, "BAD_USER_INPUT", ["products"],
                                     "what the listing's schema raises")  # fmt: skip
        found = (error.get("extensions") or {}).get("fields")
        got = sorted(found) if isinstance(found, dict) else found
        expect.equal(got, fields, "the names in extensions.fields", reply=reply,
                     look="the names that arguments have in the graph")  # fmt: skip
        told = [isinstance(one, list) and one and isinstance(one[0], str)
                for one in found.values()]  # fmt: skip
        expect.that(all(told), "a list of messages for each of them", reply.shown, sent=reply.sent)
        expect.equal(len(reply.statements), 0, "SQL statements", reply=reply)


@on_shop(points=1)
def answers_the_rest(app: App) -> None:
    """A field that is refused is null, and the other fields are answered."""
    reply = app.graphql(
        '{ products(limit: 101) { name } node(id: "?") { id } none: categories(limit: 0) { name }'
        " categories(limit: 1) { name } }"
    )
    expect.equal(len(listed(reply, "categories")), 1, "how many categories", reply=reply,
                 look="which lists may be null")  # fmt: skip


@on_shop(points=2)
def lists_categories_by_name(app: App) -> None:
    """`categories` come in order of name, at most `limit` of them, which is from 1 to 100."""
    wanted = [{"name": name} for name in ("Books", "Garden", "Gardening", "Kitchen")]
    for arguments, most in (("", 4), ("(limit: 1)", 1), ("(limit: 3)", 3), ("(limit: 100)", 4)):
        reply = app.graphql(f"{{ categories{arguments} {{ name }} }}")
        expect.graphql_data(reply, {"categories": wanted[:most]})
    for size in (0, -1, 101):
        reply = app.graphql(f"{{ categories(limit: {size}) {{ name }} }}")
        expect.graphql_error(reply, "BAD_USER_INPUT", ["categories"], "checked_size")
        expect.equal(len(reply.statements), 0, "SQL statements", reply=reply)


@check(points=2, on=crowd)
def lists_twenty(app: App) -> None:
    """Without `limit` a list has 20; with it, as many as that; `limit` is never null."""
    for field in ("products", "categories"):
        for arguments, many in (("", 20), ("(limit: 1)", 1), ("(limit: 100)", MORE)):
            reply = app.graphql(f"{{ {field}{arguments} {{ id name }} }}")
            expect.equal(len(listed(reply, field)), many, f"how many {field}", reply=reply)
        reply = app.graphql(f"{{ {field}(limit: null) {{ name }} }}")
        expect.graphql_not_executed(reply, "GRAPHQL_VALIDATION_FAILED", "Int! = 20")


@check(points=2, on=crowd)
def leaves_the_work_to_the_database(app: App) -> None:
    """A thing takes one statement, `categories` one, `products` two; no row is read in vain."""
    some = app.graphql("{ products(limit: 1) { id } categories(limit: 1) { id } }")
    product, category = (some.data[field, 0, "id"] for field in ("products", "categories"))
    for query, most, rows in (
        ("{ products(limit: 3) { name price } }", 2, 4),
        ("{ categories(limit: 3) { name } }", 1, 3),
        (f'{{ product(id: "{product}") {{ name }} }}', 1, 1),
        (f'{{ category(id: "{category}") {{ name }} }}', 1, 1),
        (f'{{ node(id: "{product}") {{ id }} }}', 1, 1),
        (f'{{ node(id: "{category}") {{ id }} }}', 1, 1),
    ):
        reply = app.graphql(query)
        expect.that(not reply.errors, "an answer without errors", reply.shown, sent=reply.sent)
        ran = "\n".join(expect.show(one.text) for one in reply.statements[:6])
        expect.that(len(reply.statements) <= most, f"at most {most} statements",
                    f"{len(reply.statements)}:\n{ran}", sent=reply.sent)  # fmt: skip
        fetched = sum(one.rows for one in reply.statements)
        expect.that(fetched <= rows, f"at most {rows} rows, a total counted as one",
                    f"{fetched} rows\n{ran}", sent=reply.sent,
                    look="LIMIT is the database's work")  # fmt: skip


@check(points=1, on=crowd, hidden=True)
def tells_what_is_there_now(app: App) -> None:
    """Nothing is remembered: what was changed since the last question is seen."""
    query = """query($p: ID!, $c: ID!) {
        products(limit: 1) { name } categories(limit: 1) { name }
        product(id: $p) { name } category(id: $c) { name } }"""
    app.graphql("{ products(limit: 1) { name } categories(limit: 1) { name } }")
    (category,) = app.sql("INSERT INTO categories (name) VALUES ('Aaa') RETURNING id")
    (product,) = app.sql(
        "INSERT INTO products (name, price, category_id) VALUES ('Zine', 3, %s) RETURNING id",
        [category["id"]],
    )
    ids = {"p": as_id("Product", product["id"]), "c": as_id("Category", category["id"])}
    try:
        for zine, first in (("Zine", "Aaa"), ("Magazine", "Aab")):
            app.sql("UPDATE products SET name = %s WHERE id = %s", [zine, product["id"]])
            app.sql("UPDATE categories SET name = %s WHERE id = %s", [first, category["id"]])
            wanted = {"products": [{"name": zine}], "categories": [{"name": first}],
                      "product": {"name": zine}, "category": {"name": first}}  # fmt: skip
            reply = app.graphql(query, ids)
            expect.graphql_data(reply, wanted, look="what outlives an operation")
    finally:
        app.sql("DELETE FROM products WHERE id = %s", [product["id"]])
        app.sql("DELETE FROM categories WHERE id = %s", [category["id"]])


def listed(reply: GraphReply, field: str) -> Sequence[Any]:
    found = reply.data[field]
    return found if isinstance(found, list) else []
