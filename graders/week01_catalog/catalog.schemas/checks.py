"""The schemas are judged by what the API takes, refuses and shows."""

from __future__ import annotations

import re
from typing import Any

from workbench.checking import App, Reply, check, expect

PRODUCTS = "/api/v1/products"

#: A moment as ISO 8601 writes it, with the offset that says which moment it is.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def shop(app: App) -> None:
    """One system with one category for all checks."""
    app.sql("INSERT INTO categories (name) VALUES ('Lighting')")


def body(app: App, **changes: Any) -> dict[str, Any]:
    category = app.sql("SELECT id FROM categories")[0]["id"]
    return {"name": "Lamp", "price": "19.99", "category_id": str(category)} | changes


def post(app: App, **changes: Any) -> Reply:
    return app.post(PRODUCTS, json=body(app, **changes))


def created(app: App, **changes: Any) -> Reply:
    reply = post(app, **changes)
    expect.status(reply, 201, look="the rule for the field that was sent")
    return reply


@check(points=1, on=shop)
def takes_a_product(app: App) -> None:
    """A POST of `name`, `price` and `category_id` is answered with 201."""
    expect.equal(created(app)["name"], "Lamp", "the name")


@check(points=2, after=takes_a_product, on=shop)
def shows_prices_as_text(app: App) -> None:
    """A price is shown as a string with two decimal places, however it was sent."""
    for sent, shown in (
        ("19.9", "19.90"),
        ("5", "5.00"),
        (7, "7.00"),
        (19.9, "19.90"),
        (0, "0.00"),
    ):
        reply = created(app, price=sent)
        expect.equal(reply["price"], shown, f"the price {sent!r} as it is shown", reply=reply,
                     look="a JSON number is a binary fraction for most clients")  # fmt: skip


@check(points=1, after=takes_a_product, on=shop)
def shows_the_whole_product(app: App) -> None:
    """A product is shown with exactly the fields of the text, and nothing internal."""
    sent = {
        "description": " Warm,\nnot bright ",
        "stock_quantity": 2,
        "attributes": {"colour": "red", "size": 3, "parts": [{"bulb": True}, None]},
    }
    reply = created(app, **sent)
    shown = reply.json
    wanted = {"id", "name", "description", "price", "category_id", "stock_quantity", "attributes",
              "created_at", "updated_at"}  # fmt: skip
    got = set(shown) if isinstance(shown, dict) else set()
    expect.that(got == wanted, f"the fields {', '.join(sorted(wanted))}", reply.shown,
                sent=reply.sent, look="the fields of ProductSchema")  # fmt: skip
    for name, value in sent.items():
        expect.equal(reply[name], value, f"{name}, as it was sent", reply=reply)


@check(points=1, after=shows_the_whole_product, on=shop)
def shows_moments_with_their_zone(app: App) -> None:
    """`created_at` and `updated_at` are ISO 8601 with an offset from UTC."""
    reply = created(app)
    for name in ("created_at", "updated_at"):
        text = reply[name]
        expect.that(
            isinstance(text, str) and MOMENT.fullmatch(text) is not None,
            f"{name} with an offset, such as +00:00",
            expect.show(text),
            sent=reply.sent,
            look="the format in which the field is shown",
        )


@check(points=1, after=takes_a_product, on=shop)
def fills_in_defaults(app: App) -> None:
    """Left out of a POST or PUT, `description` is `""`, `stock_quantity` 0, `attributes` `{}`."""
    wanted = {"description": "", "stock_quantity": 0, "attributes": {}}
    full = created(app, description="Warm", stock_quantity=7, attributes={"colour": "red"})
    for reply in (created(app), app.put(f"{PRODUCTS}/{full['id']}", json=body(app))):
        for name, value in wanted.items():
            expect.equal(reply[name], value, name, reply=reply)


@check(points=1, after=takes_a_product, on=shop)
def takes_no_null(app: App) -> None:
    """`null` is no value for any field: 422."""
    for field in ("name", "description", "price", "category_id", "stock_quantity", "attributes"):
        expect.problem(post(app, **{field: None}), 422, field, look="None is a value of its own")


