"""Pages are compared with a model in Python: a list in its order, and places in it."""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
CROWD = 102
MOST_ALIASES = 15

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


@contextmanager
def crowd(app: App) -> Iterator[None]:
    """CROWD products in all for a while, each with a name of its own, and deleted ones."""
    app.sql(
        "INSERT INTO products (name, price, category_id, is_active)"
        " SELECT 'Tile ' || number, 1, id, number > 5"
        " FROM categories, generate_series(1, %s) AS number",
        [CROWD - len(SHOP) + 5],
    )
    try:
        yield
    finally:
        app.sql("DELETE FROM products WHERE starts_with(name, 'Tile ')")


@dataclass(frozen=True)
class Page:
    """A page as it was answered."""

    names: list[Any]
    cursors: list[str]
    info: Any
    reply: GraphReply

    def cursor(self, number: int) -> str:
        """The cursor of that edge. Raises CheckFailed when the page has no such edge."""
        expect.that(-len(self.cursors) <= number < len(self.cursors), "more products on the page",
                    f"{len(self.cursors)}", sent=self.reply.sent)  # fmt: skip
        return self.cursors[number]


def page(app: App, **variables: Any) -> Page:
    reply = app.graphql(PAGE, variables)
    if reply.errors:
        expect.graphql_data(reply, None)  # says what the errors are
    found = reply.data["productsConnection", "edges"]
    edges = range(len(found) if isinstance(found, list) else 0)
    names = [reply.data["productsConnection", "edges", at, "node", "name"] for at in edges]
    cursors = [reply.data["productsConnection", "edges", at, "cursor"] for at in edges]
    expect.that(all(isinstance(one, str) for one in cursors), "cursors that are texts",
                expect.show(cursors), sent=reply.sent)  # fmt: skip
    return Page(names, cursors, reply.data["productsConnection", "pageInfo"], reply)


def shows(got: Page, names: list[str], look: str = "") -> None:
    """The page has these products, in this order."""
    expect.equal(got.names, names, "the products in their order", reply=got.reply, look=look)


def lies(got: Page, *, next_page: bool, previous_page: bool) -> None:
    """The page says where it lies."""
    wanted = {"hasNextPage": next_page, "hasPreviousPage": previous_page,
              "startCursor": got.cursors[0] if got.cursors else None,
              "endCursor": got.cursors[-1] if got.cursors else None}  # fmt: skip
    expect.equal(got.info, wanted, "pageInfo", reply=got.reply,
                 look="what there is beyond either end")  # fmt: skip


def whole(app: App, *more: str) -> Page:
    """All products of the shop, and these, on one page. What their order is, one check asks."""
    found = page(app, first=100)
    wanted = sorted([*NAMES, *more])
    expect.equal(sorted(map(str, found.names)), wanted, "the products by name", reply=found.reply)
    return found


@check(points=3, on=shop)
def gives_a_page(app: App) -> None:
    """Without arguments the newest 20 come first, ties by id, each at a place of its own."""
    got = page(app)
    shows(got, NAMES, "the newest first; of those made at the same moment the smallest id")
    expect.equal(len(set(got.cursors)), len(NAMES), "different cursors", reply=got.reply)
    with crowd(app):
        got = page(app)
        expect.equal(len(got.names), 20, "products on the page", reply=got.reply)
        got = page(app, after=got.cursor(-1))
        expect.that(len(got.names) <= 20, "at most 20 products on the next page",
                    f"{len(got.names)}", sent=got.reply.sent)  # fmt: skip


@check(points=3, on=shop)
def goes_forward(app: App) -> None:
    """`first` and `after`: page after page, every product comes once."""
    names = whole(app).names
    for size in (1, 3, len(names)):
        cursor: dict[str, Any] = {}
        for start in range(0, len(names), size):
            got = page(app, first=size, **cursor)
            shows(got, names[start : start + size], "what lies beyond the place of a cursor")
            cursor = {"after": got.cursors[-1]}


@check(points=3, on=shop)
def goes_backward(app: App) -> None:
    """`last` and `before`: the same from the other end, and edges keep their order."""
    names = whole(app).names
    for size in (1, 3, len(names)):
        cursor: dict[str, Any] = {}
        for end in range(len(names), 0, -size):
            got = page(app, last=size, **cursor)
            shows(got, names[max(0, end - size) : end],
                  "which end `last` counts from, and how edges are put in order")  # fmt: skip
            cursor = {"before": got.cursors[0]}


