"""The listing is compared with a plain SQL model over a shop made to tell right from wrong."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from workbench.checking import App, Reply, check, expect

PRODUCTS = "/api/v1/products"

#: name, description, price, category. Ids run against the order of this list.
SHOP = (
    ("Garden chair", "Folds flat", "49.90", "Garden"),
    ("garden table", "Seats six", "149.00", "Garden"),
    ("Trowel", "For the GARDEN bed", "9.99", "Gardening"),
    ("Seed packet", "100% organic", "2.50", "Gardening"),
    ("Catalog", "Free of charge", "0.00", "Books"),
    ("Sticker", "Also free, nearly", "0.50", "Books"),
    ("Path\\finder", "A back\\slash in the name", "12.50", "Books"),
    ("snake_case mug", "It's a joke", "12.00", "Kitchen"),
    ("Snakeskin case", "No snakes harmed", "35.00", "Kitchen"),
    ("Hammock", "Free delivery", "199.00", "Garden"),
    ("Bowl, small", "", "7.00", "Kitchen"),
    ("Bowl, large", "", "8.00", "Kitchen"),
)

MOST_STATEMENTS = 3


def shop(app: App) -> None:
    """The products of SHOP: no two of them share a name, a price or a moment."""
    for name in ("Garden", "Gardening", "Books", "Kitchen"):
        app.sql("INSERT INTO categories (name) VALUES (%s)", [name])
    for number, (name, description, price, category) in enumerate(SHOP):
        app.sql(
            """
            INSERT INTO products
                (id, name, description, price, category_id, created_at, updated_at)
            SELECT %s, %s, %s, %s, id, moment, moment
            FROM categories, (SELECT timestamptz '2026-01-01 00:00+00' + %s * interval '1 minute')
                 AS clock (moment)
            WHERE categories.name = %s
            """,
            [UUID(int=(99 - number) << 96), name, description, price, number, category],
        )


def warehouse(app: App) -> None:
    """300 products that differ in nothing but their ids."""
    app.sql("INSERT INTO categories (name) VALUES ('Boxes')")
    app.sql(
        """
        INSERT INTO products (id, name, price, category_id, created_at, updated_at)
        SELECT md5('box ' || number)::uuid, 'Box', 1, categories.id, '2026-01-01', '2026-01-01'
        FROM categories, generate_series(1, 300) AS number
        """
    )


def listing(app: App, **query: Any) -> Reply:
    reply = app.get(PRODUCTS, params=query)
    expect.status(reply, 200)
    return reply


def ids(reply: Reply) -> list[Any]:
    return [reply["products", at, "id"] for at in range(len(reply["products"]))]


def agrees(app: App, condition: str = "true", order: str = "created_at DESC", look: str = "",
           **query: Any) -> None:  # fmt: skip
    """The listing of `query` is what this condition and order select."""
    reply = listing(app, per_page=100, **query)
    wanted = app.sql(
        "SELECT p.id::text, p.name FROM products p JOIN categories c ON c.id = p.category_id"
        f" WHERE {condition} ORDER BY p.{order}, p.id"
    )
    names = {row["id"]: row["name"] for row in wanted}
    got = ids(reply)
    if sorted(got) != sorted(names):
        shown = [reply["products", at, "name"] for at in range(len(got))]
        expect.equal(sorted(shown), sorted(names.values()), "the products", reply=reply, look=look)
    expect.equal(got, list(names), "the ids in their order", reply=reply, look=look)
    expect.equal(reply["pagination", "total"], len(names), "total", reply=reply, look=look)


@check(points=1, on=shop)
def lists_products(app: App) -> None:
    """Without parameters, the newest products come first."""
    agrees(app, look="the default order")


@check(points=2, after=lists_products, on=shop)
def hides_deleted_products(app: App) -> None:
    """A product whose `is_active` is false is neither listed nor counted."""
    app.sql(
        "INSERT INTO products (name, price, category_id, is_active)"
        " SELECT 'Sold out', 1, id, false FROM categories WHERE name = 'Books'"
    )
    try:
        agrees(app, "p.is_active", look="deleting a product only clears its is_active")
    finally:
        app.sql("DELETE FROM products WHERE NOT is_active")  # the other checks know of none


@check(points=2, after=lists_products, on=shop)
def filters_by_category(app: App) -> None:
    """`category` is the exact name: `Garden` is neither `Gardening` nor `garden`."""
    for name in ("Garden", "Gardening", "garden", "Gard%", "Nowhere"):
        agrees(app, f"c.name = '{name}'", category=name, look="equality, not a pattern")


@check(points=2, after=lists_products, on=shop)
def filters_by_price(app: App) -> None:
    """`min_price` and `max_price` are inclusive."""
    agrees(app, "p.price >= 12", min_price="12")
    agrees(app, "p.price <= 9.99", max_price="9.99")
    agrees(app, "p.price BETWEEN 7 AND 12", min_price="7", max_price="12.00")


@check(points=2, after=lists_products, on=shop)
def takes_zero_for_a_bound(app: App) -> None:
    """`max_price=0` lists what is free: zero is a bound like any other."""
    agrees(app, "p.price <= 0", max_price="0", look="`if price:` is false for Decimal(0)")
    agrees(app, "p.price >= 0", min_price="0")


@check(points=2, after=lists_products, on=shop)
def searches_names_and_descriptions(app: App) -> None:
    """`search` finds a part of the name or of the description, upper or lower case."""
    for text in ("GARDEN", "bowl", "folds", "nothing like it"):
        agrees(app, f"strpos(lower(p.name || '|' || p.description), lower('{text}')) > 0",
               search=text)  # fmt: skip


@check(points=2, after=searches_names_and_descriptions, on=shop)
def searches_literally(app: App) -> None:
    """In `search`, the characters `%`, `_`, `\\` and `'` mean themselves."""
    for text in ("0%", "%", "snake_", "h\\f", "t's"):
        quoted = text.replace("'", "''")
        condition = f"strpos(lower(p.name || '|' || p.description), lower('{quoted}')) > 0"
        agrees(app, condition, search=text, look="wildcards of LIKE")


@check(points=1, after=searches_names_and_descriptions, on=shop, hidden=True)
def combines_filters(app: App) -> None:
    """A product must match every filter that is given."""
    agrees(
        app,
        "c.name = 'Books' AND p.price <= 5 AND (p.name ILIKE '%free%'"
        " OR p.description ILIKE '%free%')",
        category="Books",
        max_price="5",
        search="free",
        look="AND binds tighter than OR",
    )
    agrees(app, "c.name = 'Kitchen' AND p.name ILIKE '%bowl%'", category="Kitchen", search="bowl")


@check(points=2, after=lists_products, on=shop)
def sorts_by_every_column(app: App) -> None:
    """`sort_by` and `sort_order` are followed."""
    for column in ("name", "price", "created_at", "updated_at"):
        for direction in ("asc", "desc"):
            agrees(app, order=f"{column} {direction}", sort_by=column, sort_order=direction)


@check(points=2, after=lists_products, on=warehouse)
def breaks_ties_by_id(app: App) -> None:
    """Rows that are equal in the sort column come in ascending order of id, in both directions."""
    for direction in ("asc", "desc"):
        reply = listing(app, sort_by="price", sort_order=direction, per_page=100)
        wanted = app.sql("SELECT id::text FROM products ORDER BY id LIMIT 100")
        expect.equal(ids(reply), [row["id"] for row in wanted], "the ids", reply=reply,
                     look="what decides between two rows with the same price")  # fmt: skip


@check(points=2, after=breaks_ties_by_id, on=warehouse)
def pages_cover_everything_once(app: App) -> None:
    """Page after page, every product comes once, and the pagination says where one is."""
    seen: list[str] = []
    for page in range(1, 5):
        reply = listing(app, page=page, per_page=80)
        wanted = {"page": page, "per_page": 80, "total": 300, "pages": 4,
                  "has_next": page < 4, "has_prev": page > 1}  # fmt: skip
        expect.equal(reply["pagination"], wanted, "pagination", reply=reply)
        expect.equal(len(ids(reply)), 80 if page < 4 else 60, "rows of this page", reply=reply,
                     look="offset and limit")  # fmt: skip
        seen += ids(reply)
    expect.equal(len(set(seen)), 300, "different products on all pages")


@check(points=1, after=lists_products, on=shop, hidden=True)
def knows_the_total_past_the_end(app: App) -> None:
    """A page past the end is empty and still tells the total."""
    reply = listing(app, page=50, per_page=5)
    expect.equal(reply["products"], [], "products", reply=reply)
    expect.equal(reply["pagination", "total"], len(SHOP), "total", reply=reply)


@check(points=2, after=lists_products, on=warehouse)
def leaves_the_work_to_the_database(app: App) -> None:
    """A page takes at most 3 SQL statements and fetches its own rows, however many there are."""
    for per_page in (2, 100):
        reply = listing(app, per_page=per_page)
        ran = "\n".join(expect.show(one.text) for one in reply.statements[:6])
        expect.that(1 <= len(reply.statements) <= MOST_STATEMENTS,
                    f"1 to {MOST_STATEMENTS} statements for {per_page} products",
                    f"{len(reply.statements)}:\n{ran}", sent=reply.sent,
                    look="a query in a loop, or a relationship loaded row by row")  # fmt: skip
        rows = sum(one.rows for one in reply.statements)
        expect.that(
            rows <= per_page + MOST_STATEMENTS,
            f"about {per_page} rows fetched for {per_page} products",
            f"{rows} rows\n{ran}",
            sent=reply.sent,
            look="cut the page and count in SQL, not in Python",
        )
