"""Both versions of the products, side by side."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urljoin
from uuid import UUID, uuid4

from workbench.checking import App, Reply, check, expect

V1, V2 = "/api/v1/products", "/api/v2/products"

DEPRECATED, SUNSET = "2026-03-01T01:30:00+02:00", "2027-02-28T22:00:00-05:00"
DATES = {"V1_DEPRECATED_AT": DEPRECATED, "V1_SUNSET_AT": SUNSET}

LAMPS, CHAIRS, FULL = (str(UUID(int=number << 96)) for number in (1, 2, 3))
NAMES = {LAMPS: "Lamps", CHAIRS: "Chairs", FULL: "Full"}

FIELDS = ["attributes", "category", "created_at", "description", "id", "name", "price", "related",
          "stock_status", "updated_at"]  # fmt: skip
V1_FIELDS = ["attributes", "category_id", "created_at", "description", "id", "name", "price",
             "stock_quantity", "updated_at"]  # fmt: skip

#: Stock -> status.
STATUSES = {0: "sold_out", 1: "low", 4: "low", 5: "low", 6: "in_stock", 2147483647: "in_stock"}

MOST_STATEMENTS, SOME_ROWS, ROWS_EACH = 6, 10, 10


def number(index: int) -> str:
    return str(UUID(int=index))


def shop(app: App) -> None:
    """Lamps 1 to 9 (3 and 4 as old as each other, 9 deleted), one chair, and a full category."""
    for id_, name in NAMES.items():
        app.sql("INSERT INTO categories (id, name) VALUES (%s, %s)", [id_, name])
    ages = {1: 8, 2: 3, 3: 5, 4: 5, 5: 1, 6: 9, 7: 2, 8: 4, 9: 0}
    for index, age in ages.items():
        add(app, index, f"Lamp {10 - index}", LAMPS, age, active=index != 9)
    add(app, 20, "Chair", CHAIRS, 50)
    app.sql(
        "INSERT INTO products (name, price, category_id, created_at) SELECT 'Cup ' || n, 1, %s,"
        " '2020-01-01Z'::timestamptz - n * interval '1 day' FROM generate_series(1, 300) AS n",
        [FULL],
    )


def add(app: App, index: int, name: str, category: str, age: int, active: bool = True) -> None:
    made = datetime(2026, 6, 1, tzinfo=UTC) - timedelta(days=age)
    app.sql(
        "INSERT INTO products (id, name, price, category_id, stock_quantity, is_active, created_at)"
        " VALUES (%s, %s, %s, %s, 7, %s, %s)",
        [number(index), name, index, category, active, made],
    )


def shown(app: App, index: int) -> Reply:
    reply = app.get(f"{V2}/{number(index)}")
    expect.status(reply, 200)
    return reply


def related(reply: Reply) -> list[Any]:
    """The ids of the related products."""
    found = reply["related"]
    holds = isinstance(found, list) and all(isinstance(one, dict) for one in found)
    expect.that(holds, "related: a list of objects", expect.show(found), sent=reply.sent)
    return [one.get("id") for one in found]


@check(points=2, on=shop, settings=DATES)
def shows_a_product_with_its_category(app: App) -> None:
    """A product in v2 has the ten fields of the table, its category as an object."""
    reply = shown(app, 20)
    expect.equal(sorted(reply.json), FIELDS, "fields of a product", reply=reply)
    wanted = {"id": number(20), "name": "Chair", "description": "", "price": "20.00",
              "category": {"id": CHAIRS, "name": "Chairs"}, "attributes": {},
              "related": []}  # fmt: skip
    for field, value in wanted.items():
        expect.equal(reply[field], value, field, reply=reply)
    old = app.get(f"{V1}/{number(20)}")
    for field in ("created_at", "updated_at"):
        expect.equal(reply[field], old[field], f"{field}, as in v1", reply=reply)


@check(points=1, on=shop, settings=DATES)
def says_what_is_in_stock(app: App) -> None:
    """stock_status is sold_out for 0, low for 1 to 5, and in_stock for more."""
    for quantity, status in STATUSES.items():
        app.sql("UPDATE products SET stock_quantity = %s WHERE id = %s", [quantity, number(20)])
        reply = shown(app, 20)
        expect.equal(reply["stock_status"], status, f"stock_status for {quantity}", reply=reply)


@check(points=3, after=shows_a_product_with_its_category, on=shop, settings=DATES)
def names_related_products(app: App) -> None:
    """related: up to five other products of the category, the newest first, ids decide ties."""
    order = [5, 7, 2, 8, 3, 4, 1, 6]
    for index in order:
        reply = shown(app, index)
        wanted = [number(other) for other in order if other != index][:5]
        expect.equal(related(reply), wanted, "ids of the related products", reply=reply,
                     look="which products, in which order, and how many")  # fmt: skip
    reply = shown(app, 7)
    expect.equal(reply["related", 0], {"id": number(5), "name": "Lamp 5", "price": "5.00"},
                 "the first related product", reply=reply)  # fmt: skip


@check(points=2, after=shows_a_product_with_its_category, on=shop, settings=DATES)
def lists_as_version_1_does(app: App) -> None:
    """The listing takes the queries of v1, and answers with the same products and pagination."""
    queries: tuple[dict[str, Any], ...] = (
        {"category": "Lamps"}, {"category": "Lamps", "sort_by": "price", "sort_order": "asc"},
        {"search": "lamp 5"}, {"min_price": "3", "max_price": "6", "per_page": 3, "page": 2},
        {"category": "None"}, {"page": 500},
    )  # fmt: skip
    for query in queries:
        old, reply = app.get(V1, params=query), app.get(V2, params=query)
        expect.status(reply, 200)
        expect.equal(sorted(reply.json), ["pagination", "products"], "the body", reply=reply)
        expect.equal(reply["pagination"], old["pagination"], "pagination", reply=reply)
        ids = [one.get("id") for one in reply["products"]]
        expect.equal(ids, [one["id"] for one in old["products"]], "ids, in order", reply=reply)
    for query in ({"page": 0}, {"sort_by": "id"}, {"unknown": 1}):
        expect.problem(app.get(V2, params=query), 422, next(iter(query)))


@check(points=1, after=lists_as_version_1_does, on=shop, settings=DATES)
def lists_what_it_shows(app: App) -> None:
    """Each product of the listing is as it is when it is asked for alone."""
    reply = app.get(V2, params={"per_page": 100, "max_price": 20, "min_price": 3})
    expect.equal(len(reply["products"]), 7, "products of the page", reply=reply)
    for at, one in enumerate(reply["products"]):
        alone = app.get(f"{V2}/{one['id']}")
        expect.equal(reply["products", at], alone.json, "the product in the list", reply=reply)


@check(points=3, after=lists_as_version_1_does, on=shop, settings=DATES)
def takes_few_statements(app: App) -> None:
    """A page of 100 products from 50 categories takes as many statements as one of 2: 6 at most."""
    for index in range(50):
        app.sql("INSERT INTO categories (id, name) VALUES (%s, %s)",
                [number(9000 + index), f"Small {index}"])  # fmt: skip
        app.sql(
            "INSERT INTO products (name, price, category_id, created_at)"
            " SELECT 'Small', 777, %s, '2021-01-01Z' FROM generate_series(1, 2)",
            [number(9000 + index)],
        )
    counts = []
    for per_page in (2, 100):
        reply = app.get(V2, params={"min_price": 777, "per_page": per_page})
        expect.equal(len(reply["products"]), per_page, "products of the page", reply=reply)
        few(reply, per_page)
        counts.append(len(reply.statements))
    expect.equal(counts[1], counts[0], "statements for 100 products, as for 2",
                 look="what is asked once for each product or category")  # fmt: skip
    few(shown(app, 7), 1)


@check(points=1, after=lists_as_version_1_does, on=shop, settings=DATES)
def fetches_few_rows(app: App) -> None:
    """Related products are chosen by the database: a full category is not fetched."""
    few(app.get(V2, params={"category": "Full", "per_page": 2}), 2)
    found = app.sql("SELECT id FROM products WHERE category_id = %s LIMIT 1", [FULL])
    few(app.get(f"{V2}/{found[0]['id']}"), 1)


def few(reply: Reply, products: int) -> None:
    """The reply took few statements, and few rows for so many products."""
    expect.status(reply, 200)
    ran = "\n".join(expect.show(one.text) for one in reply.statements[:8])
    expect.that(1 <= len(reply.statements) <= MOST_STATEMENTS, f"1 to {MOST_STATEMENTS} statements",
                f"{len(reply.statements)}:\n{ran}", sent=reply.sent,
                look="what is asked once for each product or category")  # fmt: skip
    rows, most = sum(one.rows for one in reply.statements), SOME_ROWS + ROWS_EACH * products
    expect.that(rows <= most, f"at most {most} rows", f"{rows}:\n{ran}", sent=reply.sent,
                look="what you fetch in order to show five")  # fmt: skip


@check(points=1, after=shows_a_product_with_its_category, on=shop, settings=DATES)
def hides_what_is_deleted(app: App) -> None:
    """A deleted product, and one that never was, is a 404 problem."""
    for id_ in (number(9), uuid4()):
        reply = app.get(f"{V2}/{id_}")
        expect.problem(reply, 404)
        kind = reply.headers.get("content-type", "")
        expect.equal(kind, "application/problem+json", "Content-Type", reply=reply)


@check(points=1, after=shows_a_product_with_its_category, on=shop, settings=DATES)
def is_to_be_read_only(app: App) -> None:
    """v2 changes nothing: POST, PUT, PATCH and DELETE are 405, for an admin too."""
    body = {"name": "New", "price": "1.00", "category_id": LAMPS}
    for method, path in (("POST", V2), ("PUT", f"{V2}/{number(1)}"), ("PATCH", f"{V2}/{number(1)}"),
                         ("DELETE", f"{V2}/{number(1)}")):  # fmt: skip
        expect.problem(app.request(method, path, json=body), 405)
    expect.equal(shown(app, 1)["name"], "Lamp 9", "name after it")


@check(points=1, on=shop, settings=DATES)
def leaves_version_1_alone(app: App) -> None:
    """v1 shows its nine fields, before and after v2 was asked, and takes what it took."""
    app.get(f"{V2}/{number(1)}")
    for reply, one in ((found := app.get(f"{V1}/{number(1)}"), found.json),
                       (found := app.get(V1, params={"category": "Lamps"}),
                        found["products", 0])):  # fmt: skip
        expect.equal(sorted(one), V1_FIELDS, "fields of a product in v1", reply=reply)
    sent = {"name": "Torch", "price": "3.00", "category_id": CHAIRS, "stock_quantity": 3}
    reply = app.post(V1, json=sent)
    expect.status(reply, 201)
    got = {key: reply[key] for key in sent}
    expect.equal(got, sent, "what was posted", reply=reply)
    expect.problem(app.post(V1, json={**sent, "stock_status": "low"}), 422, "stock_status")
    expect.status(app.delete(f"{V1}/{reply['id']}"), 204)


@check(points=2, on=shop, settings=DATES)
def says_that_version_1_will_end(app: App) -> None:
    """Reads of v1 carry Deprecation (RFC 9745) and Sunset (RFC 8594), as the settings say."""
    began = f"@{int(datetime.fromisoformat(DEPRECATED).timestamp())}"
    ends = format_datetime(datetime.fromisoformat(SUNSET).astimezone(UTC), usegmt=True)
    for method in ("GET", "HEAD"):
        for path in (V1, f"{V1}/{number(1)}"):
            reply = app.request(method, path)
            expect.status(reply, 200)
            expect.equal(expect.header(reply, "Deprecation"), began, "Deprecation", reply=reply,
                         look="@ and the seconds since 1970")  # fmt: skip
            expect.equal(expect.header(reply, "Sunset"), ends, "Sunset", reply=reply,
                         look="a date of HTTP is in GMT")  # fmt: skip


@check(points=1, after=shows_a_product_with_its_category, on=shop, settings=DATES)
def leads_to_its_successor(app: App) -> None:
    """Reads of v1 carry a Link with rel="successor-version" to the same thing in v2."""
    for path in (V1, f"{V1}/{number(2)}", f"{V1}?category=Chairs"):
        reply = app.get(path)
        value = expect.header(reply, "Link")
        found = re.search(r'<([^>]*)>\s*;\s*rel="?successor-version"?', value)
        expect.that(found is not None, 'Link: <...>; rel="successor-version"', value,
                    sent=reply.sent)  # fmt: skip
        try:
            target = urljoin(f"http://here{path}", found[1] if found else "").split("?")[0]
        except ValueError:  # it is no address
            target = ""
        wanted = path.split("?")[0].replace("v1", "v2")
        expect.that(re.sub("^https?://[^/]*", "", target) == wanted, f"a link to {wanted}", value,
                    sent=reply.sent)  # fmt: skip


@check(points=1, after=says_that_version_1_will_end, on=shop, settings=DATES)
def says_so_with_errors_too(app: App) -> None:
    """Reads of v1 that end in 404 or 422 carry the three headers as well."""
    for path, status in ((f"{V1}/{uuid4()}", 404), (f"{V1}?page=0", 422)):
        reply = app.get(path)
        expect.status(reply, status)
        for name in ("Deprecation", "Sunset", "Link"):
            expect.header(reply, name, look="whose clients see only errors want to know why")


@check(points=2, after=says_that_version_1_will_end, on=shop, settings=DATES)
def deprecates_nothing_else(app: App) -> None:
    """Whatever has no successor is not deprecated: v1's writes, categories, v2 itself."""
    one = f"{V1}/{number(3)}"
    replies = [app.patch(one, json={"description": "x"}), app.patch(one, json={"price": -1}),
               app.post(V1, json={}), app.get("/api/v1/categories"), app.get(V2),
               app.get(f"{V2}/{number(3)}"), app.get("/healthz"), app.get("/nowhere")]  # fmt: skip
    for reply in replies:
        for name in ("Deprecation", "Sunset"):
            expect.that(name not in reply.headers, f"no {name} header",
                        reply.headers.get(name, ""), sent=reply.sent,
                        look="which answers the hook sees")  # fmt: skip


