"""createProduct is judged by its answers, and by what is stored afterwards."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import UUID, uuid4

from workbench.checking import App, GraphReply, check, expect

CREATE = """mutation ($input: CreateProductInput!) {
  createProduct(input: $input) {
    product { id name description price stockQuantity attributes category { name } }
    errors { field code messages }
  }
}"""

LAMPS = UUID(int=1)

#: Where the catalog's rules are written, and other rules in their place.
RULES = "backend/catalog/schemas.py"
OTHER_RULES = [
    ("validate.Length(1, 200)", "validate.Length(1, 12)"),
    ('MAX_PRICE = Decimal("99999999.99")', 'MAX_PRICE = Decimal("500")'),
    ('fields.String(load_default="", ', 'fields.String(load_default="Soon", '),
    ("strict=True, load_default=0, ", "strict=True, load_default=3, "),
]

#: The database refuses a product of this name, with the SQLSTATE that is its description.
DEFECT = "Defect"
REFUSAL = (
    "CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS"
    " $$BEGIN RAISE EXCEPTION 'relation' USING ERRCODE = NEW.description; END$$",
    "CREATE TRIGGER refuse BEFORE INSERT ON products FOR EACH ROW"
    f" WHEN (NEW.name = '{DEFECT}') EXECUTE FUNCTION public.refuse()",
)

#: Words of the inside: of the database, its driver, our code.
INTERNAL = ("psycopg", "sqlalchemy", "stock_quantity", "relation", "insert", "traceback", ".py")


def shop(app: App) -> None:
    """One category; every check makes products with names of their own."""
    app.sql("INSERT INTO categories (id, name) VALUES (%s, 'Lamps')", [str(LAMPS)])


def global_id(kind: str, key: UUID) -> str:
    return b64encode(f"{kind}:{key}".encode()).decode()


def some(**changes: Any) -> dict[str, Any]:
    """An input that is right but for these changes."""
    usual = {"name": f"Lamp {uuid4()}", "price": 5, "categoryId": global_id("Category", LAMPS)}
    return usual | changes


def create(app: App, **changes: Any) -> GraphReply:
    return app.graphql(CREATE, {"input": some(**changes)})


def made(reply: GraphReply, look: str = "") -> dict[str, Any]:
    """The product that was created."""
    expect.equal(list(reply.errors), [], "errors beside the data", reply=reply, look=look)
    expect.equal(reply.data["createProduct", "errors"], [], "createProduct.errors", reply=reply,
                 look=look)  # fmt: skip
    product = reply.data["createProduct", "product"]
    expect.that(isinstance(product, dict), "a product", reply.shown, sent=reply.sent, look=look)
    return dict(product)


def mistakes(reply: GraphReply, look: str = "") -> list[tuple[str, str]]:
    """The field and code of each entry of createProduct.errors, sorted; nothing was created."""
    expect.equal(list(reply.errors), [], "errors beside the data", reply=reply,
                 look=look or "what is wrong with the input is data")  # fmt: skip
    product, errors = (reply.data["createProduct", name] for name in ("product", "errors"))
    expect.equal(product, None, "createProduct.product", reply=reply, look=look)
    for at in range(len(errors)):
        messages = reply.data["createProduct", "errors", at, "messages"]
        good = bool(messages) and all(isinstance(one, str) and one.strip() for one in messages)
        expect.that(good, "messages: sentences", expect.show(messages), sent=reply.sent)
    return sorted((one["field"], one["code"]) for one in errors)


def count(app: App) -> int:
    return int(app.sql("SELECT count(*) AS number FROM products")[0]["number"])


@check(points=3, on=shop)
def creates_a_product(app: App) -> None:
    """A name, a price and a category make a product: it is in the answer, and `errors` is empty."""
    name = f"Lamp {uuid4()}"
    reply = create(app, name=f"  {name} ")
    product = made(reply)
    wanted = {"name": name, "description": "", "price": "5.00", "stockQuantity": 0,
              "attributes": {}, "category": {"name": "Lamps"}}  # fmt: skip
    expect.equal({key: product.get(key) for key in wanted}, wanted, "the product", reply=reply)


@check(points=2, after=creates_a_product, on=shop)
def keeps_the_product(app: App) -> None:
    """The product stays: its id finds it, and the REST API shows it."""
    product = made(create(app))
    found = app.graphql("query ($id: ID!) { product(id: $id) { name } }", {"id": product["id"]})
    expect.graphql_data(found, {"product": {"name": product["name"]}}, look="what ends a change")
    rows = app.sql("SELECT id FROM products WHERE name = %s AND is_active", [product["name"]])
    expect.equal(len(rows), 1, "rows of products with this name", look="what ends a change")
    expect.status(app.get(f"/api/v1/products/{rows[0]['id']}"), 200)


@check(points=2, after=creates_a_product, on=shop)
def takes_all_fields(app: App) -> None:
    """description, stockQuantity and attributes, which may be any object, are stored as sent, and
    of the name all but white space around it."""
    attributes = {"maxWatts": 40, "bulb_type": "E14", " colours ": ["red", {"ralCode": 3003}],
                  "switch": None}  # fmt: skip
    fields = {"name": "Desk  lamp", "description": " Bends ", "stockQuantity": 7,
              "attributes": attributes}  # fmt: skip
    reply = create(app, **fields)
    product = made(reply)
    expect.equal({key: product.get(key) for key in fields}, fields, "the product", reply=reply,
                 look="the types of the input's fields")  # fmt: skip
    written = app.graphql(
        """mutation ($category: ID!, $watts: JSON) {
          createProduct(input: {name: "Written", price: 1, categoryId: $category,
                                attributes: {inner: {maxWatts: $watts}}}) {
            product { attributes } errors { field code messages }
          }
        }""",
        {"category": global_id("Category", LAMPS), "watts": [40]},
    )
    got = made(written)["attributes"]
    expect.equal(got, {"inner": {"maxWatts": [40]}}, "attributes", reply=written)


@check(points=2, after=creates_a_product, on=shop)
def takes_exact_amounts(app: App) -> None:
    """A price is exact, sent as a string or as a number; what is no amount is never executed."""
    for price, wanted in (
        ("0.1", "0.10"), ("19.99", "19.99"), (19.99, "19.99"), (0, "0.00"),
        ("99999999.99", "99999999.99"),
    ):  # fmt: skip
        reply = create(app, price=price)
        expect.equal(made(reply)["price"], wanted, "price", reply=reply, look="the type of price")
    before = count(app)
    for price in ("NaN", "Infinity", True, "five"):
        expect.graphql_not_executed(create(app, price=price), "BAD_USER_INPUT",
                                    look="the type of price")  # fmt: skip
    create(app, price="0.1000000000000000001")  # as a binary fraction this is 0.1
    expect.equal(count(app), before, "products", look="what a refused price has left behind")


@check(points=3, after=creates_a_product, on=shop)
def names_the_field_at_fault(app: App) -> None:
    """What breaks a rule of the catalog is INVALID and names its field; nothing is created."""
    before = count(app)
    for field, value in (
        ("price", "-0.01"), ("price", "9.999"), ("price", "100000000"), ("name", "  "),
        ("name", "x" * 201), ("description", "\0"), ("stockQuantity", -1), ("attributes", [1]),
        ("attributes", []), ("attributes", [["a", 1]]), ("attributes", "{}"),
        ("attributes", {"a": {"b": "\0"}}),
    ):  # fmt: skip
        reply = create(app, **{field: value})
        expect.equal(mistakes(reply), [(field, "INVALID")], "field and code of the errors",
                     reply=reply, look="the rules are those of the REST API")  # fmt: skip
    expect.equal(count(app), before, "products", look="what is left of a mistake")


@check(points=2, after=names_the_field_at_fault, on=shop)
def has_the_rules_of_rest(app: App) -> None:
    """No rule and no default is written twice: when one is changed in the schema of the REST API,
    createProduct follows."""
    look = "where the rules come from"
    with app.altered(RULES, OTHER_RULES) as altered:
        for field, allowed, beyond in (
            ("name", uuid4().hex[:12], uuid4().hex[:13]), ("price", "500", "500.01"),
        ):  # fmt: skip
            made(create(altered, **{"name": "Cheap", field: allowed}), look)
            reply = create(altered, **{"name": "Dear", field: beyond})
            expect.equal(mistakes(reply, look), [(field, "INVALID")],
                         "field and code of the errors", reply=reply, look=look)  # fmt: skip
        reply = create(altered, name="Usual")
        got = {name: made(reply, look)[name] for name in ("description", "stockQuantity")}
        expect.equal(got, {"description": "Soon", "stockQuantity": 3}, "the defaults", reply=reply,
                     look=look)  # fmt: skip


@check(points=1, after=names_the_field_at_fault, on=shop)
def null_is_no_value(app: App) -> None:
    """A field that is null is INVALID, and not the same as one that is left out."""
    for field in ("description", "stockQuantity", "attributes"):
        reply = create(app, **{field: None})
        expect.equal(mistakes(reply), [(field, "INVALID")], "field and code of the errors",
                     reply=reply, look="what the REST API says of null")  # fmt: skip


@check(points=2, after=names_the_field_at_fault, on=shop)
def tells_all_mistakes_at_once(app: App) -> None:
    """Several mistakes are told in one answer, one entry for each field."""
    reply = create(app, name="", price=-1, stockQuantity=-1)
    wanted = [(field, "INVALID") for field in ("name", "price", "stockQuantity")]
    expect.equal(mistakes(reply), wanted, "field and code of the errors", reply=reply,
                 look="whoever fills in a form wants to know everything")  # fmt: skip


@check(points=2, after=creates_a_product, on=shop)
def wants_a_category_that_exists(app: App) -> None:
    """A category that does not exist is NOT_FOUND; what is no id of a category is INVALID."""
    before = count(app)
    for text, code in (
        (global_id("Category", uuid4()), "NOT_FOUND"), (global_id("Product", LAMPS), "INVALID"),
        ("nonsense", "INVALID"), ("", "INVALID"), (str(LAMPS), "INVALID"),
    ):  # fmt: skip
        reply = create(app, categoryId=text)
        expect.equal(mistakes(reply), [("categoryId", code)], "field and code of the errors",
                     reply=reply, look="which ids the graph has")  # fmt: skip
    expect.equal(count(app), before, "products", look="what is left of a mistake")


@check(points=1, after=wants_a_category_that_exists, on=shop, hidden=True)
def sees_a_category_go(app: App) -> None:
    """A category that is deleted at the same moment is NOT_FOUND as well."""
    going = uuid4()
    app.sql("INSERT INTO categories (id, name) VALUES (%s, %s)", [str(going), str(going)])
    with app.sql.holding("DELETE FROM categories WHERE id = %s", [str(going)]) as held:
        held.send_together(lambda: create(app, categoryId=global_id("Category", going)))
    (reply,) = held.replies
    assert isinstance(reply, GraphReply)
    expect.equal(mistakes(reply), [("categoryId", "NOT_FOUND")], "field and code of the errors",
                 reply=reply, look="somebody else deletes after you have looked")  # fmt: skip


@check(points=1, after=creates_a_product, on=shop)
def knows_no_other_fields(app: App) -> None:
    """The input has six fields: three must be there, and no others are taken."""
    before = count(app)
    values = some()
    for field, value in (("isActive", False), ("id", values["categoryId"]), ("colour", "red")):
        reply = create(app, **{field: value})
        expect.graphql_not_executed(reply, "BAD_USER_INPUT", look="CreateProductInput")
    for left_out in values:
        less = {name: value for name, value in values.items() if name != left_out}
        reply = app.graphql(CREATE, {"input": less})
        expect.graphql_not_executed(reply, "BAD_USER_INPUT", look="which fields are required")
    expect.equal(count(app), before, "products", look="CreateProductInput")


@check(points=2, after=wants_a_category_that_exists, on=shop)
def goes_on_after_a_mistake(app: App) -> None:
    """A mutation that is refused does not hinder the next one of the same operation."""
    bad, good = some(categoryId=global_id("Category", uuid4())), some()
    reply = app.graphql(
        """mutation ($bad: CreateProductInput!, $good: CreateProductInput!) {
          first: createProduct(input: $bad) { errors { code } }
          createProduct(input: $good) { product { name } errors { code } }
        }""",
        {"bad": bad, "good": good},
    )
    wanted = {"first": {"errors": [{"code": "NOT_FOUND"}]},
              "createProduct": {"product": {"name": good["name"]}, "errors": []}}  # fmt: skip
    expect.graphql_data(reply, wanted, look="the transaction of the one that was refused")
    rows = app.sql("SELECT name FROM products WHERE name IN (%s, %s)", [bad["name"], good["name"]])
    expect.equal([row["name"] for row in rows], [good["name"]], "names that are stored",
                 reply=reply)  # fmt: skip


@check(points=2, after=creates_a_product, on=shop)
def a_defect_is_no_mistake_of_the_client(app: App) -> None:
    """What the database refuses for reasons of its own (a missing column, a constraint, its state)
    is no entry of `errors`, but an error beside the data."""
    look = "what you catch, and what you let through"
    for statement in REFUSAL:
        app.sql(statement)
    for state, code in (
        ("42703", "INTERNAL_SERVER_ERROR"), ("23514", "INTERNAL_SERVER_ERROR"),
        ("22012", "INTERNAL_SERVER_ERROR"), ("55000", "SERVICE_UNAVAILABLE"),
    ):  # fmt: skip
        reply = create(app, name=DEFECT, description=state)
        expect.graphql_error(reply, code, ["createProduct"], look=look)
        found = [word for word in INTERNAL if word in reply.text.lower()]
        expect.equal(found, [], "words of the inside in the answer", reply=reply, look=look)
