"""Callers of every role, on every way to a field that is not for all of them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from workbench.checking import App, GraphReply, check, expect

LAMPS, LAMP, DESK = UUID(int=1 << 96), UUID(int=2 << 96), UUID(int=3 << 96)

#: Who may not do what an editor may, and what each of them is told.
REFUSED = ((None, "UNAUTHENTICATED"), ("viewer", "FORBIDDEN"))
EDITORS = ("editor", "admin")

STOCK = " fragment P on Product { stockQuantity }"

#: Mutations that the table does not know, one of them without a resolver; and the guarded field
#: without one, whose value then is what the method of the same name returns, beside a field of
#: another type with its name.
FORGOTTEN = (
    ("    update_product = UpdateProduct.Field()\n",
     "    update_product = UpdateProduct.Field()\n"
     "    forgotten = graphene.String()\n"
     "    bare = graphene.String()\n\n"
     "    @staticmethod\n"
     "    def resolve_forgotten(_root, _info):\n"
     '        return "done"\n'),
    ("    authorize(schema)\n",
     '    schema.mutation_type.fields["bare"].resolve = None\n'
     "    authorize(schema)\n"),
)  # fmt: skip
BARE = (
    ('    """What can be read."""\n',
     '    """What can be read."""\n\n'
     "    stock_quantity = graphene.Int()\n\n"
     "    @staticmethod\n"
     "    def resolve_stock_quantity(_root, _info):\n"
     "        return 7\n"),
    ("    authorize(schema)\n",
     "    from backend.catalog import models\n\n"
     "    def stock(product, info):\n"
     "        if info.context.role == 1:\n"
     '            raise RuntimeError("the resolver of a refused field has run")\n'
     "        return product.stock_quantity\n\n"
     "    models.Product.stockQuantity = stock\n"
     '    schema.type_map["Product"].fields["stockQuantity"].resolve = None\n'
     "    authorize(schema)\n"),
)  # fmt: skip


def shop(app: App) -> None:
    """A category and two products."""
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Lamps')", [str(LAMPS)])
    for key, name, stock in ((LAMP, "Lamp", 9), (DESK, "Desk", 0)):
        app.sql(
            "INSERT INTO products (id, name, price, category_id, stock_quantity)"
            " VALUES (%s, %s, 10, %s, %s)",
            [str(key), name, str(LAMPS), stock],
        )


def global_id(kind: str, key: UUID) -> str:
    return b64encode(f"{kind}:{key}".encode()).decode()


def creating(name: str) -> str:
    return (
        f'mutation {{ createProduct(input: {{name: "{name}", price: 1,'
        f' categoryId: "{global_id("Category", LAMPS)}"}})'
        " { product { name } errors { code } } }"
    )


def renaming(name: str) -> str:
    return (
        f'mutation {{ updateProduct(id: "{global_id("Product", DESK)}", input: {{name: "{name}"}})'
        " { product { name } errors { code } } }"
    )


@contextmanager
def tidied(app: App) -> Iterator[None]:
    """What was written meanwhile, though it should not, is no other check's business."""
    try:
        yield
    finally:
        app.sql("DELETE FROM products WHERE id NOT IN (%s, %s)", [str(LAMP), str(DESK)])
        app.sql("UPDATE products SET name = 'Desk' WHERE id = %s", [str(DESK)])


def refused(reply: GraphReply, paths: list[list[Any]], code: str, look: str = "") -> None:
    """The answer has an error of this code at each of these paths, and no others."""
    expect.status(reply, 200, look)
    at = [error.get("path") or [] for error in reply.errors]
    found = [[*map(str, path)] if isinstance(path, list) else [expect.show(path)] for path in at]
    wanted = [[*map(str, path)] for path in paths]
    expect.equal(sorted(found), sorted(wanted), "the paths of the errors", reply=reply, look=look)
    expect.equal(list(reply.codes), [code] * len(paths), "the codes of the errors", reply=reply,
                 look=look)  # fmt: skip
    for error in reply.errors:
        message = error.get("message")
        expect.that(isinstance(message, str) and bool(message.strip()), "message: a sentence",
                    reply.shown, sent=reply.sent)  # fmt: skip


@check(points=1, on=shop)
def other_fields_are_public(app: App) -> None:
    """Whoever asks for other fields needs no token."""
    query = "{ products(sortBy: NAME, sortOrder: ASC) { name stockStatus category { name } } }"
    lamps = {"name": "Lamps"}
    desk = {"name": "Desk", "stockStatus": "SOLD_OUT", "category": lamps}
    lamp = {"name": "Lamp", "stockStatus": "IN_STOCK", "category": lamps}
    wanted = {"products": [desk, lamp]}
    for role in (None, "viewer", "admin"):
        expect.graphql_data(app.graphql(query, role=role), wanted, "what is not in the table")


@check(points=2, on=shop)
def nobody_is_unauthenticated(app: App) -> None:
    """A mutation of a caller without a token is null, with an error whose code is
    UNAUTHENTICATED."""
    mutations_are_refused(app, None, "UNAUTHENTICATED", "a token would help")


