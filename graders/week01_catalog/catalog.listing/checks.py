"""The listing is compared with a model in Python over a shop made to tell right from wrong.

The model asks the database nothing: an answer owns its tables, and could make them lie.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from workbench.checking import App, Reply, check, expect

PRODUCTS = "/api/v1/products"

#: name, description, price, category. Ids run against the order of this list. No two names share
#: their first letter, so that every collation sorts them alike.
SHOP = (
    ("Chair for the garden", "Folds flat", "49.90", "Garden"),
    ("garden table", "Seats six", "149.00", "Garden"),
    ("Trowel", "For the GARDEN bed", "9.99", "Gardening"),
    ("Poppy seed", "100% organic", "2.50", "Gardening"),
    ("Almanac", "Free of charge", "0.00", "Books"),
    ("Sticker", "Also free, nearly", "0.50", "Books"),
    ("Ex\\libris", "A back\\slash in the name", "12.50", "Books"),
    ("mug, snake_case", "It's a joke", "12.00", "Kitchen"),
    ("Lunch box", "Of snakeskin, 1/2 price!", "35.00", "Kitchen"),
    ("Hammock", "Free delivery, our #1", "199.00", "Garden"),
    ("Bowl, small", "", "7.00", "Kitchen"),
    ("Ravioli bowl", "", "8.00", "Kitchen"),
)

BOXES = 300

COLUMNS = ("name", "price", "created_at", "updated_at")

MOST_STATEMENTS = 3


@dataclass(frozen=True)
class Item:
    """One product of the shop, as the model sees it; moments are minutes of one day."""

    id: str
    name: str
    description: str
    price: Decimal
    category: str
    created_at: int
    updated_at: int

    def mentions(self, text: str) -> bool:
        return text.lower() in self.name.lower() or text.lower() in self.description.lower()


def changed(number: int) -> int:
    """When the product of that number was changed: in another order than they were made."""
    return 60 + number * 7 % len(SHOP)


#: Each row of SHOP, in ascending order of id.
ITEMS = tuple(
    Item(
        str(UUID(int=(99 - number) << 96)),
        name,
        description,
        Decimal(price),
        category,
        number,
        changed(number),
    )
    for number, (name, description, price, category) in reversed(list(enumerate(SHOP)))
)


def shop(app: App) -> None:
    """The products of SHOP: no two of them share a name, a price or a moment."""
    for name in ("Garden", "Gardening", "Books", "Kitchen"):
        app.sql("INSERT INTO categories (name) VALUES (%s)", [name])
    for item in sorted(ITEMS, key=lambda item: item.name):  # as they lie, they are in no order
        app.sql(
            """
            INSERT INTO products
                (id, name, description, price, attributes, category_id, created_at, updated_at)
            SELECT %s, %s, %s, %s, '{"colour": "teal"}', id,
                   timestamptz '2026-01-01 00:00+00' + %s * interval '1 minute',
                   timestamptz '2026-01-01 00:00+00' + %s * interval '1 minute'
            FROM categories WHERE name = %s
            """,
            [item.id, item.name, item.description, item.price, item.created_at, item.updated_at,
             item.category],
        )  # fmt: skip


def warehouse(app: App) -> None:
    """BOXES products in twenty categories that differ in nothing else but their ids."""
    app.sql("INSERT INTO categories (name) SELECT 'Shelf ' || n FROM generate_series(0, 19) AS n")
    app.sql(
        """
        INSERT INTO products (id, name, price, category_id, created_at, updated_at)
        SELECT md5('box ' || number)::uuid, 'Box', 1, categories.id, '2026-01-01', '2026-01-01'
        FROM generate_series(1, %s) AS number
        JOIN categories ON categories.name = 'Shelf ' || number %% 20
        """,
        [BOXES],
    )


def box(number: int) -> str:
    """The id of a product of the warehouse."""
    digest = hashlib.md5(f"box {number}".encode(), usedforsecurity=False)
    return str(UUID(digest.hexdigest()))


def listing(app: App, **query: Any) -> Reply:
    reply = app.get(PRODUCTS, params=query)
    expect.status(reply, 200)
    return reply


def ids(reply: Reply) -> list[Any]:
    products = expect.items(reply["products"], "products", reply.sent)
    return [reply["products", at, "id"] for at in range(len(products))]


def everything(_: Item) -> bool:
    return True


def finds(app: App, matches: Callable[[Item], bool] = everything, look: str = "",
          **query: Any) -> Reply:  # fmt: skip
    """The listing of `query` has exactly what matches, in whatever order."""
    reply = listing(app, per_page=100, **query)
    wanted = {item.id: item.name for item in ITEMS if matches(item)}
    found = expect.in_any_order(ids(reply))
    if found != sorted(wanted):
        shown = [reply["products", at, "name"] for at in range(len(ids(reply)))]
        expect.equal(expect.in_any_order(shown), sorted(wanted.values()), "the products",
                     reply=reply, look=look)  # fmt: skip
        expect.equal(found, sorted(wanted), "the ids", reply=reply, look=look)
    return reply


def orders(app: App, by: str = "created_at", order: str = "desc", look: str = "",
           **query: Any) -> None:  # fmt: skip
    """The listing of `query` has all products in this order."""
    reply = finds(app, look=look, **query)
    wanted = sorted(ITEMS, key=lambda item: getattr(item, by), reverse=order == "desc")
    names = [item.name for item in wanted]
    got = [reply["products", at, "name"] for at in range(len(wanted))]
    expect.equal(got, names, "the products in their order", reply=reply, look=look)


@check(points=1, on=shop)
def lists_products(app: App) -> None:
    """Without parameters, the newest products come first."""
    orders(app, look="the row that page 1 begins with, and the default order")


@check(points=2, on=shop)
def hides_deleted_products(app: App) -> None:
    """A product whose `is_active` is false is neither listed nor counted."""
    app.sql(
        "INSERT INTO products (name, price, category_id, is_active)"
        " SELECT 'Sold out', 1, id, false FROM categories WHERE name = 'Books'"
    )
    try:
        look = "deleting a product only clears its is_active"
        reply = finds(app, look=look)
        expect.equal(reply["pagination", "total"], len(SHOP), "total", reply=reply, look=look)
    finally:
        app.sql("DELETE FROM products WHERE NOT is_active")  # the other checks know of none


@check(points=2, on=shop)
def filters_by_category(app: App) -> None:
    """`category` is the exact name: `Garden` is neither `Gardening` nor `garden`."""
    for name in ("Garden", "Gardening", "garden", "Gard%", "Nowhere", ""):
        finds(app, lambda item: item.category == name, category=name,  # noqa: B023 - used at once
               look="equality, not a pattern; and the join with categories")  # fmt: skip


@check(points=2, on=shop)
def filters_by_price(app: App) -> None:
    """`min_price` and `max_price` are inclusive."""
    finds(app, lambda item: item.price >= 12, min_price="12")
    finds(app, lambda item: item.price <= Decimal("9.99"), max_price="9.99")
    finds(app, lambda item: 7 <= item.price <= 12, min_price="7", max_price="12.00")
    look = "a bound may have more places than a price, and is taken as it is"
    finds(app, lambda item: item.price >= 12, look, min_price="9.9901")
    finds(app, lambda item: item.price <= 9, look, max_price="9.9899")


@check(points=2, on=shop)
def takes_zero_for_a_bound(app: App) -> None:
    """`max_price=0` lists what is free: zero is a bound like any other."""
    finds(app, lambda item: item.price <= 0, max_price="0",
           look="`if price:` is false for Decimal(0)")  # fmt: skip
    finds(app, min_price="0")


@check(points=2, on=shop)
def searches_names_and_descriptions(app: App) -> None:
    """`search` finds a part of the name or of the description, upper or lower case."""
    for text in ("GARDEN", "bowl", "folds", "table seats", "tableSeats", "garden chair",
                 "teal", "kitchen", "2026"):  # fmt: skip
        finds(app, lambda item: item.mentions(text), search=text)  # noqa: B023 - used at once


@check(points=2, after=searches_names_and_descriptions, on=shop)
def searches_literally(app: App) -> None:
    """In `search`, the characters `%`, `_`, `\\` and `'` mean themselves."""
    for text in ("0%", "%", "snake_", "x\\l", "t's", "/", "!", "#"):
        finds(app, lambda item: item.mentions(text), search=text,  # noqa: B023 - used at once
               look="wildcards of LIKE")  # fmt: skip


@check(points=1, after=searches_names_and_descriptions, on=shop, hidden=True)
def combines_filters(app: App) -> None:
    """A product must match every filter that is given."""
    finds(
        app,
        lambda item: item.category == "Books" and item.price <= 5 and item.mentions("free"),
        category="Books",
        max_price="5",
        search="free",
        look="AND binds tighter than OR",
    )
    finds(app, lambda item: item.category == "Kitchen" and item.mentions("bowl"),
           category="Kitchen", search="bowl")  # fmt: skip


@check(points=2, on=shop)
def sorts_by_every_column(app: App) -> None:
    """`sort_by` and `sort_order` are followed."""
    for column in COLUMNS:
        for direction in ("asc", "desc"):
            orders(app, by=column, order=direction, sort_by=column, sort_order=direction)


@check(points=2, on=warehouse)
def breaks_ties_by_id(app: App) -> None:
    """Rows that are equal in the sort column come in ascending order of id, in both directions."""
    wanted = sorted(map(box, range(1, BOXES + 1)))[:20]
    for column in COLUMNS:
        for direction in ("asc", "desc"):
            reply = listing(app, sort_by=column, sort_order=direction, per_page=20)
            expect.equal(ids(reply), wanted, "the ids", reply=reply,
                         look="what decides between two rows that are equal there")  # fmt: skip


@check(points=2, after=breaks_ties_by_id, on=warehouse)
def pages_cover_everything_once(app: App) -> None:
    """Page after page, every product comes once, and the pagination says where one is."""
    seen: list[str] = []
    for page in range(1, 5):
        reply = listing(app, page=page, per_page=80)
        wanted = {"page": page, "per_page": 80, "total": BOXES, "pages": 4,
                  "has_next": page < 4, "has_prev": page > 1}  # fmt: skip
        expect.equal(reply["pagination"], wanted, "pagination", reply=reply)
        expect.equal(len(ids(reply)), 80 if page < 4 else 60, "rows of this page", reply=reply,
                     look="offset and limit")  # fmt: skip
        seen += map(str, ids(reply))
    expect.equal(len(set(seen)), BOXES, "different products on all pages")


@check(points=1, on=shop)
def counts_what_matches(app: App) -> None:
    """The total counts all that match the filters, on a page past the end as well."""
    for wanted, query in (
        (len(SHOP), {"page": 50}), (3, {"category": "Books"}), (4, {"min_price": "30"}),
        (2, {"max_price": "1"}), (1, {"search": "Chair"}), (0, {"category": "Nowhere"}),
        (1, {"search": "Chair", "category": "Garden"}), (0, {"search": "Chair", "max_price": "9"}),
    ):  # fmt: skip
        reply = listing(app, **{"per_page": 1, "page": 5, **query})
        expect.equal(reply["products"], [], "products", reply=reply)
        expect.equal(reply["pagination", "total"], wanted, "total", reply=reply,
                     look="what is counted, and what is listed")  # fmt: skip


@check(points=1, on=shop)
def tells_what_is_there_now(app: App) -> None:
    """Nothing is remembered: what was created since the last request is listed and counted."""
    category = app.sql("SELECT id FROM categories WHERE name = 'Books'")[0]["id"]
    before = listing(app)["pagination", "total"]
    body = {"name": "Zine", "price": "3.00", "category_id": str(category)}
    created = app.post(PRODUCTS, json=body)
    expect.status(created, 201)
    try:
        reply = listing(app)
        expect.that(created["id"] in ids(reply), "the product that was just created", reply.shown,
                    sent=reply.sent)  # fmt: skip
        expect.equal(reply["pagination", "total"], before + 1, "total", reply=reply,
                     look="what outlives a request")  # fmt: skip
    finally:
        app.sql("DELETE FROM products WHERE id = %s", [created["id"]])


@check(points=2, on=warehouse)
def leaves_the_work_to_the_database(app: App) -> None:
    """A page takes at most 3 SQL statements, and fetches its rows and the total: no more."""
    for per_page in (2, 100):
        reply = listing(app, per_page=per_page)
        ran = "\n".join(expect.show(one.text) for one in reply.statements[:6])
        expect.that(1 <= len(reply.statements) <= MOST_STATEMENTS,
                    f"1 to {MOST_STATEMENTS} statements for {per_page} products",
                    f"{len(reply.statements)}:\n{ran}", sent=reply.sent,
                    look="a query in a loop, or a cursor that fetches in steps")  # fmt: skip
        rows = sum(one.rows for one in reply.statements)
        expect.that(
            rows <= per_page + 1,
            f"{per_page} rows and the total for {per_page} products",
            f"{rows} rows\n{ran}",
            sent=reply.sent,
            look="cut the page and count in SQL, not in Python",
        )
