"""The types are asked about over /graphql; what goes in is seen in what is found or stored."""

from __future__ import annotations

import functools
from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from workbench.checking import App, GraphReply, check, expect

#: name, price, stock, category; each is newer and dearer than the one before.
SHOP = (
    ("Dime", "0.10", 0, "Cellar"),
    ("Ribbon", "0.29", 1, "Attic"),
    ("Brush", "7.00", 5, "Kitchen"),
    ("Kettle", "9.50", 6, "Kitchen"),
    ("Pan", "9.99", 2147483647, "Kitchen"),
    ("Palace", "99999999.99", 3, "Kitchen"),
)
LEVELS = ("SOLD_OUT", "LOW", "LOW", "IN_STOCK", "IN_STOCK", "LOW")

FIELDS = {
    "Product": {
        "id": "ID!", "name": "String!", "description": "String!", "price": "Money!",
        "category": "Category", "stockStatus": "StockStatus!", "stockQuantity": "Int",
        "attributes": "JSON!", "createdAt": "DateTime!", "updatedAt": "DateTime!",
        "version": "String!",
    },
    "Category": {
        "id": "ID!", "name": "String!", "description": "String!", "createdAt": "DateTime!",
        "products": "[Product!]",
    },
    "Node": {"id": "ID!"},
}  # fmt: skip
STOCK = ["IN_STOCK", "LOW", "SOLD_OUT"]

PRODUCT = "query($id: ID!) { product(id: $id) { id name } }"
PRICED = "query($low: Money, $high: Money) { products(minPrice: $low, maxPrice: $high) { name } }"
CREATE = (
    "mutation($input: CreateProductInput!) {"
    " createProduct(input: $input) { errors { field messages } } }"
)


def key(number: int) -> str:
    """The key of the product of that number."""
    return str(UUID(int=(number + 1) << 96 | 0xABCDEF))


def as_id(kind: str, row: object) -> str:
    return b64encode(f"{kind}:{row}".encode()).decode()


def shop(app: App) -> None:
    app.sql(
        """
        INSERT INTO categories (name, description, created_at)
        SELECT name, told, timestamptz '2025-12-01 00:00+00'
        FROM (VALUES ('Kitchen', 'Pots and pans'), ('Attic', ''), ('Cellar', '')) AS r (name, told)
        """
    )
    for number, (name, price, stock, category) in enumerate(SHOP):
        app.sql(
            """
            INSERT INTO products (id, name, description, price, stock_quantity, attributes,
                                  category_id, created_at, updated_at)
            SELECT %s, %s, 'Well made', %s, %s, '{"ml": [80, null], "new": true}', id,
                   timestamptz '2026-01-01 00:00+00' + %s * interval '1 minute',
                   timestamptz '2026-02-01 00:00+00'
            FROM categories WHERE name = %s
            """,
            [key(number), name, price, stock, number, category],
        )
    app.sql(  # one in each category that is deleted: nothing shows it
        """
        INSERT INTO products (name, price, category_id, is_active, created_at)
        SELECT 'Relic', 9.50, id, false, '2026-03-01 00:00+00' FROM categories
        """
    )


# The schema may be asked for in the systems of these checks.
on_shop = functools.partial(check, on=shop, settings={"GRAPHQL_INTROSPECTION": "1"})


def category_key(app: App) -> str:
    return str(app.sql("SELECT id FROM categories WHERE name = 'Kitchen'")[0]["id"])


def newest(category: str) -> list[str]:
    return [name for name, _, _, its in reversed(SHOP) if its == category]


def written(kind: Any) -> str:
    """A type of the schema as it is written: [Product!]."""
    kind = kind if isinstance(kind, dict) else {}
    if kind.get("kind") == "NON_NULL":
        return f"{written(kind.get('ofType'))}!"
    if kind.get("kind") == "LIST":
        return f"[{written(kind.get('ofType'))}]"
    return str(kind.get("name"))


