"""The schemas are judged by what the API takes, refuses and shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workbench.checking import App, Reply, check, expect

PRODUCTS = "/api/v1/products"


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
    for sent, shown in (("19.9", "19.90"), ("5", "5.00"), (7, "7.00"), (0, "0.00")):
        reply = created(app, price=sent)
        expect.equal(reply["price"], shown, f"the price {sent!r} as it is shown", reply=reply,
                     look="a JSON number is a binary fraction for most clients")  # fmt: skip


@check(points=1, after=takes_a_product, on=shop)
def shows_the_whole_product(app: App) -> None:
    """A product is shown with exactly the fields of the text, and nothing internal."""
    reply = created(app, description="Warm", stock_quantity=2, attributes={"colour": "red"})
    shown = reply.json
    wanted = {"id", "name", "description", "price", "category_id", "stock_quantity", "attributes",
              "created_at", "updated_at"}  # fmt: skip
    got = set(shown) if isinstance(shown, dict) else set()
    expect.that(got == wanted, f"the fields {', '.join(sorted(wanted))}", reply.shown,
                sent=reply.sent, look="the fields of ProductSchema")  # fmt: skip
    expect.equal(reply["stock_quantity"], 2, "stock_quantity", reply=reply)
    expect.equal(reply["attributes"], {"colour": "red"}, "attributes", reply=reply)


@check(points=1, after=shows_the_whole_product, on=shop)
def shows_moments_with_their_zone(app: App) -> None:
    """`created_at` and `updated_at` are ISO 8601 with an offset from UTC."""
    reply = created(app)
    for name in ("created_at", "updated_at"):
        text = reply[name]
        try:
            offset = datetime.fromisoformat(text).utcoffset()
        except (TypeError, ValueError):
            offset = None
        expect.that(offset is not None, f"{name} with an offset, such as +00:00", expect.show(text),
                    sent=reply.sent, look="the format in which the field is shown")  # fmt: skip


@check(points=1, after=takes_a_product, on=shop)
def fills_in_defaults(app: App) -> None:
    """Left out, `description` is `""`, `stock_quantity` 0 and `attributes` `{}`."""
    reply = created(app)
    for name, wanted in {"description": "", "stock_quantity": 0, "attributes": {}}.items():
        expect.equal(reply[name], wanted, name, reply=reply)


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
    """`NaN`, `Infinity`, words and null are no prices: 422."""
    for price in ("NaN", "sNaN", "Infinity", "-Infinity", "cheap", "", None):
        expect.problem(post(app, price=price), 422, "price", look="what Decimal() accepts")


@check(points=2, after=takes_a_product, on=shop)
def strips_names(app: App) -> None:
    """White space around a name is dropped; then 1 to 200 characters must be left."""
    reply = created(app, name="  Lamp \n")
    expect.equal(reply["name"], "Lamp", "the name", reply=reply)
    created(app, name=f" {'x' * 200} ")
    for name in ("", "   ", "x" * 201, None, 5):
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
    for stock in (-1, 2**31, 2.5, "5", None):
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
    """A NUL character in a text, also inside `attributes`, is 422."""
    for field, value in {
        "name": "La\0mp", "description": "\0", "attributes": {"colour": ["re\0d"]},
    }.items():  # fmt: skip
        expect.problem(post(app, **{field: value}), 422, field, look="PostgreSQL has no \\u0000")
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
    for page in ("0", "-1", "10001", "1" + "0" * 20, "two"):
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
    for name, value in {"sort_by": "is_active", "sort_order": "up", "colour": "red"}.items():
        expect.problem(listing(app, **{name: value}), 422, name)
    for column in ("name", "price", "created_at", "updated_at"):
        for direction in ("asc", "desc"):
            expect.status(listing(app, sort_by=column, sort_order=direction), 200)


@check(points=2, on=shop)
def compares_the_price_bounds(app: App) -> None:
    """`min_price` above `max_price` is 422 and blames `min_price`; negative or NaN bounds too."""
    expect.problem(listing(app, min_price="10", max_price="5"), 422, "min_price")
    for name in ("min_price", "max_price"):
        for price in ("-1", "NaN", "cheap"):
            expect.problem(listing(app, **{name: price}), 422, name)
    expect.status(listing(app, min_price="5", max_price="5"), 200)
    expect.status(listing(app, min_price="0", max_price="0"), 200)


@check(points=1, after=takes_a_product, on=shop, hidden=True)
def reads_the_search_text(app: App) -> None:
    """`search` has at most 100 characters and no NUL; blank, it is no search at all."""
    expect.problem(listing(app, search="x" * 101), 422, "search")
    expect.problem(listing(app, search="a\0b"), 422, "search")
    created(app)
    blank, plain = listing(app, search="  "), listing(app)
    expect.status(blank, 200)
    expect.equal(blank["pagination", "total"], plain["pagination", "total"],
                 "the total of a blank search is that of no search", reply=blank)  # fmt: skip