@check(points=2, after=lists_as_version_1_does, on=shop, settings=DATES)
def documents_each_version(app: App) -> None:
    """/api/v2/openapi.json describes the two reads of v2, and v1's document nothing of them."""
    reply = app.get("/api/v2/openapi.json")
    item = f"{V2}/{{product_id}}"
    expect.equal(sorted(reply["paths"]), [V2, item], "paths", reply=reply,
                 look="the variable of the path is called product_id")  # fmt: skip
    for path, statuses in ((V2, ("200", "422")), (item, ("200", "404"))):
        methods = sorted(set(reply["paths", path]) - {"parameters"})
        expect.equal(methods, ["get"], f"methods of {path}", reply=reply)
        for status in statuses:
            expect.that(status in reply["paths", path, "get", "responses"],
                        f"{status} among the responses of GET {path}",
                        expect.show(sorted(reply["paths", path, "get", "responses"])),
                        sent=reply.sent, look="`response` and `problems`")  # fmt: skip
    for word in ("stock_status", "related"):
        expect.that(f'"{word}"' in reply.text, f"a schema with {word}", reply.shown,
                    sent=reply.sent, look="`response`")  # fmt: skip
    old = app.get("/api/v1/openapi.json")
    strange = [path for path in old["paths"] if not path.startswith("/api/v1/")]
    expect.equal(strange, [], "paths of v2 in the document of v1", reply=old)