def described(app: App, name: str) -> GraphReply:
    reply = app.graphql(
        """query($name: String!) { __type(name: $name) {
            fields { name args { name defaultValue type { ...T } } type { ...T } }
            interfaces { name } } }
        fragment T on __Type { kind name ofType { kind name ofType { kind name
            ofType { kind name } } } }""",
        {"name": name},
    )
    expect.that(not reply.errors, "the schema, without errors", reply.shown, sent=reply.sent)
    return reply


def fields(app: App, name: str) -> Iterator[tuple[str, Any]]:
    data = described(app, name).data
    found = data.objects("__type", "fields") if data["__type", "fields"] else []
    return ((one.get("name"), one) for one in found)


def names(reply: GraphReply) -> list[Any]:
    return [one.get("name") for one in reply.data.objects("products")]


def refused(app: App, id: str, look: str) -> None:  # noqa: A002
    """`product` of this id is the client's mistake, and the database is not asked."""
    reply = app.graphql(PRODUCT, {"id": id})
    expect.graphql_error(reply, "BAD_USER_INPUT", ["product"], look)
    expect.equal(len(reply.statements), 0, "SQL statements", reply=reply, look=look)


def not_taken(reply: GraphReply, look: str) -> None:
    """The value was refused before anything was executed, as an error in the document or in the
    variables: which of the two a scalar says is its own affair."""
    codes = set(reply.codes)
    known = {"GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"}
    expect.that(not reply.has_data and bool(codes) and codes <= known,
                f"no data, and only errors whose code is {' or '.join(sorted(known))}",
                reply.shown, sent=reply.sent, look=look)  # fmt: skip


@on_shop(points=3)
def has_these_fields_and_no_others(app: App) -> None:
    """`Product`, `Category` and `Node` have the fields of the text and no others, each of its type,
    with `!` where it is never null; `StockStatus` has three members."""
    for name, wanted in FIELDS.items():
        found = dict(fields(app, name))
        expect.equal(sorted(found), sorted(wanted), f"the fields of {name}",
                     look="the list of fields in the text")  # fmt: skip
        for field, kind in wanted.items():
            expect.equal(written(found[field]["type"]), kind, f"the type of {name}.{field}")
    arguments = dict(fields(app, "Category"))["products"]["args"]
    got = {one["name"]: (written(one["type"]), one["defaultValue"]) for one in arguments}
    expect.equal(got, {"first": ("Int!", "20")}, "the arguments of Category.products")
    reply = app.graphql('{ __type(name: "StockStatus") { enumValues { name } } }')
    members = reply.data["__type", "enumValues"]
    expect.equal(sorted(one["name"] for one in members or []), STOCK, "the members of StockStatus",
                 reply=reply)  # fmt: skip


def same_moment(shown: Any, wanted: str) -> bool:
    try:
        got = datetime.fromisoformat(shown)
    except (TypeError, ValueError):
        return False
    return "T" in shown and got.tzinfo is not None and got == datetime.fromisoformat(wanted)


@on_shop(points=2)
def shows_what_is_stored(app: App) -> None:
    """The fields hold what the database does: a price as a string with two decimal places, moments
    as ISO 8601 with an offset."""
    reply = app.graphql("{ products(sortBy: PRICE, sortOrder: ASC) { price } }")
    wanted = {"products": [{"price": price} for _, price, *_ in SHOP]}
    expect.graphql_data(reply, wanted, look="what JSON makes of a number")
    reply = app.graphql(
        """query($id: ID!) { product(id: $id) {
            name description stockQuantity attributes category { name description createdAt }
            createdAt updatedAt } }""",
        {"id": as_id("Product", key(3))},
    )
    shown = reply.data["product"] or {}
    category = shown.get("category") or {}
    for its, name, moment in (
        (shown, "createdAt", "2026-01-01T00:03Z"), (shown, "updatedAt", "2026-02-01T00:00Z"),
        (category, "createdAt", "2025-12-01T00:00Z"),
    ):  # fmt: skip
        expect.that(same_moment(its.pop(name, None), moment),
                    f"{name}: {moment}, as ISO 8601 with an offset", reply.shown,
                    sent=reply.sent)  # fmt: skip
    kettle = {
        "name": "Kettle",
        "description": "Well made",
        "stockQuantity": 6,
        "attributes": {"ml": [80, None], "new": True},
        "category": {"name": "Kitchen", "description": "Pots and pans"},
    }
    expect.equal(shown, kettle, "the product", reply=reply)


