"""The tables are judged by what PostgreSQL takes and refuses, and through the API above them."""

from __future__ import annotations

import contextlib
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from workbench.checking import App, CheckFailed, Refused, check, expect

COLUMNS = {
    "categories": {"id", "name", "description", "created_at"},
    "products": {
        "id", "name", "description", "price", "category_id", "stock_quantity", "is_active",
        "attributes", "created_at", "updated_at",
    },
}  # fmt: skip

#: (table, column) -> the type that the text names; a domain counts as the type below it.
TYPES = {
    ("categories", "id"): "uuid",
    ("categories", "created_at"): "timestamp with time zone",
    ("products", "id"): "uuid",
    ("products", "price"): "numeric(10,2)",
    ("products", "category_id"): "uuid",
    ("products", "stock_quantity"): "integer",
    ("products", "is_active"): "boolean",
    ("products", "attributes"): "jsonb",
    ("products", "created_at"): "timestamp with time zone",
    ("products", "updated_at"): "timestamp with time zone",
}

#: The SQLSTATE of a column that was left out, takes no NULL and has no default.
NOT_NULL = "23502"

LONGEST = {"categories": 100, "products": 200}

#: Every column is named, so that only the check of defaults depends on them.
INSERT_PRODUCT = """
    INSERT INTO products (id, name, description, price, category_id, stock_quantity, is_active,
                          attributes, created_at, updated_at)
    VALUES (gen_random_uuid(), %s, 'Warm', %s, %s, 5, true, '{}', now(), now())
    RETURNING *, price::text AS price_text
"""


def shop(app: App) -> None:
    """One empty system for all checks: each uses a category of its own."""


def new_category(app: App) -> Any:
    insert = (
        "INSERT INTO categories (id, name, description, created_at)"
        " VALUES (gen_random_uuid(), %s, '', now()) RETURNING id"
    )
    return app.sql(insert, [f"category {uuid4()}"])[0]["id"]


def new_product(app: App, price: str = "19.99") -> dict[str, Any]:
    return app.sql(INSERT_PRODUCT, [f"Lamp {uuid4()}", price, new_category(app)])[0]


def later(moment: Any, than: Any) -> bool:
    """Are both moments, and is the first the later one?"""
    return isinstance(moment, datetime) and isinstance(than, datetime) and moment > than


def changed(app: App, table: str, column: str, value: Any, key: Any) -> None:
    """The database takes this value: who refuses every change keeps no rule."""
    now = app.sql(
        f"UPDATE {table} SET {column} = %s WHERE id = %s RETURNING {column} AS value", [value, key]
    )
    expect.equal(now[0]["value"], value, f"{table}.{column} after an UPDATE to {value}")


@check(points=1, on=shop)
def has_both_tables(app: App) -> None:
    """The tables `categories` and `products` are there, with the columns of the text."""
    # Compared as text: operators on the types of information_schema can be an answer's own.
    rows = app.sql(
        "SELECT table_name, column_name FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema::text = 'public' AND table_type::text = 'BASE TABLE'"
    )
    for table, wanted in COLUMNS.items():
        got = {row["column_name"] for row in rows if row["table_name"] == table}
        expect.that(
            wanted <= got,
            f"the table {table} with the columns {', '.join(sorted(wanted))}",
            f"missing: {', '.join(sorted(wanted - got))}" if got else "no such table",
            look="the table in the text; __tablename__",
        )


@check(points=2, after=has_both_tables, on=shop)
def fills_in_defaults(app: App) -> None:
    """PostgreSQL itself fills in what an INSERT leaves out."""
    look = "server_default: psql does not know Python's defaults"
    try:
        category = app.sql.attempt("INSERT INTO categories (name) VALUES ('Books') RETURNING *")[0]
        row = app.sql.attempt(
            "INSERT INTO products (name, price, category_id) VALUES ('Lamp', 1, %s) RETURNING *",
            [category["id"]],
        )[0]
    except Refused as error:
        raise CheckFailed(
            expected="INSERT takes a category's name, and a product's name, price and category",
            got=str(error),
            look=look if error.code == NOT_NULL else "the rule that PostgreSQL names",
        ) from None
    expect.equal(category["description"], "", "a category's description", look=look)
    second = app.sql("INSERT INTO categories (name) VALUES ('Tools') RETURNING *")[0]
    expect.that(
        later(second["created_at"], category["created_at"]),
        f"a created_at after {category['created_at']} for the next category",
        f"{second['created_at']}",
        look="a default that is worked out for every row, not once",
    )
    wanted = {"description": "", "stock_quantity": 0, "is_active": True, "attributes": {}}
    got = {name: row[name] for name in wanted}
    expect.equal(got, wanted, "the columns that the INSERT did not name", look=look)
    for name in ("id", "created_at", "updated_at"):
        expect.that(row[name] is not None, f"a value in {name}", "NULL", look=look)