@check(points=2, on=shop)
def lies_between_two_cursors(app: App) -> None:
    """`after` and `before` go together, with `first`, with `last` and with neither."""
    all_products = whole(app)
    names, cursors = all_products.names, all_products.cursors
    between = {"after": cursors[0], "before": cursors[5]}
    shows(page(app, **between), names[1:5])
    shows(page(app, first=3, **between), names[1:4])
    shows(page(app, last=3, **between), names[2:5])
    shows(page(app, first=3, before=cursors[5]), names[:3], "which end `first` counts from")
    shows(page(app, last=3, after=cursors[1]), names[4:], "which end `last` counts from")
    with crowd(app):
        cursors = page(app, first=50).cursors
        expect.equal(len(cursors), 50, "how many products are on a page of 50")
        for places in ({"before": cursors[-1]}, {"after": cursors[0], "before": cursors[-1]}):
            shows(page(app, **places), page(app, first=20, **places).names,
                  "with neither it is as with `first: 20`")  # fmt: skip


@check(points=3, on=shop)
def says_where_it_lies(app: App) -> None:
    """`pageInfo` tells whether there is more, and the cursors of both ends; an empty page has
    none."""
    cursors = whole(app).cursors
    lies(page(app), next_page=False, previous_page=False)
    lies(page(app, first=6), next_page=True, previous_page=False)
    lies(page(app, first=3, after=cursors[2]), next_page=True, previous_page=True)
    lies(page(app, first=4, after=cursors[2]), next_page=False, previous_page=True)
    lies(page(app, first=4, after=cursors[0], before=cursors[5]), next_page=False,
         previous_page=True)  # fmt: skip
    lies(page(app, first=3, after=cursors[-1]), next_page=False, previous_page=True)
    lies(page(app, before=cursors[4]), next_page=False, previous_page=False)
    lies(page(app, last=7), next_page=False, previous_page=False)
    lies(page(app, last=6), next_page=False, previous_page=True)
    lies(page(app, last=3, before=cursors[4]), next_page=True, previous_page=True)
    lies(page(app, last=4, before=cursors[4]), next_page=True, previous_page=False)
    lies(page(app, last=4, after=cursors[0], before=cursors[5]), next_page=True,
         previous_page=False)  # fmt: skip
    lies(page(app, last=3, before=cursors[0]), next_page=True, previous_page=False)
    with crowd(app):
        lies(page(app, first=100), next_page=True, previous_page=False)
        lies(page(app, last=100), next_page=False, previous_page=True)


@check(points=2, on=shop)
def keeps_its_place(app: App) -> None:
    """What is stored between two pages makes no product come twice, and none be lost."""
    names = whole(app).names
    before = page(app, first=3)
    add(app, Item("Newest", UUID(int=3 << 120), NOON + timedelta(days=9)))
    try:
        got = page(app, first=9, after=before.cursor(-1))
        shows(got, names[3:], "a place in an order is no number")
        got = page(app, last=9, before=before.cursor(0))
        shows(got, ["Newest"], "a place in an order is no number")
    finally:
        remove(app, "Newest")


@check(points=2, on=shop, hidden=True)
def outlives_its_product(app: App) -> None:
    """A cursor is a place: it leads on after its product was deleted, and its row as well."""
    name = "Here today"
    add(app, Item(name, UUID(int=0x11 << 120), ITEMS[3].created_at))
    try:
        found = whole(app, name)
        at = found.names.index(name)
        cursor, others = found.cursor(at), [one for one in found.names if one != name]
        for statement in (
            "UPDATE products SET is_active = false WHERE name = %s",
            "DELETE FROM products WHERE name = %s",
        ):
            app.sql(statement, [name])
            look = "what a cursor holds"
            shows(page(app, first=2, after=cursor), others[at : at + 2], look)
            shows(page(app, last=2, before=cursor), others[max(0, at - 2) : at], look)
    finally:
        remove(app, name)


@check(points=2, on=shop)
def hides_deleted_products(app: App) -> None:
    """A deleted product is on no page."""
    gone = Item("Gone", UUID(int=2 << 120), ITEMS[2].created_at)
    add(app, gone, active=False)
    try:
        for variables in ({"first": 100}, {"last": 100}):
            got = page(app, **variables)
            expect.that("Gone" not in got.names, "no deleted product", got.reply.shown,
                        sent=got.reply.sent, look="deleting only clears is_active")  # fmt: skip
    finally:
        remove(app, "Gone")


@check(points=2, on=shop)
def refuses_other_sizes(app: App) -> None:
    """`first` and `last` are from 1 to 100, and never both: else BAD_USER_INPUT, and no SQL."""
    sizes = ("first: 0", "first: -1", "first: 101", "last: 0", "last: -1", "last: 101",
             "first: 1, last: 1", "first: 0, last: 3", "first: 3, last: 0")  # fmt: skip
    are_refused(app, sizes, "checked_size, and zero is a size like any other")


@check(points=1, on=shop)
def takes_null_for_not_given(app: App) -> None:
    """An argument that is null is one that was not given."""
    nothing = dict.fromkeys(("first", "after", "last", "before"))
    names = whole(app).names
    shows(page(app, **nothing), names)
    shows(page(app, **{**nothing, "first": 2}), names[:2])
    shows(page(app, **{**nothing, "last": 2}), names[-2:])