@on_shop(points=2)
def tells_the_stock_and_the_version(app: App) -> None:
    """`stockStatus` is SOLD_OUT at 0, LOW up to 5, IN_STOCK above; `version` changes when a product
    does."""
    reply = app.graphql("{ products(sortBy: PRICE, sortOrder: ASC) { stockStatus } }")
    expect.graphql_data(reply, {"products": [{"stockStatus": level} for level in LEVELS]},
                        look="the bounds of version 2 of the API")  # fmt: skip
    query, given = "query($id: ID!) { product(id: $id) { version } }", as_id("Product", key(0))
    before, again = app.graphql(query, {"id": given}), app.graphql(query, {"id": given})
    text = before.data["product", "version"]
    expect.that(isinstance(text, str) and text != "", "a version", before.shown, sent=before.sent)
    expect.equal(again.data["product", "version"], text, "the version", reply=again,
                 look="a product that is as it was")  # fmt: skip
    app.sql("UPDATE products SET attributes = '{\"old\": true}' WHERE id = %s", [key(0)])
    after = app.graphql(query, {"id": given}).data["product", "version"]
    expect.that(after != text, "another version after a change", expect.show(after),
                sent=before.sent)  # fmt: skip


@on_shop(points=3)
def finds_things_by_their_ids(app: App) -> None:
    """The `id` that a thing shows is the one of the text and finds it again, through `node` too,
    which tells a `Product` from a `Category`."""
    kitchen = as_id("Category", category_key(app))
    wanted = {
        "products": [{"id": as_id("Product", key(number))} for number in range(len(SHOP))],
        "category": {"id": kitchen},
    }
    reply = app.graphql(
        "query($c: ID!) { products(sortBy: PRICE, sortOrder: ASC) { id } category(id: $c) { id } }",
        {"c": kitchen},
    )
    expect.graphql_data(reply, wanted, look="standard base64 of the type's name, a colon, the key")
    found = app.graphql(
        "query($p: ID!, $c: ID!) { product(id: $p) { name } category(id: $c) { name } }",
        {"p": as_id("Product", key(2)), "c": kitchen},
    )
    expect.graphql_data(found, {"product": {"name": "Brush"}, "category": {"name": "Kitchen"}})
    query = """query($id: ID!) { node(id: $id) {
        __typename id ... on Product { name } ... on Category { description } } }"""
    for kind, given, more in (
        ("Product", as_id("Product", key(3)), {"name": "Kettle"}),
        ("Category", kitchen, {"description": "Pots and pans"}),
    ):
        reply = app.graphql(query, {"id": given})
        expect.graphql_data(reply, {"node": {"__typename": kind, "id": given, **more}},
                            look="the interface of both, and what it resolves to")  # fmt: skip


@on_shop(points=2)
def refuses_what_is_no_id(app: App) -> None:
    """What is no id of this API, or one of another kind, is BAD_USER_INPUT in its own field, and
    asks no database."""
    for text in ("", "nonsense", "é", key(3), "UHJvZHVjdA==", as_id("Product", 7),
                 b64encode(b"\xff\xfe").decode(), as_id("Product", "x" * 36)):  # fmt: skip
        refused(app, text, "which errors base64, decode and UUID raise, and who catches them")
    for text in (as_id("Category", category_key(app)), as_id("Category", key(3)),
                 as_id("product", key(3))):  # fmt: skip
        refused(app, text, "key_of knows the kind that is wanted, capitals included")