@check(points=2, on=shop)
def a_weak_role_is_forbidden(app: App) -> None:
    """A mutation of a caller whose role is too low is null, with an error whose code is
    FORBIDDEN."""
    mutations_are_refused(app, "viewer", "FORBIDDEN", "the caller is known, and may not")


def mutations_are_refused(app: App, role: str | None, code: str, look: str) -> None:
    for mutation, field in ((creating("New"), "createProduct"), (renaming("Old"), "updateProduct")):
        with tidied(app):
            reply = app.graphql(mutation, role=role)
        expect.equal(reply.data.value, {field: None}, "data", reply=reply)
        refused(reply, [[field]], code, look)


@check(points=2, on=shop)
def editors_may(app: App) -> None:
    """An editor may create and change products and see the stock."""
    allowed(app, "editor")


@check(points=1, after=editors_may, on=shop)
def and_so_may_admins(app: App) -> None:
    """A higher role may do it, too."""
    allowed(app, "admin")


def allowed(app: App, role: str) -> None:
    look = "whose role is high enough, and what the resolver is given"
    with tidied(app):
        for mutation, field, name in ((creating("Stool"), "createProduct", "Stool"),
                                      (renaming("Table"), "updateProduct", "Table")):  # fmt: skip
            wanted = {field: {"product": {"name": name}, "errors": []}}
            expect.graphql_data(app.graphql(mutation, role=role), wanted, look)
    query = "query ($id: ID!) { product(id: $id) { stockQuantity } }"
    reply = app.graphql(query, {"id": global_id("Product", LAMP)}, role=role)
    expect.graphql_data(reply, {"product": {"stockQuantity": 9}}, look)


@check(points=2, on=shop)
def refuses_before_anything_happens(app: App) -> None:
    """Nothing has happened when a mutation is refused: no statement has run."""
    with tidied(app):
        for role, _ in REFUSED:
            for mutation in (creating("Uninvited"), renaming("Uninvited")):
                reply = app.graphql(mutation, role=role)
                expect.equal([one.text for one in reply.statements], [], "SQL that ran",
                             reply=reply,
                             look="when the question is asked, before or after")  # fmt: skip
        rows = app.sql("SELECT name FROM products WHERE name = 'Uninvited'")
        expect.equal(len(rows), 0, "products that nobody was allowed to write")


@check(points=3, on=shop)
def one_field_is_refused_and_the_rest_stays(app: App) -> None:
    """Where the stock is not for the caller it is null, with an error at its place, and the other
    fields are answered."""
    query = "{ products(sortBy: NAME, sortOrder: ASC) { name stockQuantity stockStatus } }"
    desk = {"name": "Desk", "stockQuantity": None, "stockStatus": "SOLD_OUT"}
    lamp = {"name": "Lamp", "stockQuantity": None, "stockStatus": "IN_STOCK"}
    wanted = {"products": [desk, lamp]}
    for role, code in REFUSED:
        reply = app.graphql(query, role=role)
        expect.equal(reply.data.value, wanted, "data", reply=reply,
                     look="how much of an answer a guard takes away")  # fmt: skip
        paths = [["products", at, "stockQuantity"] for at in (0, 1)]
        refused(reply, paths, code, "an error for each place that is null")


@check(points=3, after=one_field_is_refused_and_the_rest_stays, on=shop)
def every_way_to_it_is_guarded(app: App) -> None:
    """On every way to a product the stock is guarded: lists, connections, categories, nodes,
    fragments, aliases, subscriptions."""
    lamp, lamps = global_id("Product", LAMP), global_id("Category", LAMPS)
    ways: tuple[tuple[str, list[Any]], ...] = (
        (f'{{ a: product(id: "{lamp}") {{ stockQuantity }} }}', ["a"]),
        (f'{{ a: product(id: "{lamp}") {{ s: stockStatus stockQuantity }} }}', ["a"]),
        (f'{{ a: node(id: "{lamp}") {{ ... on Product {{ stockQuantity }} }} }}', ["a"]),
        (f'{{ a: node(id: "{lamp}") {{ ...P }} }}' + STOCK, ["a"]),
        ('{ a: products(search: "Lamp") { stockQuantity } }', ["a", 0]),
        ("{ a: productsConnection(first: 1) { edges { node { stockQuantity } } } }",
         ["a", "edges", 0, "node"]),
        (f'{{ a: category(id: "{lamps}") {{ products(first: 1) {{ stockQuantity }} }} }}',
         ["a", "products", 0]),
        (f'{{ a: node(id: "{lamps}") {{ ... on Category {{ products(first: 1) {{ ...P }} }} }} }}'
         + STOCK, ["a", "products", 0]),
        ("{ a: categories { products(first: 1) { category { products(first: 1) { ...P } } } } }"
         + STOCK,
         ["a", 0, "products", 0, "category", "products", 0]),
    )  # fmt: skip
    for query, path in ways:
        reply = app.graphql(query, role=None)
        expect.equal(reply.data[(*path, "stockQuantity")], None, "the stock", reply=reply,
                     look="which way leads around the guard")  # fmt: skip
        refused(reply, [[*path, "stockQuantity"]], "UNAUTHENTICATED")
    reply = app.graphql('{ a: products(search: "Lamp") { stockStatus: stockQuantity } }', role=None)
    expect.equal(reply.data["a", 0, "stockStatus"], None, "the stock under another name",
                 reply=reply)  # fmt: skip
    with tidied(app):
        reply = app.graphql(creating("Sly").replace("createProduct", "x: createProduct"), role=None)
    refused(reply, [["x"]], "UNAUTHENTICATED", "a mutation under another name")
    with app.subscribe("subscription ($id: ID!) { stockChanged(id: $id) { name stockQuantity } }",
                       {"id": lamp}, role="viewer") as stream:  # fmt: skip
        event = stream.next()
        data = event.json.get("data") if isinstance(event.json, dict) else None
        expect.equal(data, {"stockChanged": {"name": "Lamp", "stockQuantity": None}},
                     "the first event of a subscription")  # fmt: skip