@check(points=2, after=has_both_tables, on=shop)
def keeps_prices_exact(app: App) -> None:
    """A price is a decimal number with ten digits, two of them after the point."""
    look = "the column's type, and the bounds: both ends are prices"
    for price, wanted in (
        ("19.99", "19.99"),
        ("0.1", "0.10"),
        ("0", "0.00"),
        ("99999999.99", "99999999.99"),
    ):
        row = new_product(app, price)
        expect.equal(row["price_text"], wanted, f"the price {price} as it is stored", look=look)


@check(points=2, after=has_both_tables, on=shop)
def holds_no_null(app: App) -> None:
    """No column of either table ever holds NULL."""
    row, category = new_product(app), new_category(app)
    for table, key in (("products", row["id"]), ("categories", category)):
        for column in sorted(COLUMNS[table] - {"id"}):
            update = f"UPDATE {table} SET {column} = NULL WHERE id = %s"
            with contextlib.suppress(Refused):
                app.sql.attempt(update, [key])
            # A trigger may have put something better in its place.
            now = app.sql(f"SELECT {column} IS NULL AS missing FROM {table} WHERE id = %s", [key])
            expect.that(
                not now[0]["missing"],
                f"{table}.{column} never holds NULL",
                "the database took it",
                sent=update,
                look=f"is {column} declared as one that may be missing?",
            )
        changed(app, table, "description", "Warm and bright", key)


@check(points=2, after=has_both_tables, on=shop)
def refuses_negative_numbers(app: App) -> None:
    """A negative price and a negative stock are refused by the database."""
    key = new_product(app)["id"]
    for column, values in (("price", ("-1", "-0.01", "-99999999.99")),
                           ("stock_quantity", ("-1", "-5", "-2147483648"))):  # fmt: skip
        update = f"UPDATE products SET {column} = %(value)s WHERE id = %(id)s"
        for value in values:
            expect.refused(
                app.sql, update, {"value": value, "id": key}, f"{column} = {value}",
                look="CheckConstraint",
            )  # fmt: skip
    changed(app, "products", "stock_quantity", 7, key)


@check(points=1, after=refuses_negative_numbers, on=shop, hidden=True)
def refuses_prices_that_are_no_amounts(app: App) -> None:
    """`NaN` is no price."""
    key = {"id": new_product(app)["id"]}
    update = "UPDATE products SET price = 'NaN' WHERE id = %(id)s"
    expect.refused(app.sql, update, key, "the price NaN", look="where PostgreSQL sorts NaN")
    changed(app, "products", "price", Decimal("2.50"), key["id"])


@check(points=2, after=has_both_tables, on=shop)
def bounds_names(app: App) -> None:
    """A name is more than white space, and at most 100 (categories) or 200 (products) characters
    long; a description is as long as it likes."""
    keys = {"products": new_product(app)["id"], "categories": new_category(app)}
    for table, key in keys.items():
        update = f"UPDATE {table} SET name = %(name)s WHERE id = %(id)s"
        longest = "x" * LONGEST[table]
        for name in ("", "   ", longest + "x"):
            refused = f"a name of {len(name)} characters in {table}: {name[:5]!r}"
            expect.refused(app.sql, update, {"name": name, "id": key}, refused)
        for name in (longest, "ж" * LONGEST[table]):
            app.sql(update, {"name": name, "id": key})
        text = f"UPDATE {table} SET description = repeat('ж', 50000) WHERE id = %s"
        length = app.sql(f"{text} RETURNING char_length(description) AS length", [key])[0]["length"]
        expect.equal(length, 50_000, f"the length of the description after {text}")


@check(points=1, after=has_both_tables, on=shop)
def keeps_category_names_unique(app: App) -> None:
    """Two categories cannot have the same name; `books` is not `Books`."""
    insert = (
        "INSERT INTO categories (id, name, description, created_at)"
        " VALUES (gen_random_uuid(), %(name)s, '', now())"
    )
    name = f"Books {uuid4()}"
    app.sql(insert, {"name": name})
    expect.refused(app.sql, insert, {"name": name}, "a second category of that name")
    app.sql(insert, {"name": name.lower()})