@on_shop(points=1, hidden=True)
def refuses_other_spellings(app: App) -> None:
    """Each thing has one id: other spellings of it are no ids."""
    known = as_id("Product", key(3))
    spelled = (
        known.rstrip("="), f" {known}", f"{known}\n", known[:-2] + chr(ord(known[-2]) + 1) + "=",
        as_id("Product", key(3).upper()), as_id("Product", key(3).replace("-", "")),
        as_id("Product", f"{{{key(3)}}}"), as_id("Product", f"urn:uuid:{key(3)}"),
    )  # fmt: skip
    for text in spelled:
        refused(app, text, "UUID and base64 take more than they make")


@on_shop(points=3)
def takes_amounts_exactly(app: App) -> None:
    """An amount can be a string or a number, in a variable and in the document, and is taken
    exactly."""
    for amount, name in (("0.10", "Dime"), (0.1, "Dime"), ("0.29", "Ribbon"), (0.29, "Ribbon"),
                         (7, "Brush"), (7.0, "Brush"), ("9.5", "Kettle")):  # fmt: skip
        reply = app.graphql(PRICED, {"low": amount, "high": amount})
        expect.that(not reply.errors, f"the amount {amount!r} is taken", reply.shown,
                    sent=reply.sent)  # fmt: skip
        expect.equal(names(reply), [name], "what costs exactly that", reply=reply,
                     look="what Decimal makes of a float, and of a string")  # fmt: skip
    for amount, name in (('"0.10"', "Dime"), ("0.1", "Dime"), ("0.29", "Ribbon"), ("7", "Brush"),
                         ("9.50", "Kettle"), ('"9.5"', "Kettle")):  # fmt: skip
        reply = app.graphql(f"{{ products(minPrice: {amount}, maxPrice: {amount}) {{ name }} }}")
        expect.that(not reply.errors, f"the literal {amount} is taken", reply.shown,
                    sent=reply.sent)  # fmt: skip
        expect.equal(names(reply), [name], "what costs exactly that", reply=reply)
    many = "9.98" + "9" * 36  # as a float, or with the 28 digits of arithmetic, it would be 9.99
    reply = app.graphql(f"{{ products(minPrice: 8, maxPrice: {many}) {{ name }} }}")
    expect.graphql_data(reply, {"products": [{"name": "Kettle"}]}, look="the digits of the literal")
    reply = app.graphql(PRICED, {"low": 8, "high": many})
    expect.graphql_data(reply, {"products": [{"name": "Kettle"}]}, look="the digits of the string")
    reply = app.graphql(PRICED, {"low": 0.0000001, "high": 0})  # refused: low is above high
    expect.graphql_error(reply, "BAD_USER_INPUT", ["products"],
                         "0.0000001 is a number above 0; how does str write it?")  # fmt: skip
    for literal in ("-1", '"-1.50"'):  # an amount, which the listing's rules refuse
        reply = app.graphql(f"{{ products(minPrice: {literal}) {{ name }} }}")
        expect.graphql_error(reply, "BAD_USER_INPUT", ["products"],
                             "an amount may be negative; the listing refuses it")  # fmt: skip


@on_shop(points=2)
def refuses_what_is_no_amount(app: App) -> None:
    """What is no amount is refused before anything is executed, in variables and literals."""
    for value in ("NaN", "sNaN", "Infinity", "-Infinity", "", " 1", "1 ", "1\n", "1_0", "abc",
                  "1,5", True, [1], {"a": 1}):  # fmt: skip
        reply = app.graphql(PRICED, {"low": value})
        not_taken(reply, "what Decimal takes, and what an amount of money is")
    for literal in ('"NaN"', '"Infinity"', '""', '" 1"', '"1_0"', "true", "NaN", "[1]", "{a: 1}"):
        reply = app.graphql(f"{{ products(maxPrice: {literal}) {{ name }} }}")
        not_taken(reply, "which kinds of nodes are amounts")