@check(points=2, on=shop)
def requires_name_price_and_category(app: App) -> None:
    """Without `name`, `price` or `category_id` the answer is 422 and names the field."""
    for field in ("name", "price", "category_id"):
        whole = body(app)
        del whole[field]
        expect.problem(app.post(PRODUCTS, json=whole), 422, field)
    expect.problem(post(app, category_id="books"), 422, "category_id", look="the field's type")


@check(points=2, after=takes_a_product, on=shop)
def refuses_prices_that_need_rounding(app: App) -> None:
    """A price below 0, above 99999999.99 or with a third decimal place is 422."""
    for price in ("-0.01", "100000000", "9.999", 0.001):
        expect.problem(post(app, price=price), 422, "price", look="bounds and decimal places")
    for price in ("0", "99999999.99"):
        created(app, price=price)


@check(points=1, after=takes_a_product, on=shop, hidden=True)
def refuses_prices_that_are_no_numbers(app: App) -> None:
    """`NaN`, `Infinity`, words and `true` are no prices: 422."""
    for price in ("NaN", "sNaN", "Infinity", "-Infinity", "cheap", "", True):
        expect.problem(post(app, price=price), 422, "price", look="what Decimal() accepts")


@check(points=2, after=takes_a_product, on=shop)
def strips_names(app: App) -> None:
    """White space around a name is dropped; then 1 to 200 characters must be left."""
    reply = created(app, name="  Lamp \n")
    expect.equal(reply["name"], "Lamp", "the name", reply=reply)
    for name in (f" {'x' * 200} ", "X", "Blåhaj"):
        created(app, name=name)
    for name in ("", "   ", "x" * 201, 5):
        expect.problem(post(app, name=name), 422, "name", look="strip first, then measure")


@check(points=2, after=takes_a_product, on=shop)
def keeps_what_the_server_owns(app: App) -> None:
    """`id`, `created_at`, `updated_at`, `is_active` and unknown fields are refused with 422."""
    moment = "2020-01-01T00:00:00+00:00"
    for field, value in {
        "id": "00000000-0000-4000-8000-000000000000", "created_at": moment, "updated_at": moment,
        "is_active": False, "colour": "red",
    }.items():  # fmt: skip
        expect.problem(post(app, **{field: value}), 422, field,
                       look="dump_only, and what the schema does with unknown fields")  # fmt: skip


@check(points=2, after=takes_a_product, on=shop)
def counts_stock_in_whole_numbers(app: App) -> None:
    """`stock_quantity` is a JSON integer from 0 to 2147483647: no 2.5, no `"5"`."""
    for stock in (-1, 2**31, 2.5, "5"):
        expect.problem(post(app, stock_quantity=stock), 422, "stock_quantity")
    for stock in (0, 2**31 - 1):
        created(app, stock_quantity=stock)


@check(points=1, after=counts_stock_in_whole_numbers, on=shop, hidden=True)
def counts_no_truth_values(app: App) -> None:
    """`true` is no number of things: 422."""
    expect.problem(post(app, stock_quantity=True), 422, "stock_quantity",
                   look="isinstance(True, int)")  # fmt: skip


@check(points=2, after=takes_a_product, on=shop)
def refuses_what_postgresql_cannot_store(app: App) -> None:
    """A NUL character in a text, also anywhere inside `attributes`, keys included, is 422."""
    odd = ("La\0mp", {"colour": ["re\0d"]}, {"\0": 1}, {"parts": [{"bu\0lb": 1}]})
    for field, value in zip(("name", *["attributes"] * 3), odd, strict=True):
        expect.problem(post(app, **{field: value}), 422, field, look="PostgreSQL has no \\u0000")
    expect.problem(post(app, description="\0"), 422, "description")
    created(app, attributes={"path": "C:\\u0000"})  # six harmless characters
    expect.problem(post(app, attributes=["red"]), 422, "attributes", look="a JSON object")