@check(points=2, after=one_field_is_refused_and_the_rest_stays, on=shop)
def whoever_is_not_known_is_nobody(app: App) -> None:
    """An unknown token, another scheme or another place than the header make nobody of a caller:
    public fields are answered, and the others are UNAUTHENTICATED."""
    token = "editor-token-of-the-workbench"
    digest = hashlib.sha256(token.encode()).hexdigest()
    query = '{ products(search: "Lamp") { name stockQuantity } }'
    for header in ("Bearer unknown", f"Bearer {digest}", f"Bearer {token.upper()}",
                   f"Bearer {token} more", f"Bearer more {token}", f"Basic {token}",
                   f"Token {token}", token, "Bearer", "nonsense", "", f"Bearer{token}",
                   f"BearerX {token}", f"Bearer Bearer {token}", f'Bearer "{token}"',
                   f"Bearer {token},", f"Bearer {token},more", "Bearer é".encode(),
                   f"Basic {b64encode(f'editor:{token}'.encode()).decode()}"):  # fmt: skip
        reply = app.graphql(query, headers={"Authorization": header}, role=None)
        expect.equal(reply.data.value, {"products": [{"name": "Lamp", "stockQuantity": None}]},
                     "data", reply=reply, look="anybody may ask")  # fmt: skip
        refused(reply, [["products", 0, "stockQuantity"]], "UNAUTHENTICATED",
                f"who sends the header Authorization: {header}")  # fmt: skip
    reply = app.graphql(query, role=None, params={"access_token": token, "token": token})
    refused(reply, [["products", 0, "stockQuantity"]], "UNAUTHENTICATED", "a token in the address")
    elsewhere = {"X-API-Key": token, "X-Access-Token": token, "Cookie": f"token={token}",
                 "Proxy-Authorization": f"Bearer {token}"}  # fmt: skip
    reply = app.graphql(query, headers=elsewhere, role=None)
    refused(
        reply, [["products", 0, "stockQuantity"]], "UNAUTHENTICATED", "a token in other headers"
    )
    for scheme in ("Bearer", "bearer", "BEARER"):
        reply = app.graphql(query, headers={"Authorization": f"{scheme} {token}"}, role=None)
        expect.graphql_data(reply, {"products": [{"name": "Lamp", "stockQuantity": 9}]},
                            "names of schemes have no case")  # fmt: skip


@check(points=2, on=shop)
def a_mutation_that_nobody_thought_of_is_closed(app: App) -> None:
    """A mutation that the table does not name is for admins."""
    mutation = "mutation { forgotten bare }"
    look = "what a mutation takes that is not among FIELDS"
    with app.altered("backend/graphql/schema.py", FORGOTTEN) as later:
        for role, code in (*REFUSED, ("editor", "FORBIDDEN")):
            reply = later.graphql(mutation, role=role)
            expect.equal(reply.data["forgotten"], None, "data.forgotten", reply=reply, look=look)
            refused(reply, [["forgotten"], ["bare"]], code, look)
        expect.graphql_data(later.graphql(mutation), {"forgotten": "done", "bare": None}, look)


@check(points=1, after=one_field_is_refused_and_the_rest_stays, on=shop, hidden=True)
def a_field_without_a_resolver_is_guarded(app: App) -> None:
    """A field of the table that has no resolver of its own is guarded, and still answered; a field
    of another type that has the same name is public."""
    query = '{ products(search: "Lamp") { stockQuantity } }'
    look = "what graphql-core does where `resolve` is None"
    with app.altered("backend/graphql/schema.py", BARE) as bare:
        reply = bare.graphql(query, role="viewer")
        refused(reply, [["products", 0, "stockQuantity"]], "FORBIDDEN", look)
        reply = bare.graphql(query, role="editor")
        expect.graphql_data(reply, {"products": [{"stockQuantity": 9}]}, look)
        reply = bare.graphql("{ stockQuantity }", role=None)
        expect.graphql_data(reply, {"stockQuantity": 7}, "which type the table names")