def created(app: App, reply: GraphReply) -> Any:
    """The attributes of the product that was just created, as they are stored."""
    expect.that(not reply.errors, "an answer without errors", reply.shown, sent=reply.sent)
    expect.equal(reply.data["createProduct", "errors"], [], "the errors", reply=reply)
    stored = app.sql("DELETE FROM products WHERE name = 'Jug' RETURNING attributes")
    return stored[0]["attributes"]


@on_shop(points=3)
def takes_any_json(app: App) -> None:
    """`attributes` can be sent in a variable, or written into the document with variables in it:
    objects, lists, numbers, null; a number that no JSON can hold is refused."""
    kitchen = as_id("Category", category_key(app))
    attributes = {"ml": [80, None, 1.5], "lid": {"is": True}, "text": "a'b"}
    given = {"name": "Jug", "price": "1", "attributes": attributes, "categoryId": kitchen}
    reply = app.graphql(CREATE, {"input": given})
    expect.equal(created(app, reply), attributes, "the attributes that are stored", reply=reply)
    reply = app.graphql(
        """mutation($category: ID!, $ml: Int) { createProduct(input: {
            name: "Jug", price: "1", categoryId: $category,
            attributes: {ml: [$ml, null, -2, 1.5], lid: {is: true, of: "clay", more: $ml},
                         none: null, number: 9007199254740993}
        }) { errors { field messages } } }""",
        {"category": kitchen, "ml": 80},
    )
    wanted = {"ml": [80, None, -2, 1.5], "lid": {"is": True, "of": "clay", "more": 80},
              "none": None, "number": 9007199254740993}  # fmt: skip
    expect.equal(created(app, reply), wanted, "the attributes that are stored", reply=reply,
                 look="parse_literal is called with variables, and without any")  # fmt: skip
    for literal in ("{a: 1e999}", "{a: [{b: -1e999}]}"):
        reply = app.graphql(
            'mutation($category: ID!) { createProduct(input: {name: "Jug", price: 1,'
            f" categoryId: $category, attributes: {literal}}}) {{ errors {{ field }} }} }}",
            {"category": kitchen},
        )
        not_taken(reply, "what float makes of very large numbers")


@on_shop(points=2)
def bounds_the_list_in_a_category(app: App) -> None:
    """`first` is from 1 to 100: else BAD_USER_INPUT, `products` is null, the rest is answered."""
    given = {"id": as_id("Category", category_key(app))}
    of_kitchen = "query($id: ID!) {{ category(id: $id) {{ name products(first: {}) {{ name }} }} }}"
    for size in (1, 2, 100):
        reply = app.graphql(of_kitchen.format(size), given)
        wanted = [{"name": name} for name in newest("Kitchen")][:size]
        expect.graphql_data(reply, {"category": {"name": "Kitchen", "products": wanted}},
                            look="the newest that are for sale")  # fmt: skip
    for size in (0, -1, 101):
        reply = app.graphql(of_kitchen.format(size), given)
        expect.graphql_error(reply, "BAD_USER_INPUT", ["category", "products"], "checked_size")
        expect.equal(reply.data["category"], {"name": "Kitchen", "products": None},
                     "the category", reply=reply)  # fmt: skip


@on_shop(points=2)
def asks_the_loaders(app: App) -> None:
    """`products` and `category` ask the loaders: a list on each level is one statement."""
    reply = app.graphql("{ categories { products { name category { name } } } }")
    wanted = [
        {"products": [{"name": name, "category": {"name": category}} for name in newest(category)]}
        for category in ("Attic", "Cellar", "Kitchen")
    ]
    expect.graphql_data(reply, {"categories": wanted})
    few_statements(reply)
    few_statements(app.graphql("{ products { name category { name } } }"))


def few_statements(reply: GraphReply) -> None:
    ran = "\n".join(expect.show(one.text) for one in reply.statements[:6])
    expect.that(len(reply.statements) <= 3, "at most 3 statements",
                f"{len(reply.statements)}:\n{ran}", sent=reply.sent,
                look="info.context.loaders, and relationships of the models")  # fmt: skip