@check(points=2, after=shows_the_whole_product, on=shop)
def changes_only_what_is_sent(app: App) -> None:
    """PATCH changes the fields that it sends and validates them; the others stay."""
    reply = created(app, description="Warm", stock_quantity=7, attributes={"colour": "red"})
    path = f"{PRODUCTS}/{reply['id']}"
    patched = app.patch(path, json={"price": "5"})
    expect.status(patched, 200)
    for name in ("name", "description", "stock_quantity", "attributes"):
        expect.equal(patched[name], reply[name], f"{name}, which was not sent", reply=patched)
    expect.that(str(patched["price"]) in ("5.00", "5.0", "5"), "the price 5", patched.shown,
                sent=patched.sent)  # fmt: skip
    expect.problem(app.patch(path, json={"price": "-5"}), 422, "price")


def listing(app: App, **query: Any) -> Reply:
    return app.get(PRODUCTS, params=query)


@check(points=1, on=shop)
def bounds_the_page(app: App) -> None:
    """`page` is 1 to 10000 and `per_page` 1 to 100; anything else is 422 and names it."""
    for page in ("0", "-1", "1.5", "10001", "1" + "0" * 20, "two"):
        expect.problem(listing(app, page=page), 422, "page")
    for per_page in ("0", "101", "all"):
        expect.problem(listing(app, per_page=per_page), 422, "per_page")
    for query in ({"page": 10000}, {"per_page": 1}, {"per_page": 100}):
        expect.status(listing(app, **query), 200)
    plain = listing(app)
    expect.equal(plain["pagination", "per_page"], 20, "per_page by default", reply=plain)


@check(points=1, on=shop)
def knows_its_parameters(app: App) -> None:
    """Unknown parameters, sort columns and directions are 422 and named."""
    for name, value in (
        ("sort_by", "is_active"), ("sort_by", "stock_quantity"), ("sort_by", "id"),
        ("sort_order", "up"), ("sort_order", "DESC"), ("colour", "red"),
    ):  # fmt: skip
        expect.problem(listing(app, **{name: value}), 422, name)
    for column in ("name", "price", "created_at", "updated_at"):
        for direction in ("asc", "desc"):
            expect.status(listing(app, sort_by=column, sort_order=direction), 200)


@check(points=2, on=shop)
def compares_the_price_bounds(app: App) -> None:
    """`min_price` above `max_price` is 422 and blames it alone; no bound is below 0 or NaN."""
    for low, high in (("10", "5"), ("5", "0")):
        reply = listing(app, min_price=low, max_price=high)
        expect.problem(reply, 422, "min_price")
        expect.that("max_price" not in reply["errors"], "errors that blame min_price alone",
                    reply.shown, sent=reply.sent, look="which field the error names")  # fmt: skip
    for name in ("min_price", "max_price"):
        for price in ("-1", "100000000", "NaN", "cheap"):
            expect.problem(listing(app, **{name: price}), 422, name)
        expect.status(listing(app, **{name: "9.5"}), 200)
    expect.status(listing(app, min_price="5", max_price="5"), 200)
    expect.status(listing(app, min_price="0", max_price="0"), 200)


@check(points=1, after=takes_a_product, on=shop, hidden=True)
def reads_the_search_text(app: App) -> None:
    """`search` is stripped and bounded, no text has a NUL, and by default the newest come first."""
    expect.problem(listing(app, search="x" * 101), 422, "search")
    expect.problem(listing(app, search="a\0b"), 422, "search")
    expect.problem(listing(app, category="a\0b"), 422, "category")
    expect.status(listing(app, search=" " * 50 + "x" * 100), 200)
    newest = created(app)
    blank, plain = listing(app, search="  "), listing(app)
    expect.status(blank, 200)
    expect.equal(blank["pagination", "total"], plain["pagination", "total"],
                 "the total of a blank search is that of no search", reply=blank)  # fmt: skip
    expect.equal(plain["products", 0, "id"], newest["id"], "the newest product comes first",
                 reply=plain, look="the defaults of sort_by and sort_order")  # fmt: skip
