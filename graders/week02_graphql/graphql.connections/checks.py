"""Pages are compared with a model in Python: a list in its order, and places in it."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from workbench.checking import App, GraphReply, check, expect

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
#: name, the first digits of its id, microseconds after noon: three were made at the same moment,
#: and two a microsecond apart.
SHOP = (
    ("Amphora", 0x90, 0),
    ("Bowl", 0x30, 86_400_000_000),
    ("Cup", 0x10, 86_400_000_000),
    ("Dish", 0x20, 86_400_000_000),
    ("Ewer", 0x80, 86_400_000_001),
    ("Flask", 0x85, 86_400_000_002),
    ("Goblet", 0x40, 172_800_000_000),
)
CROWD = 45

PAGE = """query($first: Int, $after: String, $last: Int, $before: String) {
  productsConnection(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


@dataclass(frozen=True)
class Item:
    name: str
    key: UUID
    created_at: datetime


ITEMS = [
    Item(name, UUID(int=digits << 120), NOON + timedelta(microseconds=later))
    for name, digits, later in SHOP
]
ITEMS.sort(key=lambda item: item.key)
ITEMS.sort(key=lambda item: item.created_at, reverse=True)
#: The names in the order of the text: newest first, ties by id.
NAMES = [item.name for item in ITEMS]


def shop(app: App) -> None:
    app.sql("INSERT INTO categories (name) VALUES ('Clay')")
    for item in sorted(ITEMS, key=lambda item: item.name):  # as they lie, they are in no order
        add(app, item)


def add(app: App, item: Item, *, active: bool = True) -> None:
    app.sql(
        "INSERT INTO products (id, name, price, category_id, is_active, created_at)"
        " SELECT %s, %s, 1, id, %s, %s FROM categories",
        [item.key, item.name, active, item.created_at],
    )


def remove(app: App, *names: str) -> None:
    app.sql("DELETE FROM products WHERE name = ANY(%s)", [list(names)])


def crowd(app: App) -> None:
    app.sql("INSERT INTO categories (name) VALUES ('Clay')")
    app.sql(
        "INSERT INTO products (name, price, category_id, is_active)"
        " SELECT 'Tile ' || number, 1, id, number > 5"
        " FROM categories, generate_series(1, %s) AS number",
        [CROWD + 5],
    )


@dataclass(frozen=True)
class Page:
    """A page as it was answered."""

    names: list[Any]
    cursors: list[Any]
    info: Any
    reply: GraphReply


def page(app: App, **variables: Any) -> Page:
    reply = app.graphql(PAGE, variables)
    if reply.errors:
        expect.graphql_data(reply, None)  # says what the errors are
    edges = reply.data["productsConnection", "edges"]
    names = [reply.data["productsConnection", "edges", at, "node", "name"]
             for at in range(len(edges))]  # fmt: skip
    cursors = [edge["cursor"] for edge in edges]
    return Page(names, cursors, reply.data["productsConnection", "pageInfo"], reply)


def is_page(got: Page, names: list[str], *, next_page: bool, previous_page: bool,
            look: str = "") -> None:  # fmt: skip
    """A page has these names, and says where it lies."""
    reply = got.reply
    expect.equal(got.names, names, "the products in their order", reply=reply, look=look)
    wanted = {"hasNextPage": next_page, "hasPreviousPage": previous_page,
              "startCursor": got.cursors[0] if names else None,
              "endCursor": got.cursors[-1] if names else None}  # fmt: skip
    expect.equal(got.info, wanted, "pageInfo", reply=reply, look=look)


def everything(app: App) -> Page:
    """One page with all products of the shop."""
    found = page(app, first=100)
    expect.equal(found.names, NAMES, "the products in their order", reply=found.reply,
                 look="the newest first; of those made at the same moment the smallest id")  # fmt: skip
    return found


@check(points=2, on=shop)
def gives_a_page(app: App) -> None:
    """Without arguments the newest come first, ties by id, each at a place of its own."""
    got = page(app)
    is_page(got, NAMES, next_page=False, previous_page=False,
            look="the newest first; of those made at the same moment the smallest id")  # fmt: skip
    expect.equal(len(set(got.cursors)), len(NAMES), "different cursors", reply=got.reply)


@check(points=3, on=shop)
def goes_forward(app: App) -> None:
    """`first` and `after`: page after page, every product comes once, and the last page says so."""
    for size in (1, 2, 3, len(NAMES), len(NAMES) + 1):
        cursor: dict[str, Any] = {}
        for start in range(0, len(NAMES), size):
            got = page(app, first=size, **cursor)
            is_page(got, NAMES[start : start + size], next_page=start + size < len(NAMES),
                    previous_page=start > 0, look="what lies beyond the place of a cursor")  # fmt: skip
            cursor = {"after": got.info["endCursor"]}


@check(points=3, on=shop)
def goes_backward(app: App) -> None:
    """`last` and `before`: the same from the other end, and edges keep their order."""
    for size in (1, 2, 3, len(NAMES), len(NAMES) + 1):
        cursor: dict[str, Any] = {}
        for end in range(len(NAMES), 0, -size):
            got = page(app, last=size, **cursor)
            start = max(0, end - size)
            is_page(got, NAMES[start:end], next_page=end < len(NAMES), previous_page=start > 0,
                    look="which end `last` counts from, and how edges are put in order")  # fmt: skip
            cursor = {"before": got.info["startCursor"]}


@check(points=2, on=shop)
def lies_between_two_cursors(app: App) -> None:
    """`after` and `before` go together, with `first`, with `last` and with neither."""
    cursors = everything(app).cursors
    between = {"after": cursors[0], "before": cursors[5]}
    is_page(page(app, **between), NAMES[1:5], next_page=False, previous_page=True)
    is_page(page(app, first=4, **between), NAMES[1:5], next_page=False, previous_page=True)
    is_page(page(app, first=2, **between), NAMES[1:3], next_page=True, previous_page=True)
    is_page(page(app, last=4, **between), NAMES[1:5], next_page=True, previous_page=False)
    is_page(page(app, last=3, **between), NAMES[2:5], next_page=True, previous_page=True)
    is_page(page(app, first=3, before=cursors[3]), NAMES[:3], next_page=False, previous_page=False)
    is_page(page(app, last=3, after=cursors[3]), NAMES[4:], next_page=False, previous_page=False)


@check(points=1, on=shop)
def may_be_empty(app: App) -> None:
    """Beyond the last product is an empty page, whose cursors are null."""
    cursors = everything(app).cursors
    is_page(page(app, first=3, after=cursors[-1]), [], next_page=False, previous_page=True)
    is_page(page(app, last=3, before=cursors[0]), [], next_page=True, previous_page=False)


@check(points=2, on=shop)
def keeps_its_place(app: App) -> None:
    """What is stored or deleted between two pages makes none come twice, and none be lost."""
    before = page(app, first=3)
    new = Item("Newest", UUID(int=3 << 120), NOON + timedelta(days=9))
    add(app, new)
    try:
        got = page(app, first=9, after=before.info["endCursor"])
        is_page(got, NAMES[3:], next_page=False, previous_page=True,
                look="a place in an order is no number")  # fmt: skip
        got = page(app, last=9, before=before.info["startCursor"])
        is_page(got, ["Newest"], next_page=True, previous_page=False)
    finally:
        remove(app, "Newest")


@check(points=2, on=shop)
def outlives_its_product(app: App) -> None:
    """A cursor is a place: it leads on after its product was deleted, and its row as well."""
    at = 3
    item = Item("Here today", UUID(int=0x31 << 120), ITEMS[at].created_at)
    wanted = sorted([*ITEMS, item], key=lambda one: one.key)
    wanted.sort(key=lambda one: one.created_at, reverse=True)
    place = wanted.index(item)
    add(app, item)
    try:
        cursor = page(app, first=100).cursors[place]
        for statement in (
            "UPDATE products SET is_active = false WHERE name = 'Here today'",
            "DELETE FROM products WHERE name = 'Here today'",
        ):
            app.sql(statement)
            look = "what a cursor holds"
            is_page(page(app, first=2, after=cursor), NAMES[place : place + 2], next_page=True,
                    previous_page=True, look=look)  # fmt: skip
            is_page(page(app, last=2, before=cursor), NAMES[place - 2 : place], next_page=True,
                    previous_page=True, look=look)  # fmt: skip
    finally:
        remove(app, "Here today")


@check(points=2, on=shop)
def hides_deleted_products(app: App) -> None:
    """A deleted product is on no page, and not counted."""
    gone = Item("Gone", UUID(int=2 << 120), ITEMS[2].created_at)
    add(app, gone, active=False)
    try:
        reply = app.graphql("{ productsConnection { totalCount edges { node { name } } } }")
        wanted = {"totalCount": len(NAMES), "edges": [{"node": {"name": name}} for name in NAMES]}
        expect.graphql_data(reply, {"productsConnection": wanted},
                            "deleting a product only clears its is_active")  # fmt: skip
    finally:
        remove(app, "Gone")


@check(points=2, on=shop)
def refuses_other_sizes(app: App) -> None:
    """`first` and `last` are from 1 to 100, and never both: else BAD_USER_INPUT, and no SQL."""
    for variables in ({"first": 0}, {"first": -1}, {"first": 101}, {"last": 0}, {"last": -1},
                      {"last": 101}, {"first": 1, "last": 1}):  # fmt: skip
        is_refused(app, variables, "checked_size, and zero is a size like any other")


@check(points=1, on=shop)
def takes_null_for_not_given(app: App) -> None:
    """An argument that is null is one that was not given."""
    nothing = dict.fromkeys(("first", "after", "last", "before"))
    is_page(page(app, **nothing), NAMES, next_page=False, previous_page=False)
    two = {**nothing, "first": 2}
    is_page(page(app, **two), NAMES[:2], next_page=True, previous_page=False)
    is_page(page(app, **{**nothing, "last": 2}), NAMES[-2:], next_page=False, previous_page=True)


@check(points=2, on=shop)
def refuses_other_cursors(app: App) -> None:
    """What is no cursor is BAD_USER_INPUT, and asks no database."""
    texts = ("[1, 2]", "{}", "null", "[[[", '["2026-01-01T00:00:00+00:00"]', '["a", "b"]', "3",
             '["2026-01-01T00:00:00+00:00","1 OR 1=1"]', "arrayconnection:3",
             f'["soon","{ITEMS[0].key}"]', "\xff")  # fmt: skip
    spelled = [urlsafe_b64encode(text.encode("latin-1")).decode() for text in texts]
    product = b64encode(f"Product:{ITEMS[0].key}".encode()).decode()
    for cursor in ("", "nonsense", "%%%", "é", "3", product, *spelled):
        is_refused(app, {"first": 2, "after": cursor}, "what can go wrong in reading a cursor")
    is_refused(app, {"last": 2, "before": "nonsense"}, "what can go wrong in reading a cursor")
    is_refused(app, {"first": 2, "after": everything(app).cursors[0], "before": spelled[0]}, "")


def is_refused(app: App, variables: dict[str, Any], look: str) -> None:
    """The connection is refused and null; what is asked beside it is answered."""
    query = PAGE.removesuffix("}") + " __typename }"
    reply = app.graphql(query, variables)
    expect.graphql_error(reply, "BAD_USER_INPUT", ["productsConnection"], look)
    wanted = {"productsConnection": None, "__typename": "Query"}
    expect.equal(reply.data.value, wanted, "data", reply=reply)
    expect.equal(len(reply.statements), 0, "SQL statements", reply=reply, look=look)


@check(points=2, on=crowd)
def gives_twenty(app: App) -> None:
    """Without `first` and `last` a page has the first 20."""
    got = page(app)
    expect.equal(len(got.names), 20, "products on the page", reply=got.reply)
    expect.equal((got.info["hasNextPage"], got.info["hasPreviousPage"]), (True, False),
                 "hasNextPage and hasPreviousPage", reply=got.reply)  # fmt: skip
    rest = page(app, after=got.info["endCursor"])
    expect.equal(len(rest.names), 20, "products on the next page", reply=rest.reply)


@check(points=2, on=crowd)
def counts_all_pages(app: App) -> None:
    """`totalCount` counts the products on all pages, however it is asked for."""
    end = page(app, first=10).info["endCursor"]
    for query, path in (
        ("{ productsConnection(first: 1) { totalCount } }", ("totalCount",)),
        ("{ productsConnection(last: 2) { many: totalCount edges { cursor } } }", ("many",)),
        (f'{{ productsConnection(after: "{end}") {{ edges {{ cursor }} totalCount }} }}',
         ("totalCount",)),
        ("query { productsConnection(first: 1) { edges { cursor } ...Total } }"
         " fragment Total on ProductConnection { ... { totalCount } }", ("totalCount",)),
    ):  # fmt: skip
        reply = app.graphql(query)
        if reply.errors:
            expect.graphql_data(reply, None)
        got = reply.data[("productsConnection", *path)]
        expect.equal(got, CROWD, "totalCount", reply=reply,
                     look="a field has a resolver of its own")  # fmt: skip


@check(points=3, on=crowd)
def asks_the_database_once(app: App) -> None:
    """A page takes one statement, and one row more than it shows; `totalCount` takes one more."""
    cursor = page(app, first=10).info["endCursor"]
    for variables, size in (({"first": 3}, 3), ({"last": 5}, 5), ({"first": 4, "after": cursor}, 4),
                            ({"last": 4, "before": cursor}, 4)):  # fmt: skip
        takes(page(app, **variables).reply, 1, size + 1)
    reply = app.graphql(
        "{ productsConnection(first: 3) { totalCount edges { cursor node { name } } } }"
    )
    takes(reply, 2, 5)
    takes(app.graphql("{ productsConnection { pageInfo { hasNextPage } } }"), 1, 21)


def takes(reply: GraphReply, statements: int, rows: int) -> None:
    """The operation took so many statements and rows at most."""
    if reply.errors:
        expect.graphql_data(reply, None)
    ran = "\n".join(expect.show(one.text) for one in reply.statements[:6])
    expect.that(1 <= len(reply.statements) <= statements, f"at most {statements} statements",
                f"{len(reply.statements)}:\n{ran}", sent=reply.sent,
                look="what is asked for, and what is fetched")  # fmt: skip
    fetched = sum(one.rows for one in reply.statements)
    expect.that(fetched <= rows, f"at most {rows} rows", f"{fetched} rows\n{ran}", sent=reply.sent,
                look="LIMIT is the database's work")  # fmt: skip