@check(points=2, on=shop)
def refuses_other_cursors(app: App) -> None:
    """What is no cursor is BAD_USER_INPUT, and asks no database."""
    texts = ("[1, 2]", "{}", "null", "[[[", '["2026-01-01T00:00:00+00:00"]', '["a", "b"]', "3",
             '["2026-01-01T00:00:00+00:00","1 OR 1=1"]', "arrayconnection:3",
             f'["soon","{ITEMS[0].key}"]', "\xff")  # fmt: skip
    spelled = [urlsafe_b64encode(text.encode("latin-1")).decode() for text in texts]
    product = b64encode(f"Product:{ITEMS[0].key}".encode()).decode()
    wrong = [json.dumps(one) for one in ("", "nonsense", "%%%", "é", "3", product, *spelled)]
    given = page(app, first=1).cursor(0)
    good = json.dumps(given)
    wrong += [json.dumps(one) for one in (f" {given}", f"{given}\n", f"%{given}")]
    arguments = [f"first: 2, after: {one}" for one in wrong]
    arguments += [f"last: 2, before: {one}" for one in wrong[-3:]]
    arguments += [f"after: {good}, before: {wrong[1]}", f"after: {wrong[1]}, before: {good}"]
    are_refused(app, arguments, "what can go wrong in reading a cursor")


def are_refused(app: App, arguments: Sequence[str], look: str) -> None:
    """Each of these connections is refused and null; what is asked beside it is answered."""
    for start in range(0, len(arguments), MOST_ALIASES):
        some = arguments[start : start + MOST_ALIASES]
        fields = "\n".join(
            f"  n{number}: productsConnection({one}) {{ edges {{ cursor }} }}"
            for number, one in enumerate(some)
        )
        reply = app.graphql(f"{{\n{fields}\n  __typename\n}}")
        for number, one in enumerate(some):
            expect.graphql_error(reply, "BAD_USER_INPUT", [f"n{number}"], f"{look}; here: {one}")
        wanted = {f"n{number}": None for number in range(len(some))}
        expect.equal(reply.data.value, {**wanted, "__typename": "Query"}, "data", reply=reply)
        expect.equal(len(reply.statements), 0, "SQL statements", reply=reply, look=look)


@check(points=2, on=shop)
def counts_all_pages(app: App) -> None:
    """`totalCount` counts the products on all pages and no deleted ones, however it is asked
    for, and whatever is on this page."""
    with crowd(app):
        ends = page(app, first=10).cursors
        expect.equal(len(ends), 10, "how many products are on a page of 10")
        start, end = json.dumps(ends[0]), json.dumps(ends[-1])
        for query, name in (
            ("{ productsConnection(first: 1) { totalCount } }", "totalCount"),
            ("{ productsConnection(last: 2) { many: totalCount edges { cursor } } }", "many"),
            (f"{{ productsConnection(after: {end}) {{ edges {{ cursor }} totalCount }} }}",
             "totalCount"),
            (f"{{ productsConnection(before: {end}) {{ edges {{ cursor }} totalCount }} }}",
             "totalCount"),
            (f"{{ productsConnection(before: {start}) {{ edges {{ cursor }} totalCount }} }}",
             "totalCount"),
            ("query { productsConnection(first: 1) { edges { cursor } ...Total } }"
             " fragment Total on ProductConnection { ... { totalCount } }", "totalCount"),
        ):  # fmt: skip
            reply = app.graphql(query)
            if reply.errors:
                expect.graphql_data(reply, None)
            got = reply.data["productsConnection", name]
            expect.equal(got, CROWD, "totalCount", reply=reply,
                         look="a field has a resolver of its own")  # fmt: skip
    app.sql("UPDATE products SET is_active = false")
    try:
        reply = app.graphql("{ productsConnection { totalCount } }")
    finally:
        app.sql("UPDATE products SET is_active = true")
    expect.graphql_data(reply, {"productsConnection": {"totalCount": 0}}, "none is a number, too")


@check(points=3, on=shop)
def asks_the_database_once(app: App) -> None:
    """A page takes one statement, one row more than it shows, and no count; `totalCount` takes one
    statement more."""
    total = "{ productsConnection(first: 3) { totalCount edges { cursor node { name } } } }"
    with crowd(app):
        cursor = page(app, first=10).cursor(-1)
        for variables, size in (({"first": 3}, 3), ({"last": 5}, 5), ({}, 20),
                                ({"first": 4, "after": cursor}, 4),
                                ({"last": 4, "before": cursor}, 4)):  # fmt: skip
            reply = page(app, **variables).reply
            takes(reply, 1, size + 1)
            ran = [one.text for one in reply.statements]
            counted = [text for text in ran if re.search(r"(?i)\bcount\s*\(", text)]
            expect.equal(counted, [], "statements that count", reply=reply,
                         look="nobody has asked for totalCount")  # fmt: skip
        takes(app.graphql(total), 2, 5)


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