@check(points=2, after=has_both_tables, on=shop)
def ties_products_to_categories(app: App) -> None:
    """A product's category exists, and a category with products cannot be deleted."""
    row = new_product(app)
    expect.refused(
        app.sql,
        "UPDATE products SET category_id = %(other)s WHERE id = %(id)s",
        {"other": uuid4(), "id": row["id"]},
        "a category_id that no category has",
    )
    delete = "DELETE FROM categories WHERE id = %(id)s"
    expect.refused(
        app.sql, delete, {"id": row["category_id"]}, "to delete a category with a product"
    )
    empty = new_category(app)
    changed(app, "products", "category_id", empty, row["id"])
    app.sql(delete, {"id": row["category_id"]})
    left = app.sql("SELECT id FROM categories WHERE id = %s", [row["category_id"]])
    expect.that(not left, "a category without products can be deleted", "it is still there")


@check(points=1, after=has_both_tables, on=shop, hidden=True)
def indexes_the_foreign_key(app: App) -> None:
    """`category_id` leads an index over all products."""
    found = app.sql(
        """
        SELECT i.indexrelid FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = 'public.products'::regclass::oid AND a.attname = 'category_id'
          AND i.indpred IS NULL AND i.indisvalid
        """
    )
    expect.that(
        bool(found),
        "an index that begins with category_id",
        "none",
        look="PostgreSQL indexes primary and unique keys by itself, not foreign keys",
    )


@check(points=2, after=has_both_tables, on=shop)
def has_the_types_of_the_text(app: App) -> None:
    """Every column has the type that the text's table shows in `code`, and there are no others."""
    rows = app.sql(
        "SELECT table_name, column_name, data_type, numeric_precision AS digits,"
        " numeric_scale AS places FROM information_schema.columns"
        " WHERE table_schema::text = 'public'"
    )
    got = {}
    for row in rows:
        size = f"({row['digits']},{row['places']})" if row["data_type"] == "numeric" else ""
        got[row["table_name"], row["column_name"]] = row["data_type"] + size
    for (table, column), wanted in TYPES.items():
        expect.equal(got.get((table, column)), wanted, f"the type of {table}.{column}")
    for table, wanted_columns in COLUMNS.items():
        more = {column for owner, column in got if owner == table} - wanted_columns
        expect.that(not more, f"no other column in {table}", ", ".join(sorted(more)))


@check(points=1, after=has_both_tables, on=shop)
def keeps_attributes_queryable(app: App) -> None:
    """`attributes` is `jsonb`: PostgreSQL can ask what is inside."""
    row = new_product(app)
    app.sql(
        "UPDATE products SET attributes = %s WHERE id = %s",
        ['{"colour": "red", "sizes": [1, 2]}', row["id"]],
    )
    found = app.sql(
        "SELECT id FROM products WHERE attributes OPERATOR(pg_catalog.@>) %s::jsonb AND id = %s",
        ['{"sizes": [2]}', row["id"]],
    )
    expect.that(len(found) == 1, "attributes @> '{\"sizes\": [2]}' finds the product", "nothing")


@check(points=2, after=has_both_tables, on=shop)
def carries_the_api(app: App) -> None:
    """A product posted to `/api/v1/products` is at its Location, and listed in its category."""
    body = {"name": "Lamp", "price": "12.50", "category_id": str(new_category(app)),
            "stock_quantity": 3, "attributes": {"colour": "red"}}  # fmt: skip
    reply = app.post("/api/v1/products", json=body)
    expect.status(reply, 201, look="names of attributes; or the constraint that the log names")
    again = app.get(expect.header(reply, "Location"))
    expect.status(again, 200)
    expect.equal({name: again[name] for name in body}, body, "the product", reply=again)
    name = app.sql("SELECT name FROM categories WHERE id = %s", [body["category_id"]])[0]["name"]
    found = app.get("/api/v1/products", params={"category": name})
    expect.status(found, 200, look="the relationship `category`, through which the listing filters")
    expect.equal(found["pagination", "total"], 1, "products of that category", reply=found)


@check(points=2, after=carries_the_api, on=shop)
def moves_updated_at(app: App) -> None:
    """A change through the API moves `updated_at` and leaves `created_at` alone."""
    row = new_product(app)
    expect.status(app.patch(f"/api/v1/products/{row['id']}", json={"stock_quantity": 8}), 200)
    now = app.sql("SELECT * FROM products WHERE id = %s", [row["id"]])[0]
    expect.equal(now["created_at"], row["created_at"], "created_at after the PATCH")
    expect.that(
        later(now["updated_at"], row["updated_at"]),
        f"updated_at after {row['updated_at']}",
        f"{now['updated_at']}",
        look="what sets updated_at when a row changes",
    )
